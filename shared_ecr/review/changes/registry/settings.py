"""What happens to the settings of registries: which are added, removed or moved, and which properties change."""

from collections.abc import Iterator, Mapping

from shared_ecr.documents.json_text import Json, read_json
from shared_ecr.documents.policy_faults import InvalidPolicyError
from shared_ecr.records import record
from shared_ecr.review.changes.cases import is_replaced_by_plan, removal_of, replacement
from shared_ecr.review.changes.create_only import rewritten
from shared_ecr.review.changes.differences import as_written, unordered
from shared_ecr.review.changes.identity.pairing import NAME_PROPERTIES, LocatedResource, Paired, held, pair_up
from shared_ecr.review.changes.identity.partial import paired_repositories
from shared_ecr.review.changes.identity.stacks import StackPair, is_same_place
from shared_ecr.review.changes.registry.words import difference_lines
from shared_ecr.review.deployments import Deployment, is_known
from shared_ecr.review.repositories import REPOSITORY
from shared_ecr.review.rules.settings.public import PUBLIC_REPOSITORY
from shared_ecr.review.rules.singletons import singleton_of
from shared_ecr.review.verdict import Happening, PropertyChange, SettingChange
from shared_ecr.text.spelling import pascal_keys

# Properties that hold a policy or a call as a text of JSON.
_TEXTS = frozenset({"PolicyText", "LifecyclePolicy", "RepositoryPolicy", "RepositoryPolicyText", "Body"})
# The words that a report shows instead of the property.
_WORDS: Mapping[str, str] = {
    "PolicyText": "policy",
    "LifecyclePolicy": "lifecycle policy",
    "RepositoryPolicy": "repository policy",
    "RepositoryPolicyText": "repository policy",
    "Body": "what is put",
    "ScanType": "scan type",
    "Rules": "rules",
    "ReplicationConfiguration": "rules",
}

MOVES = frozenset({"stack", "logical id", "account and Region"})


@record
class SettingCase:
    """One setting that something happens to."""

    type: str
    happening: Happening
    what: str
    before: LocatedResource | None
    after: LocatedResource | None
    differences: tuple[PropertyChange, ...] = ()
    stays_in_its_stack: bool = True
    """Whether it is still in the same stack, even if the name or the Region of the stack changed."""

    @property
    def held(self) -> LocatedResource:
        """The resource on the new side; on the old one for what was removed."""
        found = self.after or self.before
        if found is None:
            raise ValueError("a setting is on one side at least")
        return found

    @property
    def is_elsewhere(self) -> bool:
        """Whether it moves to another account or Region, with its whole stack."""
        sides = (self.before, self.after)
        return None not in sides and not is_same_place(*(each.resource.home for each in sides if each))

    @property
    def change(self) -> SettingChange:
        """The findings about it."""
        resource = self.held.resource
        return SettingChange(self.happening, self.what, resource.home, resource.origin, self.differences)


def setting_cases(before: Deployment, after: Deployment, stacks: tuple[StackPair, ...]) -> Iterator[SettingCase]:
    """Yield the settings that something happens to, by type and then in the order of the documents."""
    for type_ in NAME_PROPERTIES:
        if type_ == PUBLIC_REPOSITORY:
            yield from _of_type(type_, paired_repositories(before, after, stacks, type_), stacks)
        elif type_ != REPOSITORY:
            yield from _of_type(type_, pair_up(held(before, type_), held(after, type_), stacks), stacks)


def _of_type(type_: str, paired: Paired, stacks: tuple[StackPair, ...]) -> Iterator[SettingCase]:
    partner = {id(pair.before): id(pair.after) for pair in stacks}
    for old, new in paired.both:
        properties, place = (*_of_properties(old, new), *replacement(new)), tuple(_of_place(old, new))
        happening = _happening(old, new, properties, place)
        if happening is not None:
            stays = partner.get(id(old.stack)) == id(new.stack)
            yield SettingCase(type_, happening, called(new), old, new, (*properties, *place), stays)
    for left in paired.removed:
        yield SettingCase(type_, removal_of(left), called(left), left, None)
    for new in paired.new:
        yield SettingCase(type_, Happening.CREATED, called(new), None, new)


def called(each: LocatedResource) -> str:
    """Return what a setting is called: `pull-through cache rule docker-hub`."""
    thing = singleton_of(each.resource)
    if each.resource.type == PUBLIC_REPOSITORY:
        return f"public repository {each.name or f'<{each.resource.origin.logical_id}>'}"
    return thing.name if thing else f"<{each.resource.origin.logical_id}>"


def parsed(name: str, value: Json) -> Json:
    """Return the value of the property *name*, as an object where it is written as a text of JSON."""
    if name not in _TEXTS or not isinstance(value, str) or not is_known(value):
        return value
    try:
        # A call is written as the API has it; a resource of CloudFormation begins its keys with capitals.
        return pascal_keys(read_json(value)) if name == "Body" else read_json(value)
    except InvalidPolicyError:
        return value


def _happening(
    old: LocatedResource,
    new: LocatedResource,
    properties: tuple[PropertyChange, ...],
    place: tuple[PropertyChange, ...],
) -> Happening | None:
    if rewritten(new.stack, old.resource, new.resource) or is_replaced_by_plan(new):
        return Happening.REPLACED
    if any(each.what in MOVES for each in place):
        return Happening.MOVED
    return Happening.CHANGED if properties or place else None


def _of_properties(old: LocatedResource, new: LocatedResource) -> Iterator[PropertyChange]:
    before, after = old.resource, new.resource
    if before.properties != after.properties:
        for name in sorted({*before.properties, *after.properties} - {"ServiceToken", "ServiceTimeout"}):
            was, now = (parsed(name, side.properties.get(name)) for side in (before, after))
            is_rewritten = name in rewritten(new.stack, before, after)
            if unordered(was) != unordered(now) or is_rewritten:
                what = "name" if name == NAME_PROPERTIES[before.type] else _WORDS.get(name, name)
                yield PropertyChange(what, as_written(was), as_written(now), tuple(difference_lines(was, now)))


def _of_place(old: LocatedResource, new: LocatedResource) -> Iterator[PropertyChange]:
    before, after = old.resource, new.resource
    for what, one, other in (
        ("stack", old.stack.name, new.stack.name),
        ("logical id", before.origin.logical_id, after.origin.logical_id),
        ("account and Region", str(before.home), str(after.home)),
        ("when it leaves the stack", before.deletion_policy or "Delete", after.deletion_policy or "Delete"),
    ):
        if one != other:
            yield PropertyChange(what, one or None, other or None)
