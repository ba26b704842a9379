"""Lift what repositories have in common into `defaults` and `profiles`; each repository keeps what is its own.

Lists replace, mappings merge and `null` clears, so a repository that overrides a mapping also clears the keys that it
does not have. The result is proven by loading it (`declaration_writer`).
"""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping

from shared_ecr.deployment.adoption.yaml_writer import Commented
from shared_ecr.records import record

Plain = dict[str, object]
# How many repositories a profile is for, and how many properties it spares each of them.
_MEMBERS, _SHARED = 3, 2
# A repository without one of these has none of it, which is also said by leaving it out.
_EMPTY: Mapping[str, object] = {"tags": {}, "grants": {}, "statements": []}


@record
class Factored:
    """Repositories with what they share lifted out."""

    defaults: Plain
    profiles: dict[str, Plain]
    repositories: dict[str, Plain]


def factored(repositories: Mapping[str, Plain]) -> Factored:
    """Return *repositories* with the most frequent values as defaults, and profiles for what groups share besides."""
    if len(repositories) < 2:  # noqa: PLR2004 — nothing is common to one
        return Factored({}, {}, {name: dict(own) for name, own in repositories.items()})
    defaults = _most_frequent(repositories)
    own = {name: overrides_of(defaults, properties) for name, properties in repositories.items()}
    groups: dict[str, list[str]] = defaultdict(list)
    for name, overrides in own.items():
        if len(overrides) >= _SHARED:
            groups[_text(overrides)].append(name)
    profiles: dict[str, Plain] = {}
    for members in groups.values():
        if len(members) >= _MEMBERS:
            called = _called(members, profiles)
            profiles[called] = own[members[0]]
            for member in members:
                own[member] = {"profile": called}
    return Factored(defaults, profiles, own)


def _most_frequent(repositories: Mapping[str, Plain]) -> Plain:
    """Return each property's value that more than half of the repositories have."""
    defaults: Plain = {}
    for key in dict.fromkeys(key for properties in repositories.values() for key in properties):
        counted = Counter(_text(properties[key]) for properties in repositories.values() if key in properties)
        text, times = counted.most_common(1)[0]
        if times > len(repositories) / 2:
            holder = next(each for each in repositories.values() if key in each and _text(each[key]) == text)
            defaults[key] = holder[key]
    return defaults


def overrides_of(defaults: Plain, properties: Plain) -> Plain:
    """Return what a repository says besides *defaults*, with null for what it does not take from them."""
    overrides: Plain = {}
    for key in dict.fromkeys((*properties, *defaults)):
        wanted = properties.get(key, _EMPTY.get(key))
        if key not in defaults:
            overrides[key] = wanted
        elif _text(defaults[key]) != _text(wanted):
            overrides[key] = _override(defaults[key], wanted)
    return overrides


def _override(inherited: object, wanted: object) -> object:
    if not isinstance(inherited, Mapping) or not isinstance(wanted, Mapping):
        return wanted
    kept = {
        key: _override(inherited.get(key), value) for key, value in wanted.items() if _differs(inherited, key, value)
    }
    return {**kept, **{key: None for key in inherited if key not in wanted}}


def _differs(inherited: Mapping[str, object], key: str, value: object) -> bool:
    return key not in inherited or _text(inherited[key]) != _text(value)


def _called(members: list[str], profiles: Mapping[str, Plain]) -> str:
    """Call a profile like the namespace that all its members share, else by its number."""
    namespaces = {name.partition("/")[0] for name in members if "/" in name}
    shared = namespaces.pop() if len(namespaces) == 1 and all("/" in name for name in members) else "profile"
    if shared not in profiles and shared != "profile":
        return shared
    return next(name for number in range(1, len(profiles) + 2) if (name := f"{shared}-{number}") not in profiles)


def _text(value: object) -> str:
    return json.dumps(value, sort_keys=True, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, Commented):
        return value.value
    raise TypeError(value)
