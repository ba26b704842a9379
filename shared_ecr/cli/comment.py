"""`shared-ecr comment`: put a review on the pull request, and keep it up to date in place."""

import argparse
import os
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.findings.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from shared_ecr.cli.options import Subcommands


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "comment",
        help="put a review on the pull request, updated in place",
        description="Write the review as a comment on the pull request that this job belongs to, or update the comment "
        "of an earlier run. That comment is found by the first line of a review and by its author, the account of the "
        "token. Works in GitHub Actions (GITHUB_TOKEN) and GitLab CI (GITLAB_TOKEN).",
        epilog="example: shared-ecr review after --against before --save review.md; shared-ecr comment review.md",
    )
    parser.add_argument(
        "file", nargs="?", type=Path, metavar="FILE", help="the file that 'shared-ecr review --save FILE.md' wrote"
    )
    parser.add_argument(
        "--failed",
        action="store_true",
        help="instead of FILE: comment that the review failed and that there is no result",
    )
    parser.add_argument("--number", default="", metavar="N", help="the pull request (default: the one of this job)")
    parser.add_argument(
        "--author",
        default="",
        metavar="ACCOUNT",
        help="the account that the token writes as, for the token of a GitHub App (default: the forge is asked)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Publish the comment and say what was done with it."""
    from shared_ecr.client.forges import forge_of, publish
    from shared_ecr.client.http.transport import Transport
    from shared_ecr.review.reports.markdown import MARKER

    if arguments.failed == (arguments.file is not None):
        raise UsageError("give the file of a review, or --failed; not both")
    body = None if arguments.failed else _review(arguments.file, MARKER)
    with closing(Transport(os.environ, connections=1)) as transport:
        forge = forge_of(os.environ, transport, arguments.number)
        done = publish(forge, body or _failure(MARKER, forge.job_log), MARKER, arguments.author)
    print(f"the comment is {done}", file=sys.stderr)
    return ExitCode.DONE


def _review(path: Path, marker: str) -> str:
    """Read the review; a file that was cut short must not take the place of one.

    Raises:
        UsageError: the file cannot be read, or is not a review.
    """
    from shared_ecr.documents.input_files import read_text

    try:
        text = read_text(path)
    except UnicodeDecodeError as fault:
        raise UsageError(f"{path} is not UTF-8 text; give the file that 'shared-ecr review --save' wrote") from fault
    except OSError as fault:
        raise UsageError(f"{path} cannot be read: {fault.strerror or fault}") from fault
    first, _, rest = text.partition("\n")
    if first.rstrip() != marker or not rest.strip():
        what = "is empty" if not text.strip() else f"does not begin with the line '{marker}'"
        raise UsageError(f"{path} {what}, so it is not a whole review; make it again by 'shared-ecr review --save'")
    return text


def _failure(marker: str, log: str) -> str:
    """Return the comment that replaces an older result: it would be read as the result of this change."""
    where = f"[The log of the job]({log})" if log else "The log of the job"
    return (
        f"{marker}\n## ⛔ ECR review: the review failed, so there is no result\n\n{where} has the reason. Nothing is "
        "known about this change until the review runs again.\n"
    )
