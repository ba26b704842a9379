"""`shared-ecr comment`: put a review on the pull request, and keep it up to date in place."""

import argparse
import os
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.errors import ExitCode

if TYPE_CHECKING:
    from shared_ecr.cli.options import Subcommands


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "comment",
        help="put a review on the pull request, updated in place",
        description="Write the file as a comment on the pull request that this job belongs to, or update the comment "
        "of an earlier run: it is found by the file's first line. Works in GitHub Actions (GITHUB_TOKEN) and GitLab "
        "CI (GITLAB_TOKEN).",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="Markdown, of 'shared-ecr review --save FILE.md'")
    parser.add_argument("--number", default="", metavar="N", help="the pull request (default: the one of this job)")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Publish the comment and tell what became of it."""
    from shared_ecr.client.forges import forge_of, publish
    from shared_ecr.client.http.transport import Transport

    body = arguments.file.read_text(encoding="utf-8")
    with closing(Transport(os.environ, connections=1)) as transport:
        done = publish(forge_of(os.environ, transport, arguments.number), body)
    print(f"the comment is {done}", file=sys.stderr)
    return ExitCode.DONE
