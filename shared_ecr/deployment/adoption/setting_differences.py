"""Compare the settings of a registry, those that a deployment makes, with what is live."""

from collections.abc import Iterator, Mapping

from shared_ecr.deployment.adoption.access_equality import canonical
from shared_ecr.deployment.adoption.field_differences import lifecycle_rules
from shared_ecr.deployment.adoption.registry_policy_equality import registry_access_difference
from shared_ecr.deployment.adoption.wanted_resources import WantedRegistry, WantedResource
from shared_ecr.documents.json_text import Json, compact, json_or_text
from shared_ecr.documents.live import LiveRegistry
from shared_ecr.documents.live.live_registry import PUBLIC_REPOSITORY, REPOSITORY
from shared_ecr.model.names import EcrRegistry
from shared_ecr.model.settings.registry_policy import REGISTRY_POLICY
from shared_ecr.model.settings.table import TYPES
from shared_ecr.records import record

# The action that reads each type; without its answer nothing is known.
READ_BY = {each.type: f"ecr:{each.read_by}" for each in TYPES.values()}
_NAMES = {each.type: each.words for each in TYPES.values()} | {PUBLIC_REPOSITORY: "public repository"}
_POLICIES = frozenset({"RepositoryPolicyText"}).union(*(each.policies for each in TYPES.values()))
_NOT_LIVE = frozenset({"ServiceToken", "ServiceTimeout", "Operation"})


@record
class SettingDifference:
    """One setting that is not the same on both sides."""

    what: str
    sentence: str
    details: tuple[str, ...] = ()


def called(kind: str, name: str) -> str:
    """Return what a setting is called in reports: `creation template team`."""
    return f"{_NAMES.get(kind, kind)} {name}".rstrip()


def setting_differences(live: LiveRegistry, wanted: WantedRegistry) -> Iterator[SettingDifference]:
    """Yield the wanted settings that are not as they are live; what is not wanted stays as it is."""
    for will in wanted.resources.values():
        if will.kind == REPOSITORY:
            continue
        what = called(will.kind, will.name)
        held = live.one(will.kind, will.name)
        if is_unread(live, will):
            yield SettingDifference(what, f"{READ_BY.get(will.kind, 'it')} was denied, so it cannot be compared")
        elif held is None:
            yield SettingDifference(what, "it would be created")
        else:
            yield from _of_owner(what, held.owner, will.stack)
            yield from changed_setting(what, will.kind, (held.properties, will.properties), live.home)


def _of_owner(what: str, owner: str | None, stack: str) -> Iterator[SettingDifference]:
    if owner and owner != stack:
        yield SettingDifference(what, f"it belongs to the stack {owner}, and CloudFormation refuses to import it")


def is_unread(live: LiveRegistry, will: WantedResource) -> bool:
    """Whether AWS denied the reading of a setting, so that nothing is known of it."""
    if will.kind == PUBLIC_REPOSITORY:
        return live.is_unread(will.name) or live.is_unread("", "ecr-public:DescribeRepositories")
    return live.is_unread("", READ_BY.get(will.kind, ""))


def changed_setting(
    what: str, kind: str, sides: tuple[Mapping[str, Json], Mapping[str, Json]], home: EcrRegistry
) -> Iterator[SettingDifference]:
    """Yield what differs between both *sides* of one setting, its policy by the access that it gives."""
    before, after = sides
    if kind == REGISTRY_POLICY.type:
        one, other = (json_or_text(side.get("PolicyText")) for side in sides)
        found = registry_access_difference(one, other, home)
        if not found.is_equal:
            yield SettingDifference(
                what, "it would change", (*map(str, found.changes), *filter(None, (found.undecided,)))
            )
        before, after = (_without_policy(side) for side in sides)
    changed = changed_properties(before, after)
    if changed:
        lines = [line for key, (old, new) in changed.items() for line in (f"live {key}: {old}", f"wanted {key}: {new}")]
        yield SettingDifference(what, "it would change", tuple(lines))


def _without_policy(properties: Mapping[str, Json]) -> Mapping[str, Json]:
    return {key: value for key, value in properties.items() if key != "PolicyText"}


def changed_properties(before: Mapping[str, Json], after: Mapping[str, Json]) -> dict[str, tuple[str, str]]:
    """Return the properties that mean something else on both sides, each with both values as text."""
    keys = sorted({*before, *after} - _NOT_LIVE)
    return {
        key: (_shown(before.get(key)), _shown(after.get(key)))
        for key in keys
        if normalised(key, before.get(key)) != normalised(key, after.get(key))
    }


def normalised(key: str, value: Json) -> object:
    """Return the property *key* in a form that is equal for what means the same."""
    if key in _POLICIES:
        return canonical(json_or_text(value))
    if key == "LifecyclePolicy" and isinstance(value, str):
        return compact(lifecycle_rules({"LifecyclePolicy": value}))
    if key == "Body" and isinstance(value, str):
        return _unordered(_without_defaults(json_or_text(value)))
    if key == "EncryptionConfiguration":
        return _unordered(value or {"EncryptionType": "AES256"})
    if value is None or value == []:
        return None
    return _unordered(value)


def _without_defaults(value: Json) -> Json:
    """Return the body of a call without deletions that are not repeated: they are the default."""
    match value:
        case dict():
            return {
                key: _without_defaults(each)
                for key, each in value.items()
                if (key, each) != ("deleteReplication", {"enabled": False})
            }
        case list():
            return [_without_defaults(each) for each in value]
        case _:
            return value


def _unordered(value: Json) -> object:
    match value:
        case list():
            return ("list", *sorted(map(repr, map(_unordered, value))))
        case dict():
            return ("object", *sorted((key, repr(_unordered(each))) for key, each in value.items()))
        case bool():
            return str(value).lower()
        case _:
            return value


def _shown(value: Json) -> str:
    return "none" if value is None else compact(value)
