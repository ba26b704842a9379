"""`shared-ecr access`: which principals can pull, push and administer, and what a change allows."""

import argparse
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shared_ecr.cli.access_inputs import AccessInput, add_source, gather, rows_of, unread_changes
from shared_ecr.cli.access_queries import add_decide, add_lint, add_why
from shared_ecr.cli.acknowledged import add_acknowledgements
from shared_ecr.cli.options import named_path
from shared_ecr.cli.parser import HelpAsWritten
from shared_ecr.findings.errors import ExitCode, UsageError
from shared_ecr.model.names.bootstrap import is_assets_repository

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from shared_ecr.access.changes import AccessChange
    from shared_ecr.access.matrix import MatrixRow
    from shared_ecr.cli.options import Subcommands
    from shared_ecr.findings import Acceptance
    from shared_ecr.review.findings import ReviewFinding

_EPILOG = """\
shared-ecr access                                  the matrix of the declaration
shared-ecr access --template cdk.out --format html > access.html
shared-ecr access --template cdk.out --against cdk.out.before
shared-ecr access why arn:aws:iam::222222222222:role/ci team/app push
"""


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command and what it can do."""
    parser = subcommands.add_parser(
        "access",
        help="print who can pull, push and administer each repository, and what a change gives access to",
        description="Evaluate the policies as IAM does, and print the most that each principal can do. The principals "
        "are those that the policies and the declaration name, and any other account. With --against, print what a "
        "change allows and denies. Access that the change adds exits 1, unless the declaration acknowledges it.",
        epilog=_EPILOG,
        formatter_class=HelpAsWritten,
    )
    add_source(parser)
    add_acknowledgements(parser)
    parser.add_argument(
        "--against", type=named_path, metavar="OLD", help="compare with an older template, cdk.out, or declaration"
    )
    parser.add_argument(
        "--format", choices=("text", "markdown", "json", "html"), default="text", help="how to print (default: text)"
    )
    parser.set_defaults(run=run)
    actions = parser.add_subparsers(metavar="ACTION")
    for add in (add_decide, add_why, add_lint):
        add(actions)


def run(arguments: argparse.Namespace) -> int:
    """Print the matrix, or the changes."""
    found = gather(arguments)
    if arguments.against is not None:
        unread = unread_changes(arguments)
        return _print_changes(found, rows_of(arguments.against, arguments), unread, arguments.format)
    _print_matrix(found, arguments.format)
    return ExitCode.DONE


def _print_matrix(found: AccessInput, how: str) -> None:
    from shared_ecr.access.consumers import consumers
    from shared_ecr.access.matrix import matrix
    from shared_ecr.access.reports import as_markdown, as_text

    if not found.rows:
        why = f": {found.notes[0]}" if found.notes else ""
        raise UsageError(f"there is no repository to ask about{why}")
    both = [policy for row in found.rows for policy in (row.policies.repository, row.policies.registry)]
    policies = [policy for policy in both if policy is not None]
    table = matrix(found.rows, consumers(policies, found.rows[0].target, found.known, found.accounts))
    match how:
        case "json":
            import json

            from shared_ecr.access.rendering import matrix_json

            print(json.dumps(matrix_json(table, found.notes), indent=2, ensure_ascii=False))
        case "markdown":
            print(as_markdown(table, found.notes))
        case "html":
            from shared_ecr.access.pages import as_page

            print(as_page(table, found.notes, f"Access to the registry of {found.rows[0].target.account}"))
        case _:
            print(as_text(table, found.notes))


def _print_changes(found: AccessInput, old: "Sequence[MatrixRow]", unread: "Sequence[ReviewFinding]", how: str) -> int:
    from shared_ecr.access.changes import Direction
    from shared_ecr.access.comparison import compare
    from shared_ecr.review.policy_texts import known_place

    if how == "html":
        raise UsageError("--against prints text, markdown or json")
    compared = compare(found.rows, old, found.known)
    changed = compared.changes
    today = datetime.now(UTC).date()
    accepted = [
        found.acknowledged.accepting(each.code, compared.subject_of(each), today, known_place(each.target))
        for each in changed
    ]
    blocking = sum(
        each.direction is Direction.ALLOWED and acceptance.acknowledgement is None
        for each, acceptance in zip(changed, accepted, strict=True)
    )
    not_judged = [
        (each, found.acknowledged.accepting(each.code, each.subject, today, (each.home.account, each.home.region)))
        for each in unread
    ]
    blocking += sum(acceptance.acknowledgement is None for _, acceptance in not_judged)
    if how == "json":
        import json

        from shared_ecr.access.rendering import change_json, unread_json

        rendered = [change_json(each, acceptance) for each, acceptance in zip(changed, accepted, strict=True)]
        hidden = [unread_json(*each) for each in not_judged]
        whole = {"changes": rendered, "not_judged": hidden, "blocking": blocking}
        print(json.dumps(whole, indent=2, ensure_ascii=False))
    else:
        _print_unread(not_judged, is_markdown=how == "markdown")
        _print_sentences(changed, accepted, is_markdown=how == "markdown", is_whole=not not_judged)
        for note in found.notes:
            print(note, file=sys.stderr)
    for name in _assets(found, old):
        print(f"{name}: CDK's own repository for assets; what 'cdk bootstrap' grants on it is not reported",
              file=sys.stderr)  # fmt: skip
    return ExitCode.FINDINGS if blocking else ExitCode.DONE


def _print_unread(not_judged: "Sequence[tuple[ReviewFinding, Acceptance]]", *, is_markdown: bool) -> None:
    from shared_ecr.text import visible
    from shared_ecr.text.markdown import escaped

    bullet, plain = ("- ", escaped) if is_markdown else ("", visible)
    for each, how in not_judged:
        print(f"{bullet}not judged: {plain(f'{each.subject}: {each.what}')} [{each.code}]")
        _print_acceptance(how, plain, blocks=True)


def _print_acceptance(how: "Acceptance", plain: "Callable[[str], str]", *, blocks: bool) -> None:
    """Print below a line whether an acknowledgement accepts it, or why it does not accept what *blocks*."""
    if how.acknowledgement:
        print(f"  acknowledged{' by this change' if how.is_new else ''}: {plain(how.acknowledgement.reason)}")
    elif how.refused and blocks:
        print(f"  {plain(how.refused)}.")


def _print_sentences(
    changed: "Sequence[AccessChange]", accepted: "Sequence[Acceptance]", *, is_markdown: bool, is_whole: bool
) -> None:
    import json

    from shared_ecr.access.changes import Direction
    from shared_ecr.access.rendering import request_json
    from shared_ecr.text import visible
    from shared_ecr.text.markdown import code, escaped

    bullet, plain, literal = ("- ", escaped, code) if is_markdown else ("", visible, visible)
    for each, how in zip(changed, accepted, strict=True):
        outside = "outside, " if each.is_outside else ""
        direction = "not judged" if each.is_undecided else f"{outside}{each.direction}"
        print(f"{bullet}{direction}: {plain(str(each))} [{each.code}]")
        if not each.is_undecided:
            print(f"  witness: {literal(json.dumps(request_json(each.witness), ensure_ascii=True))}")
        _print_acceptance(how, plain, blocks=each.direction is Direction.ALLOWED)
    if not changed:
        print("no access changes" if is_whole else "no other access changes")


def _assets(found: AccessInput, old: "Sequence[MatrixRow]") -> "list[str]":
    """Return the repositories of CDK's bootstrap that the previous side does not have."""
    before = {row.target.name for row in old}
    new = (row.target for row in found.rows if row.target.name not in before)
    return [each.name for each in new if is_assets_repository(each.name, each.account, each.region)]
