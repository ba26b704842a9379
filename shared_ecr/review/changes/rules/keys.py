"""What happens to the keys of the stacks that encrypt repositories: without its key an image cannot be read."""

from collections.abc import Iterator

from shared_ecr.review.changes.cases import gone
from shared_ecr.review.changes.identity.keys import Keys
from shared_ecr.review.changes.identity.pairing import LocatedResource, held, pair_up
from shared_ecr.review.changes.identity.stacks import StackPair
from shared_ecr.review.changes.rules.identity import weakened
from shared_ecr.review.deployments import OPEN_MARK, Deployment
from shared_ecr.review.findings import ReviewFinding
from shared_ecr.review.repositories import REPOSITORY
from shared_ecr.review.rules.judgements import error
from shared_ecr.review.verdict import Happening

_KEY = "AWS::KMS::Key"


def keys_lost(before: Deployment, after: Deployment, stacks: tuple[StackPair, ...]) -> Iterator[ReviewFinding]:
    """Find keys that are deleted, or that are deleted more easily, among those that encrypted a repository."""
    used = _used(before)
    paired = pair_up(held(before, _KEY), held(after, _KEY), stacks)
    for old, new in paired.both:
        if _id(old) in used:
            for found in weakened(old.resource, new.resource, new.stack.tool):
                yield found.about(f"key {old.resource.origin.logical_id}", new.resource)
    for left in paired.gone:
        if _id(left) in used and gone(left) is Happening.DELETED:
            yield error(
                "key-deleted", f"the key leaves stack {left.stack.name} and is deleted after its waiting period",
                "Images that it encrypts can never be read again, also those of repositories that stay",
                "Write DeletionPolicy: Retain, or cancel the deletion (kms cancel-key-deletion)",
            ).about(f"key {left.resource.origin.logical_id}", left.resource)  # fmt: skip


def _used(side: Deployment) -> frozenset[tuple[str, str]]:
    """Return stack and logical id of every key of the stacks that encrypts a repository."""
    keys = Keys.of(side)
    found = ((each.stack.name, keys.encryption(each.stack, each.resource).key) for each in held(side, REPOSITORY))
    return frozenset(
        (stack, key.removeprefix(OPEN_MARK).removesuffix("}"))
        for stack, key in found
        if key and key.startswith(OPEN_MARK)
    )


def _id(each: LocatedResource) -> tuple[str, str]:
    return each.stack.name, each.resource.origin.logical_id
