"""Named sets of repository properties, and what a repository begins with: defaults, then its profiles in order."""

from functools import partial

from shared_ecr.declaration.merging import merged
from shared_ecr.declaration.nulls import warn_of_nulls
from shared_ecr.declaration.reader import Reading, join
from shared_ecr.documents.nodes import Mapping, Node, Scalar, Sequence
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.findings.problems import Position
from shared_ecr.records import field, record
from shared_ecr.text import did_you_mean, quoted

KEY = "profile"


@record
class InheritedDefaults:
    """What repositories begin with: the defaults, and the profiles that they may name."""

    defaults: Mapping
    profiles: dict[str, Mapping]
    _merged: dict[tuple[str, ...], Mapping] = field(default_factory=dict)

    def of(self, names: tuple[str, ...]) -> Mapping:
        """Return the defaults with the profiles *names* merged in, in order; merged once for all repositories."""
        known = self._merged.get(names)
        if known is None:
            known = self.defaults if not names else _merged(self.of(names[:-1]), self.profiles[names[-1]])
            self._merged[names] = known
        return known


def read_inherited(reading: Reading, defaults: Node | None, profiles: Node | None) -> InheritedDefaults:
    """Read the shape of both; what is in them is judged where properties are."""
    found: dict[str, Mapping] = {}
    if profiles is not None and not isinstance(profiles, Mapping):
        reading.expected(profiles, "profiles", "a mapping of names to properties", "type-mapping")
    elif profiles is not None:
        for entry in profiles.entries:
            if isinstance(entry.value, Mapping):
                found[entry.key.text] = entry.value
            else:
                reading.expected(entry.value, join("profiles", entry.key.text), "a mapping", "type-mapping")
    return InheritedDefaults(defaults if isinstance(defaults, Mapping) else Mapping(Position(1, 1), ()), found)


def completed(reading: Reading, inherited: InheritedDefaults, own: Mapping, path: str) -> Mapping:
    """Return *own* on top of what it begins with; the key `profile` is read and removed."""
    asked = own.get(KEY)
    names = _names(reading, asked, join(path, KEY), inherited) if asked is not None else ()
    properties = Mapping(own.position, tuple(entry for entry in own.entries if entry.key.text != KEY))
    resolved = _merged(inherited.of(names), properties)
    warn_of_nulls(reading, own, path, resolved)
    for name in names:
        profile, profile_path = inherited.profiles[name], join("profiles", name)
        reading.once(profile, "nulls", partial(warn_of_nulls, reading, profile, profile_path, resolved))
    return resolved


def _names(reading: Reading, node: Node, path: str, inherited: InheritedDefaults) -> tuple[str, ...]:
    """Read one name or a list of them; leave out those that are not declared, which is noted."""
    if isinstance(node, Scalar) and node.value is None:
        return ()
    items = reading.items(node, path) if isinstance(node, Sequence) else ((node, path),)
    names: list[str] = []
    for item, item_path in items:
        name = reading.text(item, item_path)
        if name is None:
            continue
        if name not in inherited.profiles:
            fix = did_you_mean(name, inherited.profiles) or "Declare it under 'profiles' at the top of the file"
            fault = InvalidValueError(f"no profile is called {quoted(name)}", fix=fix, code="profile-name")
            reading.note(item, item_path, fault)
        elif name in names:
            what = f"the profile {quoted(name)} is named twice"
            fault = InvalidValueError(
                what, why="Only its last place would count", fix="Remove one", code="profile-name"
            )
            reading.note(item, item_path, fault)
        else:
            names.append(name)
    return tuple(names)


def _merged(below: Mapping, own: Mapping) -> Mapping:
    result = merged(below, own)
    assert isinstance(result, Mapping)  # noqa: S101 — a mapping merges into a mapping
    return result
