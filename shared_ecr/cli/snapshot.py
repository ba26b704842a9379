"""`shared-ecr snapshot`: write down what a registry holds now, as a document that every other command reads."""

import argparse
import sys
from pathlib import Path

from shared_ecr.cli.live_options import (
    add_pace,
    add_selection,
    declared_registry,
    live_regions,
    read_live,
)
from shared_ecr.cli.options import Subcommands, add_file
from shared_ecr.cli.parser import HelpAsWritten
from shared_ecr.findings.errors import ExitCode, UsageError
from shared_ecr.text import counted

_EPILOG = """\
shared-ecr snapshot --save live.json
shared-ecr review cdk.out --against live.json      what a deployment would change
shared-ecr access --template live.json             who has access now
"""


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "snapshot",
        help="save the registry as it is now as a document: repositories, policies, settings",
        description="Read the registry of the caller with read-only calls, and print it as the template that would "
        "create it. 'review', 'access', 'fate', 'adopt' and 'drift' read the document. Parts that AWS denies are "
        "listed in it, and the exit code is 4 unless --partial is given. Reference: docs/reference/live.md",
        epilog=_EPILOG,
        formatter_class=HelpAsWritten,
    )
    add_selection(parser)
    add_file(parser)
    parser.add_argument("--region", metavar="REGION", help="the Region (default: the declared one, or AWS_REGION)")
    parser.add_argument("--public", action="store_true", help="read the public repositories too (in us-east-1)")
    add_pace(parser)
    parser.add_argument("--save", type=Path, metavar="FILE", help="write to FILE instead of stdout")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the document, or save it."""
    from shared_ecr.cli.saved_files import write_whole
    from shared_ecr.documents.live import render_text

    declared = declared_registry(arguments.file)
    regions = live_regions(arguments, declared)
    region, *others = regions
    if others:
        listed = ", ".join(map(str, regions))
        raise UsageError(f"a snapshot is of one Region, and the declaration has {listed}; choose one with --region")
    stacks = declared.stack_names if declared else ()
    is_partial, arguments.partial = arguments.partial, True
    live = read_live(arguments, region, stacks, with_public=arguments.public)
    text = render_text(live)
    if arguments.save:
        write_whole(arguments.save, text)
        kept = f"{counted(len(live.repositories), 'repository')} of {live.account} in {live.region}"
        print(f"{arguments.save}: {kept}", file=sys.stderr)
    else:
        print(text, end="")
    for part in live.unread:
        print(f"not read: {part.repository or 'the registry'}: {part.action}: {part.why}", file=sys.stderr)
    return ExitCode.REFUSED if live.unread and not is_partial else ExitCode.DONE
