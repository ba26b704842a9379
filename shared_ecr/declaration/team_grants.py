"""Whether the grants in the files of teams are among those that the including file allows each of them."""

from collections.abc import Iterator, Sequence

from shared_ecr.declaration.consumers.neighbours import ConsumerContext
from shared_ecr.declaration.grants import read_grant, read_grants
from shared_ecr.declaration.reader import Reading, join
from shared_ecr.declaration.team_files import TeamFile
from shared_ecr.documents.nodes import Mapping, Node
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
from shared_ecr.text import listed

_LEVELS = frozenset(map(str, AccessLevel))


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
