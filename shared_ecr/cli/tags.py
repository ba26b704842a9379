"""`shared-ecr tags`: list the tags of a repository."""

import argparse
import json

from shared_ecr.cli.options import Subcommands, add_file, add_format, add_place, locator
from shared_ecr.findings.errors import ExitCode


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "tags",
        help="list the tags of a repository",
        description="Print the tags of a repository in any registry, one on each line, the newest version last: 1.9 "
        "before 1.10, and 1.10-rc.1 before 1.10. Tags that are not versions are first.",
    )
    parser.add_argument("repository", metavar="REPOSITORY", help="the declared name, or HOST/REPOSITORY")
    parser.add_argument(
        "--digests", action="store_true", help="print the digest of each tag, with one request for each"
    )
    add_format(parser)
    add_file(parser)
    add_place(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """List the tags."""
    from shared_ecr.client.inspecting import tags_of
    from shared_ecr.client.session import Session

    with Session(locator(arguments)) as session:
        named = tags_of(arguments.repository, session, with_digests=arguments.digests)
    if arguments.format == "json":
        rows = [
            {"tag": tag.text, **({"digest": digest.text if digest else None} if arguments.digests else {})}
            for tag, digest in named.items()
        ]
        print(json.dumps({"tags": rows}, indent=2))
        return ExitCode.DONE
    for tag, digest in named.items():
        print(f"{tag} {digest or '-'}" if arguments.digests else tag)
    return ExitCode.DONE
