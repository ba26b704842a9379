"""What happens to the keys of the stacks that encrypt repositories: without its key an image cannot be read.

Sources: https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html,
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-key.html
"""

from collections.abc import Iterator

from shared_ecr.documents.json_text import Json
from shared_ecr.model.settings.creation_templates import CREATION_TEMPLATE
from shared_ecr.review.changes.cases import removal_of
from shared_ecr.review.changes.create_only import TERRAFORM, rewritten
from shared_ecr.review.changes.differences import as_written
from shared_ecr.review.changes.identity.key_uses import KEY_TYPES, KeyUses
from shared_ecr.review.changes.identity.pairing import LocatedResource, held, pair_up
from shared_ecr.review.changes.identity.stacks import StackPair, is_of_ecr, paired_stacks
from shared_ecr.review.changes.rules.identity import weakened
from shared_ecr.review.changes.rules.key_policies import key_policy
from shared_ecr.review.changes.rules.listed import listed_changes
from shared_ecr.review.deployments import OPEN_MARK, RETAINING, Deployment, Resource, is_known
from shared_ecr.review.documents.open_values import open_value
from shared_ecr.review.findings import ReviewFinding, RuleFinding, error, warning
from shared_ecr.review.repositories import REPOSITORY
from shared_ecr.review.verdict import Happening
from shared_ecr.text.patterns import LazyPattern

_ALIAS = "AWS::KMS::Alias"
_UNREADABLE = "Without its key no image can be pulled or pushed, even in repositories that stay"
_DAYS = LazyPattern(r"[0-9]{1,2}")
_DEFAULT_WINDOW = 30
"""https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html"""
# "The update request fails, regardless of the value of the UpdateReplacePolicy attribute", says the page of the type.
_IMMUTABLE = ("KeySpec", "KeyUsage", "MultiRegion", "Origin")


def keys_lost(before: Deployment, after: Deployment) -> Iterator[ReviewFinding]:
    """Find keys of repositories that are deleted, disabled, or lost more easily than before."""
    used, will_be_used = KeyUses.of(before), KeyUses.of(after)
    stacks = _stacks_with_keys(before, after)
    for type_ in KEY_TYPES:
        paired = pair_up(_of_stacks(before, type_), _of_stacks(after, type_), stacks)
        for old, new in paired.both:
            if used.includes(old) or will_be_used.includes(new):
                for found in changed_key(old, new):
                    yield found.about(f"key {old.resource.origin.logical_id}", new.resource)
        for left in paired.removed:
            if used.includes(left) and removal_of(left) is Happening.DELETED:
                yield _deleted(f"the key leaves stack {left.stack.name}").about(
                    f"key {left.resource.origin.logical_id}", left.resource
                )


def _stacks_with_keys(before: Deployment, after: Deployment) -> tuple[StackPair, ...]:
    """Return the stacks on both sides that have keys, also those without anything of ECR."""
    return paired_stacks(before, after, lambda type_: is_of_ecr(type_) or type_ in {*KEY_TYPES, _ALIAS})


def _of_stacks(side: Deployment, type_: str) -> list[LocatedResource]:
    """Return the keys of CloudFormation's stacks; those of plans are judged by what the plan says."""
    return [each for each in held(side, type_) if each.stack.tool != TERRAFORM]


def changed_key(old: LocatedResource, new: LocatedResource) -> Iterator[RuleFinding]:
    """Find what makes a key that is used unusable, or easier to lose."""
    before, after = old.resource, new.resource
    yield from weakened(before, after, new.stack.tool)
    if rewritten(new.stack, before, after) and after.update_replace_policy not in RETAINING:
        yield _deleted("another primary key replaces the key")
    if _is_enabled(before) and not _is_enabled(after):
        doubt = "" if is_known(after.properties.get("Enabled")) else ", or can be: its value is not known"
        yield error(
            "key-disabled", f"the key is disabled{doubt}", _UNREADABLE,
            "Keep Enabled: true; a key that is disabled can be enabled again",
        )  # fmt: skip
    was, now = (_window(each) for each in (before, after))
    if now < was:
        yield warning(
            "key-deleted-sooner", f"its waiting period before deletion changes from {was} to {now} days",
            "A deletion can be cancelled only during this period", "Keep the longer period",
        )  # fmt: skip
    for name in _IMMUTABLE:
        yield from _immutable(name, before, after)
    yield from key_policy(before.properties.get("KeyPolicy"), after.properties.get("KeyPolicy"), after.home)
    yield from listed_changes(before, after)


def aliases_changed(before: Deployment, after: Deployment) -> Iterator[ReviewFinding]:
    """Find aliases that repositories are encrypted by, and that have another name or another key."""
    stacks = _stacks_with_keys(before, after)
    used = {*_named_keys(before), *_named_keys(after)}
    for old, new in pair_up(_of_stacks(before, _ALIAS), _of_stacks(after, _ALIAS), stacks).both:
        names = {old.resource.text("AliasName"), open_value(old.resource.origin.logical_id)}
        if names & used or _may_be_any(before) or _may_be_any(after):
            for found in listed_changes(old.resource, new.resource):
                yield found.about(f"alias {old.resource.origin.logical_id}", new.resource)


def _may_be_any(side: Deployment) -> bool:
    """Whether a repository or a template of *side* is encrypted by what only the deployment knows: any alias, too."""
    made = {open_value(each.origin.logical_id) for stack in side.stacks for each in stack.resources}
    return any(OPEN_MARK in key and "." not in key and key not in made for key in _named_keys(side))


def _named_keys(side: Deployment) -> Iterator[str]:
    """Yield what the repositories and creation templates of *side* write for their keys."""
    for each in (found for type_ in (REPOSITORY, CREATION_TEMPLATE.type) for found in held(side, type_)):
        written = each.resource.properties.get("EncryptionConfiguration")
        key = written.get("KmsKey") if isinstance(written, dict) else written
        if isinstance(key, str):
            yield key


def _deleted(how: str) -> RuleFinding:
    return error(
        "key-deleted", f"{how}, and is deleted after its waiting period",
        "Images that it encrypts can never be read again, including those of repositories that stay",
        "Write DeletionPolicy and UpdateReplacePolicy: Retain, or cancel the deletion (aws kms cancel-key-deletion)",
    )  # fmt: skip


def _is_enabled(key: Resource) -> bool:
    """Whether the key is enabled for sure; left out, it is."""
    return str(key.properties.get("Enabled", True)).lower() == "true"


def _window(key: Resource) -> int:
    written = key.properties.get("PendingWindowInDays")
    match = _DAYS.fullmatch(str(written)) if written is not None and is_known(written) else None
    return int(match[0]) if match else _DEFAULT_WINDOW


# What a key is where the property is left out.
_DEFAULTS: dict[str, Json] = {
    "KeySpec": "SYMMETRIC_DEFAULT", "KeyUsage": "ENCRYPT_DECRYPT", "MultiRegion": False, "Origin": "AWS_KMS"
}  # fmt: skip


def _immutable(name: str, before: Resource, after: Resource) -> Iterator[RuleFinding]:
    was, now = (each.properties.get(name, _DEFAULTS[name]) for each in (before, after))
    if was != now:
        yield error(
            "key-immutable", f"{name} changes from {as_written(was)} to {as_written(now)}",
            "It is fixed when a key is created, so AWS refuses the update", f"Keep {name}; or create another key",
        )  # fmt: skip
