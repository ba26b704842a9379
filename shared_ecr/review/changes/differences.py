"""The properties of a repository that change, in ECR's words."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from shared_ecr.access.changes import AccessChange
from shared_ecr.documents.json_text import Json, read_json_or_text
from shared_ecr.review.changes.identity.keys import EncryptionIdentity
from shared_ecr.review.changes.losing.words import LIFECYCLE_POLICY, lifecycle_difference
from shared_ecr.review.deployments import Resource, is_known
from shared_ecr.review.repositories import ReviewedRepository
from shared_ecr.review.texts import written_out
from shared_ecr.review.verdict import PropertyChange
from shared_ecr.text import counted

# Properties that are shown in words, and their name; every other property is shown as it is written.
IN_WORDS: Mapping[str, str] = {
    "RepositoryName": "name",
    "EncryptionConfiguration": "encryption",
    "ImageTagMutability": "tag mutability",
    "ImageTagMutabilityExclusionFilters": "tags excluded from it",
    "ImageScanningConfiguration": "scan on push",
    "LifecyclePolicy": LIFECYCLE_POLICY,
    "RepositoryPolicyText": "repository policy",
    "EmptyOnDelete": "images when it is deleted",
    "Tags": "tags",
}

_Shown = Callable[[ReviewedRepository], str | None]
_ROWS: tuple[tuple[str, _Shown], ...] = (
    ("name", lambda each: each.name if each.is_named else as_written(each.resource.properties.get("RepositoryName"))),
    ("stack", lambda each: each.stack.name),
    ("logical id", lambda each: each.resource.origin.logical_id),
    ("account and Region", lambda each: str(each.home)),
    ("tag mutability", lambda each: each.mutability),
    ("tags excluded from it", lambda each: ", ".join(sorted(each.exclusions)) or None),
    ("scan on push", lambda each: "on" if each.scan_on_push else "off"),
    ("when it leaves the stack", lambda each: _removal(each.resource.deletion_policy, each)),
    ("when it is replaced", lambda each: _removal(each.resource.update_replace_policy, each)),
    ("images when it is deleted", lambda each: "deleted with it" if each.empty_on_delete else "keep it from deletion"),
)


def differences(
    before: ReviewedRepository,
    after: ReviewedRepository,
    encryption: tuple[EncryptionIdentity, EncryptionIdentity] | None,
    access: Sequence[AccessChange],
) -> tuple[PropertyChange, ...]:
    """Return what differs in meaning; another spelling of the same is no difference.

    Args:
        before: the repository as it was.
        after: as it will be.
        encryption: what encrypts it on both sides, where the repository is replaced for it; else None.
        access: who gains which access, and who loses it.
    """
    found = list(_in_words(before, after, encryption, access))
    shown = {each.what for each in found}
    for name in undecided(before.resource, after.resource):
        # Keys are compared by their identity, not by their names.
        if IN_WORDS.get(name, name) not in shown and name != "EncryptionConfiguration":
            old, new = (each.resource.properties.get(name) for each in (before, after))
            found.append(PropertyChange(IN_WORDS.get(name, name), as_written(old), as_written(new)))
    return (*found, *other_properties(before.resource, after.resource, frozenset(IN_WORDS)))


def undecided(before: Resource, after: Resource) -> tuple[str, ...]:
    """Return the properties that are written otherwise, and hang on what only a deployment knows."""
    names = sorted({*before.properties, *after.properties})
    both = ((name, before.properties.get(name), after.properties.get(name)) for name in names)
    return tuple(
        name for name, old, new in both if not (is_known(old) and is_known(new)) and unordered(old) != unordered(new)
    )


def becomes_known(before: Resource, after: Resource, name: str) -> bool:
    """Whether the property *name* hides on the previous side what it says now: any change may be in between."""
    return not is_known(before.properties.get(name)) and is_known(after.properties.get(name))


def stays_unknown(before: Resource, after: Resource, name: str) -> bool:
    """Whether neither side says all of the property *name*, though it is written otherwise."""
    return not is_known(before.properties.get(name)) and not is_known(after.properties.get(name))


def other_properties(before: Resource, after: Resource, shown: frozenset[str]) -> Iterator[PropertyChange]:
    """Yield the properties that differ, except those that are *shown* already, as they are written."""
    for name in sorted({*before.properties, *after.properties} - shown):
        old, new = before.properties.get(name), after.properties.get(name)
        if unordered(old) != unordered(new):
            yield PropertyChange(name, as_written(old), as_written(new))


def unordered(value: Json) -> str:
    """Write *value* without regard to the order of keys and lists: in all that ECR takes, it means nothing."""
    match value:
        case dict():
            return f"{{{','.join(f'{key}:{unordered(value[key])}' for key in sorted(value))}}}"
        case [single]:
            return unordered(single)
        case list():
            return f"[{','.join(sorted(map(unordered, value)))}]"
        case _:
            return written_out(value)


def as_written(value: Json) -> str | None:
    """Return *value* as a reader finds it; None where there is none."""
    return value if value is None or isinstance(value, str) else written_out(value)


def _in_words(
    before: ReviewedRepository,
    after: ReviewedRepository,
    encryption: tuple[EncryptionIdentity, EncryptionIdentity] | None,
    access: Sequence[AccessChange],
) -> Iterator[PropertyChange]:
    for what, show in _ROWS:
        old, new = show(before), show(after)
        if old != new:
            yield PropertyChange(what, old, new)
    if encryption:
        yield PropertyChange("encryption", *in_words(before, after, encryption))
    if lifecycle := lifecycle_difference(before, after):
        yield lifecycle
    if not is_same_policy(before, after):
        same = before.has_policy and after.has_policy and not access
        lines = ("  the same access, in other words",) if same and _is_whole(before) and _is_whole(after) else ()
        yield PropertyChange("repository policy", _policy(before), _policy(after), lines)
    if tags := _tags(before, after):
        yield PropertyChange("tags", f"{len(before.tags)}", f"{len(after.tags)}", tags)


def in_words(
    before: ReviewedRepository, after: ReviewedRepository, encryption: tuple[EncryptionIdentity, EncryptionIdentity]
) -> tuple[str, str]:
    """Return both encryptions in words; as they are written where they are the same one in two spellings."""
    if encryption[0] != encryption[1]:
        return str(encryption[0]), str(encryption[1])
    old, new = (as_written(each.resource.properties.get("EncryptionConfiguration")) for each in (before, after))
    return old or "not written", new or "not written"


def is_same_policy(before: ReviewedRepository, after: ReviewedRepository) -> bool:
    """Whether the repository policies are the same but for order and spelling of their JSON."""
    old, new = (read_json_or_text(each.resource.properties.get("RepositoryPolicyText")) for each in (before, after))
    return old == new or unordered(old) == unordered(new)


def _is_whole(repository: ReviewedRepository) -> bool:
    read = repository.policy_read
    return read.policy is not None and read.is_whole and not read.open_statements


def _removal(policy: str, repository: ReviewedRepository) -> str | None:
    # Terraform has no such policies; what protects a repository there is that it holds images.
    return None if repository.stack.tool == "terraform" else policy or "Delete"


def _policy(repository: ReviewedRepository) -> str | None:
    if not repository.has_policy:
        return None
    if repository.policy is None:
        return "AWS would refuse it" if repository.policy_faults else "known only once deployed"
    size = f", {repository.policy_bytes:,} characters" if repository.policy_bytes is not None else ""
    return f"{counted(len(repository.policy.statements), 'statement')}{size}"


def _tags(before: ReviewedRepository, after: ReviewedRepository) -> tuple[str, ...]:
    old, new = dict(before.tags), dict(after.tags)
    lines = []
    for key in sorted({*old, *new}):
        if old.get(key) != new.get(key):
            lines += [f"{sign} {key} = {side[key]}" for sign, side in (("-", old), ("+", new)) if key in side]
    return tuple(lines)
