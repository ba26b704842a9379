"""Where `shared-ecr access` takes policies from: the declaration, templates, or the registry as it is now."""

import argparse
import os
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.cli.acknowledged import counting
from shared_ecr.cli.live_access import rows_of_a_snapshot, rows_of_the_registry, unread_before
from shared_ecr.cli.options import add_file, named_path
from shared_ecr.findings.errors import UsageError
from shared_ecr.records import record, replace
from shared_ecr.text.patterns import LazyPattern

if TYPE_CHECKING:
    from shared_ecr.access.lint import LintedPolicy
    from shared_ecr.access.matrix import MatrixRow
    from shared_ecr.access.trust_boundary import TrustBoundary
    from shared_ecr.findings import Acknowledgements
    from shared_ecr.model.names import Region
    from shared_ecr.model.registry import RegistrySpec
    from shared_ecr.review.documents import DeploymentTarget
    from shared_ecr.review.findings import ReviewFinding
    from shared_ecr.review.rows import DeploymentPolicies

_YAML = {".yaml", ".yml"}
_RESOURCES = LazyPattern(r"""^(?:\{\s*)?["']?Resources["']?\s*:""", re.MULTILINE)


@record
class AccessInput:
    """The policies in question and what is known around them."""

    rows: "tuple[MatrixRow, ...]"
    known: "TrustBoundary"
    accounts: Mapping[str, str]
    """The names of the declaration by account id."""
    acknowledged: "Acknowledgements"
    notes: tuple[str, ...]


def add_source(parser: argparse.ArgumentParser, *, inherited: bool = False) -> None:
    """Add the options that say where the policies are; *inherited* ones are on the parent command too."""
    default = argparse.SUPPRESS if inherited else None
    if inherited:
        parser.add_argument("--file", type=named_path, default=default, metavar="FILE", help="the declaration")
    else:
        add_file(parser)
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--template",
        type=named_path,
        metavar="T",
        default=default,
        help="a CloudFormation template, cdk.out, or a plan of Terraform in JSON",
    )
    live_default = argparse.SUPPRESS if inherited else False
    where.add_argument(
        "--live", action="store_true", default=live_default, help="read the registry as it is now (needs credentials)"
    )
    parser.add_argument(
        "--partial", action="store_true", default=live_default,
        help="with --live or a snapshot: leave out repositories whose policy AWS denied; without it the exit code is 4",
    )  # fmt: skip
    parser.add_argument(
        "--account", metavar="ID", default=default, help="the registry's account, if no template names it"
    )
    parser.add_argument("--region", metavar="REGION", default=default, help="the Region, if no template names it")


def gather(arguments: argparse.Namespace) -> AccessInput:
    """Return the policies that the options of *arguments* ask for."""
    from shared_ecr.access.trust_boundary import TrustBoundary

    declared = _declared(arguments)
    if arguments.live:
        rows, notes = rows_of_the_registry(arguments, _region(arguments, declared))
    elif arguments.template is not None and (snapshot := rows_of_a_snapshot(arguments, arguments.template)):
        rows, notes = snapshot
    elif arguments.template is not None:
        found = collected(arguments.template, arguments, declared, _documents_before(arguments))
        rows, notes = found.rows, found.notes
    else:
        if declared is None:
            raise UsageError(f"{arguments.file}: no such file; pass --file, --template or --live")
        from shared_ecr.deployment.bootstrap.declared_policies import deployed_rows

        rows, notes = tuple(deployed_rows(declared)), ()
    organization = str(declared.organization) if declared and declared.organization else None
    names = {str(account): name for name, account in declared.accounts.items()} if declared else {}
    against = getattr(arguments, "against", None)
    previous = None
    unknown = unread_before(against) if against is not None else frozenset()
    # If one of the policies is not known, it is not known whether access is gained or lost.
    rows = tuple(row for row in rows if row.target.name not in unknown)
    notes = (*notes, *(f"{name} is left out: who had access to it is not known" for name in sorted(unknown)))
    if against is not None and is_declaration(against):
        from shared_ecr.declaration import load

        previous = load(against, os.environ).registry.acknowledged
    acknowledged = counting(arguments, declared, is_comparison=against is not None, previous=previous)
    return AccessInput(rows, TrustBoundary(organization, frozenset(names)), names, acknowledged, notes)


def rows_of(path: Path, arguments: argparse.Namespace) -> "tuple[MatrixRow, ...]":
    """Return the policies at *path*: an older declaration, template or cdk.out."""
    if is_declaration(path):
        from shared_ecr.declaration import load
        from shared_ecr.deployment.bootstrap.declared_policies import deployed_rows

        return tuple(deployed_rows(load(path, os.environ).registry))
    if snapshot := rows_of_a_snapshot(arguments, path):
        return snapshot[0]
    return collected(path, arguments, _declared(arguments)).rows


def unread_changes(arguments: argparse.Namespace) -> "list[ReviewFinding]":
    """Return what is not judged of the templates, and is new or changes; nothing where there are no two of them."""
    previous = _documents_before(arguments)
    if arguments.template is None or previous is None:
        return []
    from shared_ecr.cli.live_options import is_snapshot
    from shared_ecr.review.unread_access import unread_access

    if is_snapshot(arguments.template):
        return []
    return unread_access(arguments.template, previous, _place(arguments, _declared(arguments)))


def _documents_before(arguments: argparse.Namespace) -> Path | None:
    """Return the templates that are compared with; None where it is a declaration, a snapshot or nothing."""
    from shared_ecr.cli.live_options import is_snapshot

    against: Path | None = getattr(arguments, "against", None)
    return None if against is None or is_declaration(against) or is_snapshot(against) else against


def collected(
    path: Path, arguments: argparse.Namespace, declared: "RegistrySpec | None", previous: Path | None = None
) -> "DeploymentPolicies":
    """Read the templates at *path*, which are compared with those at *previous*."""
    from shared_ecr.review.rows import collect

    # A comparison treats values that are open on both sides as equal if their texts are equal.
    is_comparison = getattr(arguments, "against", None) is not None
    return collect(path, _place(arguments, declared), upper_bound=not is_comparison, previous=previous)


def subjects_of(path: Path, arguments: argparse.Namespace) -> "Iterator[tuple[str, LintedPolicy]]":
    """Give each policy of the declaration or the templates at *path*, with what to call it."""
    from shared_ecr.access.lint import LintedPolicy, PolicyHolder

    if is_declaration(path):
        from shared_ecr.declaration import load
        from shared_ecr.deployment.bootstrap.declared_policies import declared_rows, template_rows

        registry = load(path, os.environ).registry
        registries: dict[str, LintedPolicy] = {}
        for holder, row in (
            *((PolicyHolder.REPOSITORY, row) for row in declared_rows(registry)),
            *((PolicyHolder.TEMPLATE, row) for row in template_rows(registry)),
        ):
            if row.policies.repository is not None:
                yield f"{path}: {row.target.name}", LintedPolicy(row.policies.repository, holder, row.target)
            if row.policies.registry is not None:
                whole = LintedPolicy(
                    row.policies.registry, PolicyHolder.REGISTRY, replace(row.target, name="any/repository")
                )
                own = "" if row.target.account == str(registry.account) else f" of {row.target.account}"
                registries.setdefault(f"{row.target.region}{own}", whole)
        for place, subject in registries.items():
            yield f"{path}: the registry policy in {place}", subject
        return
    found = collected(path, arguments, _declared(arguments))
    for note in found.notes:
        print(note, file=sys.stderr)
    for each in found.held:
        if each.policy is not None:
            yield f"{path}: {each.logical_id}", LintedPolicy(each.policy, each.holder, each.target)


def is_declaration(path: Path) -> bool:
    """Whether the file at *path* is a declaration, and not a template in YAML; what it says decides, not its name."""
    if path.suffix not in _YAML or not path.is_file():
        return path.suffix in _YAML
    # A template has Resources at its outermost level, a declaration never; both can be incomplete here.
    return _RESOURCES.search(path.read_text(encoding="utf-8", errors="replace")) is None


def _declared(arguments: argparse.Namespace) -> "RegistrySpec | None":
    """Return the declaration, or None if there is none and none was named."""
    from shared_ecr.declaration import DEFAULT_FILE, load

    if arguments.file == DEFAULT_FILE and not arguments.file.exists():
        return None
    return load(arguments.file, os.environ).registry


def _place(arguments: argparse.Namespace, declared: "RegistrySpec | None") -> "DeploymentTarget":
    from shared_ecr.access.lint.findings import UNKNOWN_ACCOUNT
    from shared_ecr.model.names import AccountId
    from shared_ecr.review.documents import DeploymentTarget

    account = UNKNOWN_ACCOUNT
    if arguments.account:
        account = str(AccountId.parse(arguments.account))
    elif declared:
        account = str(declared.account)
    return DeploymentTarget(account, _region(arguments, declared))


def _region(arguments: argparse.Namespace, declared: "RegistrySpec | None") -> "Region":
    from shared_ecr.model.names import Region

    if arguments.region:
        return Region.parse(arguments.region)
    if declared:
        return declared.regions[0]
    return Region.parse(os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1")
