"""What a plan of Terraform does to the keys that encrypt repositories: without its key an image cannot be read.

Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html
"""

from collections.abc import Iterator

from shared_ecr.model.settings.creation_templates import CREATION_TEMPLATE
from shared_ecr.records import replace
from shared_ecr.review.changes.create_only import TERRAFORM
from shared_ecr.review.changes.identity.pairing import LocatedResource, held
from shared_ecr.review.changes.rules.key_changes import changed_key
from shared_ecr.review.changes.rules.key_policies import key_policy
from shared_ecr.review.deployments import RETAINING, Deployment, Resource, is_known
from shared_ecr.review.findings import ReviewFinding, RuleFinding, error
from shared_ecr.review.repositories import REPOSITORY

KEY, KEY_POLICY = "AWS::KMS::Key", "AWS::KMS::KeyPolicy"
_UNREADABLE = "Images that it encrypts cannot be pulled any more, including those of repositories that stay"


def keys_of_plans(
    before: Deployment, after: Deployment, used_in: tuple[Deployment, Deployment] | None = None
) -> Iterator[ReviewFinding]:
    """Find keys that are deleted, disabled or left to expire, among those that may encrypt a repository.

    Args:
        before: the keys as they were.
        after: the keys as they will be.
        used_in: what the keys encrypt, on both sides, where it is not in *before* and *after*.
    """
    users = _users(*(used_in or (before, after)))
    new = _of_plans(after, KEY)
    for place, old in _of_plans(before, KEY).items():
        used_by = [name for name, key in users if _may_be(key, old.resource)]
        if used_by:
            key = new.get(place)
            for found in _lost(old, key, _named(used_by)):
                yield found.about(f"key {old.resource.origin.logical_id}", (key or old).resource)
    yield from _key_policies(before, after, users)


def _key_policies(
    before: Deployment, after: Deployment, users: list[tuple[str, str | None]]
) -> Iterator[ReviewFinding]:
    """Judge the policies that are resources beside their keys."""
    old = _of_plans(before, KEY_POLICY)
    for place, new in _of_plans(after, KEY_POLICY).items():
        was = old[place].resource.properties.get("KeyPolicy") if place in old else None
        if any(_may_be(key, new.resource) for _, key in users):
            for found in key_policy(was, new.resource.properties.get("KeyPolicy"), new.resource.home):
                yield found.about(f"key policy {new.resource.origin.logical_id}", new.resource)


def _of_plans(side: Deployment, kind: str) -> dict[tuple[str, str], LocatedResource]:
    return {_id_of(each): each for each in held(side, kind) if each.stack.tool == TERRAFORM}


def _lost(old: LocatedResource, new: LocatedResource | None, users: tuple[str, ...]) -> Iterator[RuleFinding]:
    operation = (new or old).resource.operation
    is_forgotten = old.resource.deletion_policy in RETAINING
    if (new is None and not is_forgotten) or (operation and operation.operation.deletes):
        says = f": {operation}" if operation else ""
        yield error(
            "key-deleted", f"Terraform schedules the key for deletion{says}",
            f"{_UNREADABLE}, and after the waiting period they are lost",
            "Keep the key in the configuration; if it is applied already, run 'aws kms cancel-key-deletion'", users,
        )  # fmt: skip
    elif new:
        yield from (replace(found, details=(*found.details, *users)) for found in changed_key(old, new))
        yield from _expires(old.resource, new.resource, users)


def _expires(old: Resource, new: Resource, users: tuple[str, ...]) -> Iterator[RuleFinding]:
    expires = new.properties.get("ValidTo")
    if expires is not None and expires != old.properties.get("ValidTo"):
        yield error(
            "key-disabled", "the key material is set to expire", f"{_UNREADABLE}, from that moment on",
            "Remove valid_to", users,
        )  # fmt: skip


def _users(before: Deployment, after: Deployment) -> list[tuple[str, str | None]]:
    """Return the repositories and templates that stay or come, each with its key; None where it is not known."""
    old = {_id_of(each): each for kind in (REPOSITORY, CREATION_TEMPLATE.type) for each in held(before, kind)}
    found = []
    for kind in (REPOSITORY, CREATION_TEMPLATE.type):
        for each in held(after, kind):
            was = old.get(_id_of(each))
            keys = [_key(side) for side in (was, each) if side]
            name = each.name or each.resource.origin.logical_id
            found += [(name, key[0]) for key in keys if key]
    return list(dict.fromkeys(found))


def _key(each: LocatedResource) -> tuple[str | None] | None:
    """Return the key of a repository or template, None within where it is not known; nothing without one."""
    held_ = each.resource.properties.get("EncryptionConfiguration")
    if isinstance(held_, str):
        return (None,)
    key = held_.get("KmsKey") if isinstance(held_, dict) else None
    if key is None:
        return None
    return (key if isinstance(key, str) and is_known(key) else None,)


def _may_be(key: str | None, resource: Resource) -> bool:
    """Whether *key* can be the one that *resource* makes: an alias or an open value may stand for any."""
    names = [name for each in ("Arn", "KeyId") if (name := resource.text(each))]
    if key is None or "alias/" in key:
        return key is None or not key.endswith("alias/aws/ecr")
    return not names or any(_id(key) == _id(name) for name in names)


def _id_of(each: LocatedResource) -> tuple[str, str]:
    return each.stack.name, each.resource.origin.logical_id


def _id(text: str) -> str:
    return text.rpartition("/")[2]


def _named(users: list[str]) -> tuple[str, ...]:
    return tuple(f"encrypts {name}" for name in dict.fromkeys(users))
