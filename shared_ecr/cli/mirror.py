"""`shared-ecr mirror`: keep in declared repositories what other registries have."""

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from shared_ecr.cli.options import Subcommands, add_file, add_format, add_place, locator
from shared_ecr.cli.progress import add_progress
from shared_ecr.cli.signature_options import add_signature_options, trusted_signer
from shared_ecr.findings.errors import ExitCode

if TYPE_CHECKING:
    from shared_ecr.cli.progress.interface import Display
    from shared_ecr.client.mirroring import Mirrored
    from shared_ecr.client.pushers.events import Progress

# More would be held up by the ten manifests a second that ECR stores, and by the limits of upstreams.
MAX_JOBS = 32


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "mirror",
        help="copy the images that the declaration mirrors from other registries",
        description="Copy the images that the declaration lists under 'mirrors' and that its repositories do not have "
        "yet, and print a line for each tag. A tag that moved upstream is moved here too; if it is immutable here, "
        "that is a finding (exit 1). A failure does not stop the other copies; the exit code is the highest of all.",
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="the repositories to fill (default: all with a mirror)"
    )
    parser.add_argument("--dry-run", action="store_true", help="print what would be copied, and copy nothing")
    parser.add_argument(
        "--jobs", type=_jobs, default=None, metavar="N", help="how many repositories to fill at once (default: 4)"
    )
    add_signature_options(parser)
    add_format(parser)
    add_progress(parser)
    add_file(parser)
    add_place(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Mirror, show the sum on stderr, print a row for each tag."""
    from shared_ecr.cli.movement import shown

    return shown(
        arguments,
        "uploaded",
        lambda screen, counted: _mirrored(arguments, screen, counted),
        lambda rows: _print(rows, arguments.format),
    )


def _mirrored(arguments: argparse.Namespace, screen: "Display", progress: "Progress") -> Sequence["Mirrored"]:
    from shared_ecr.client.mirroring import JOBS, mirror
    from shared_ecr.client.session import Session

    where = locator(arguments, screen.said)
    spec = where.declaration()
    screen.expect(len(set(arguments.names)) or len({each.target for each in spec.mirrors} if spec else ()))
    with Session(where) as session:
        rows = mirror(
            arguments.names,
            session,
            jobs=arguments.jobs or JOBS,
            dry_run=arguments.dry_run,
            signer=trusted_signer(arguments),
            progress=progress,
            failed=screen.failed,
        )
    screen.said(_sum(rows))
    return rows


def _print(rows: Sequence["Mirrored"], how: str) -> int:
    if how == "json":
        print(json.dumps({"images": [_row(row) for row in rows]}, indent=2))
    else:
        for row in rows:
            print(_line(row))
    return max((row.exit_code for row in rows), default=ExitCode.DONE)


def _jobs(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MAX_JOBS):
        raise argparse.ArgumentTypeError(f"expected a number from 1 to {MAX_JOBS}")
    return int(text)


def _row(row: "Mirrored") -> dict[str, object]:
    """Render the JSON shape of docs/how-to/mirror.md."""
    return {
        "from": row.source,
        "to": row.target,
        "outcome": row.outcome.value.replace(" ", "_"),
        "digest": row.digest.text if row.digest else None,
        "why": row.why or None,
    }


def _line(row: "Mirrored") -> str:
    if row.why:
        return f"{row.target}  {row.outcome}: {row.source}: {row.why}"
    return f"{row.target}  {row.outcome}  {row.digest}"


def _sum(rows: Sequence["Mirrored"]) -> str:
    counts = Counter(row.outcome for row in rows)
    reported = ", ".join(f"{count} {outcome}" for outcome, count in sorted(counts.items()))
    return reported or "the declaration mirrors nothing"
