"""`shared-ecr review`: what a deployment would lose, replace and allow, before anyone presses deploy."""

import argparse
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.cli.acknowledged import add_acknowledgements
from shared_ecr.cli.inventory_inputs import add_inventory, add_now, inventory
from shared_ecr.cli.live_options import require_whole
from shared_ecr.cli.options import Subcommands, add_file, named_path
from shared_ecr.findings.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from shared_ecr.review.verdict import ReviewResult

FORMATS = ("text", "markdown", "json", "sarif", "html")
_ENDINGS = {".txt": "text", ".md": "markdown", ".json": "json", ".sarif": "sarif", ".html": "html"}


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "review",
        help="review a deployment before it happens: what it deletes and replaces, and which principals it gives "
        "access",
        description="Review a CDK assembly, CloudFormation templates or a Terraform plan, alone or against what was "
        "deployed before, offline. Exits 1 when a finding blocks. A finding is accepted by 'acknowledged' in the "
        "declaration. Reference: docs/reference/review.md",
    )
    parser.add_argument(
        "after",
        nargs="*",
        metavar="AFTER",
        help="a cdk.out, a template in JSON or YAML, a folder of them, the output of 'terraform show -json', or a git "
        "revision of this project (default: this project as it is now, synthesized)",
    )
    parser.add_argument(
        "--against",
        action="append",
        default=[],
        metavar="BEFORE",
        help="what is deployed: the same kinds of document; may be repeated (a Terraform plan has its own)",
    )
    parser.add_argument(
        "--live", action="store_true", help="compare with the registry as it is now (needs credentials, reads only)"
    )
    parser.add_argument(
        "--partial", action="store_true",
        help="with --live: continue if AWS denies a part; without this option the exit code is then 4, if nothing "
        "blocks",
    )  # fmt: skip
    add_file(parser)
    add_acknowledgements(parser)
    add_inventory(parser)
    parser.add_argument(
        "--prices",
        type=named_path,
        metavar="FILE",
        help="with --images: a price list, to calculate what the change adds to the cost of storage or saves",
    )
    parser.add_argument(
        "--parameter",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="the value of a template parameter; may be repeated",
    )
    parser.add_argument("--account", metavar="ID", help="the account, if no document names it")
    parser.add_argument("--region", metavar="REGION", help="the Region, if no document names it")
    add_now(parser)
    parser.add_argument(
        "--fail-on",
        choices=("not-judged", "warning"),
        help="also exit 1 if something was not judged or there is a new warning",
    )
    parser.add_argument("--format", choices=FORMATS, default="text", help="how to print (default: text)")
    parser.add_argument(
        "--save",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="also write the review to FILE; its extension is the format: .txt, .md, .json, .sarif or .html; may be "
        "repeated",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the review; its conclusion is the exit code."""
    from shared_ecr.cli.review_inputs import ReviewInput
    from shared_ecr.cli.saved_files import write_whole
    from shared_ecr.fate.price_list import load_prices
    from shared_ecr.review.judging import ReviewQuestion
    from shared_ecr.review.worlds import review_worlds

    if arguments.partial and not arguments.live:
        raise UsageError("--partial is for --live, which asks AWS")
    is_partial = arguments.partial
    forms = {arguments.format, *map(_format_of, arguments.save)}
    now = arguments.now or datetime.now(UTC)
    images = inventory(arguments, now) if arguments.images else None
    if arguments.in_use and images is None:
        raise UsageError("--in-use names images of an inventory; add --images FILE")
    if arguments.prices and images is None:
        raise UsageError("--prices needs the sizes of an inventory; add --images FILE")
    prices = (load_prices(arguments.prices) if arguments.prices else load_prices()) if images else None
    with ExitStack() as open_until:
        reviewed = ReviewInput.of(arguments, open_until)
        question = ReviewQuestion(
            now, reviewed.known, images, reviewed.acknowledged, prices=prices, with_access="html" in forms
        )
        verdict = review_worlds(reviewed.after, reviewed.before, question)
    for path in arguments.save:
        write_whole(path, _rendered(verdict, _format_of(path)) + "\n")
    print(_rendered(verdict, arguments.format))
    if verdict.blocks or _fails(verdict, arguments.fail_on):
        return ExitCode.FINDINGS
    for live in reviewed.lives if arguments.live else ():
        require_whole(live, is_partial=is_partial)
    return ExitCode.DONE


def _fails(verdict: "ReviewResult", fail_on: str | None) -> bool:
    """Whether what does not block by itself fails the run, because *fail_on* asks for it."""
    from shared_ecr.findings import Severity

    warns = any(
        each.finding.severity is not Severity.NOTE and each.acknowledgement is None and not each.is_old
        for each in verdict.findings
    )
    match fail_on:
        case "not-judged":
            return bool(verdict.not_judged)
        case "warning":
            return bool(verdict.not_judged) or warns
        case _:
            return False


def _format_of(path: Path) -> str:
    if path.suffix not in _ENDINGS:
        raise UsageError(f"--save {path}: write a file that ends in {', '.join(_ENDINGS)}")
    return _ENDINGS[path.suffix]


def _rendered(verdict: "ReviewResult", form: str) -> str:
    match form:
        case "markdown":
            from shared_ecr.review.reports.markdown import render_markdown

            return render_markdown(verdict).rstrip("\n")
        case "json" | "sarif":
            return _for_machines(verdict, form)
        case "html":
            from shared_ecr.review.reports.html import render_html

            return render_html(verdict)
        case _:
            from shared_ecr.review.reports.text import render_text

            return render_text(verdict)


def _for_machines(verdict: "ReviewResult", form: str) -> str:
    import json
    from importlib.metadata import version

    from shared_ecr.review.reports.documents import render_document
    from shared_ecr.review.reports.sarif import render_sarif

    document = render_document(verdict) if form == "json" else render_sarif(verdict, version("shared-ecr"))
    # In ASCII alone: a name may hold half a character, which no file takes, or a control character of a terminal.
    return json.dumps(document, indent=2)
