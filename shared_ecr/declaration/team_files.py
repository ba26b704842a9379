"""What a team's file may declare: names below its prefixes, and grants that the including file allows.

    include:
      - path: teams/shop.yaml
        prefixes: [shop/]
        may_grant: {pull: [account: production], push: [account: build]}

A team's own defaults are as if written in each of its repositories.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared_ecr.declaration.consumers.neighbours import ConsumerContext
from shared_ecr.declaration.grants import read_grant, read_grants
from shared_ecr.declaration.merging import merged
from shared_ecr.declaration.reader import Reading, join
from shared_ecr.documents.nodes import Mapping, MappingEntry, Node, Scalar
from shared_ecr.documents.nodes import Sequence as SequenceNode
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.permissions import AccessLevel, Grant
from shared_ecr.model.principals import (
    Account,
    CiWorkflow,
    CodeBuildProject,
    Consumer,
    EmrServerless,
    FromOrganization,
    LambdaFunctions,
    Organization,
    OrganizationalUnit,
    Role,
    Service,
)
from shared_ecr.text import listed, quoted

# What would grant or weaken in another way than by a grant that can be compared.
FORBIDDEN = ("statements", "perimeter")
_LEVELS = frozenset(map(str, AccessLevel))


@dataclass(frozen=True, slots=True)
class TeamRules:
    """What the including file says about a team's file."""

    prefixes: tuple[str, ...]
    may_grant: Node | None
    path: str
    """Where that is written, `include[0]`."""


@dataclass(frozen=True, slots=True)
class TeamFile:
    """One file of a team, read but not yet checked for its grants."""

    rules: TeamRules
    defaults: Mapping | None
    repositories: Mapping


def with_defaults(team: TeamFile) -> Mapping:
    """Return the team's repositories completed by the team's defaults; a `null` still clears those of the whole."""
    if team.defaults is None:
        return team.repositories
    entries = [MappingEntry(entry.key, _completed(team.defaults, entry.value)) for entry in team.repositories.entries]
    return Mapping(team.repositories.position, tuple(entries))


def check_names(reading: Reading, team: TeamFile) -> None:
    """Note every name that is not below one of the team's prefixes, and every key that only the whole may write."""
    for entry in team.repositories.entries:
        path = join("repositories", entry.key.text)
        if not entry.key.text.startswith(team.rules.prefixes):
            fault = InvalidValueError(
                f"the repository {quoted(entry.key.text)} is not below {listed(team.rules.prefixes)}",
                why=f"'{team.rules.path}' gives this file these prefixes only",
                fix="Rename it, or let the including file add the prefix",
                code="team-prefix",
            )
            reading.note(entry.key, path, fault)
        _check_keys(reading, entry.value, path)
    if team.defaults is not None:
        _check_keys(reading, team.defaults, "defaults")


def check_grants(reading: Reading, teams: Sequence[TeamFile], neighbours: ConsumerContext) -> None:
    """Note every grant of a team's file that the including file does not allow."""
    for team in teams:
        node = team.rules.may_grant
        allowed = () if node is None else read_grants(reading, node, f"{team.rules.path}.may_grant", neighbours)
        for grants, path in _grants(team):
            for item, item_path, grant in _read(grants, path, neighbours):
                if not any(_covers(each, grant) for each in allowed):
                    fault = InvalidValueError(
                        f"this file may not grant {grant.level} to {grant.consumer}",
                        why=f"'{team.rules.path}.may_grant' allows {listed(map(str, allowed)) if allowed else 'none'}",
                        fix="Let the including file allow it, or declare the repository there",
                        code="team-grant",
                    )
                    reading.note(item, item_path, fault)


def _check_keys(reading: Reading, node: Node, path: str) -> None:
    for entry in node.entries if isinstance(node, Mapping) else ():
        if entry.key.text in FORBIDDEN:
            fault = InvalidValueError(
                f"a team's file may not write {quoted(entry.key.text)}",
                why="It could give access that the including file does not allow",
                fix="Declare it in the including file",
                code="team-key",
            )
            reading.note(entry.key, join(path, entry.key.text), fault)


def _grants(team: TeamFile) -> Iterator[tuple[Mapping, str]]:
    named = [(entry.value, join("repositories", entry.key.text)) for entry in team.repositories.entries]
    for node, path in (*named, *([(team.defaults, "defaults")] if team.defaults else ())):
        grants = node.get("grants") if isinstance(node, Mapping) else None
        if isinstance(grants, Mapping):
            yield grants, join(path, "grants")


def _read(grants: Mapping, path: str, neighbours: ConsumerContext) -> Iterator[tuple[Node, str, Grant]]:
    # The faults of what is read here are noted when the repositories are read.
    scratch = Reading("")
    for entry in grants.entries:
        if entry.key.text in _LEVELS and isinstance(entry.value, SequenceNode):
            level_path = join(path, entry.key.text)
            for number, item in enumerate(entry.value.items):
                grant = read_grant(scratch, item, f"{level_path}[{number}]", AccessLevel(entry.key.text), neighbours)
                if grant:
                    yield item, f"{level_path}[{number}]", grant


def _covers(allowed: Grant, grant: Grant) -> bool:
    return (
        set(grant.level.actions) <= set(allowed.level.actions)
        and allowed.narrowing.admits(grant.narrowing)
        and (allowed.consumer == grant.consumer or _includes(allowed.consumer, grant.consumer))
    )


def _includes(allowed: Consumer, consumer: Consumer) -> bool:  # noqa: PLR0911 — one answer for each kind
    """Whether *allowed* stands for more than *consumer*: an account for all in it, an organization for its units."""
    match allowed, consumer:
        case Account(account), Role(owner) | CiWorkflow(Role(owner)):
            return account == owner
        case Account(account), LambdaFunctions(owner) | CodeBuildProject(owner) | EmrServerless(owner):
            return account == owner
        case Account(account), Service(_, source):
            return not isinstance(source, FromOrganization) and account == source.account
        case LambdaFunctions(account, None), LambdaFunctions(owner):
            return account == owner
        case EmrServerless(account, None), EmrServerless(owner):
            return account == owner
        case Organization(organization), OrganizationalUnit():
            return organization == consumer.organization
        case OrganizationalUnit(has_units_below=True), OrganizationalUnit():
            return consumer.pattern.startswith(allowed.pattern.removesuffix("*"))
        case _:
            return False


def _completed(defaults: Mapping, own: Node) -> Node:
    if not isinstance(own, Mapping):
        return own
    result = merged(defaults, own)
    assert isinstance(result, Mapping)  # noqa: S101 — two mappings merge into one
    written = {entry.key.text for entry in result.entries}
    cleared = [
        entry
        for entry in own.entries
        if isinstance(entry.value, Scalar) and entry.value.value is None and entry.key.text not in written
    ]
    return Mapping(result.position, (*result.entries, *cleared))
