"""What a team's file may declare: names below its prefixes, and grants that the including file allows.

    include:
      - path: teams/shop.yaml
        prefixes: [shop/]
        may_grant: {pull: [account: production], push: [account: build]}

A team's own defaults are as if written in each of its repositories.
"""

from shared_ecr.declaration.merging import merged
from shared_ecr.declaration.reader import Reading, join
from shared_ecr.documents.nodes import Mapping, MappingEntry, Node, Scalar
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.records import record
from shared_ecr.text import listed, quoted

# What would grant or weaken in another way than by a grant that can be compared.
FORBIDDEN = ("statements", "perimeter")


@record
class TeamRules:
    """What the including file says about a team's file."""

    prefixes: tuple[str, ...]
    may_grant: Node | None
    path: str
    """Where that is written, `include[0]`."""


@record
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
                why=f"'{team.rules.path}' allows this file only these prefixes",
                fix="Rename it, or let the including file add the prefix",
                code="team-prefix",
            )
            reading.note(entry.key, path, fault)
        _check_keys(reading, entry.value, path)
    if team.defaults is not None:
        _check_keys(reading, team.defaults, "defaults")


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
