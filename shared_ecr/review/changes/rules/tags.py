"""Resource tags that are lost, or have another value.

Policies of this deployment that ask for tags are judged with the tags of both sides. Policies of identities, service
control policies and cost reports are not in the documents, and can ask for the same tags.
https://docs.aws.amazon.com/AmazonECR/latest/userguide/security_iam_service-with-iam.html (authorization based on tags)
"""

from collections.abc import Iterator

from shared_ecr.access.policy_model import Policy
from shared_ecr.access.requests import TAG_KEYS
from shared_ecr.review.auto_delete_images import AUTO_DELETE_TAG
from shared_ecr.review.changes.cases import RepositoryPair, ReviewContext
from shared_ecr.review.deployments import is_known
from shared_ecr.review.findings import RuleFinding, error, note, warning
from shared_ecr.review.repositories import ReviewedRepository
from shared_ecr.text import plural, quoted

_WHY = "Identity policies (aws:ResourceTag) and cost reports can depend on them, and these documents do not have those"


def tags_lost(case: RepositoryPair, _: ReviewContext) -> Iterator[RuleFinding]:
    """Find resource tags that a repository no longer has, or that have another value."""
    yield from judged_resource_tags(case.before, case.after)


def judged_resource_tags(before: ReviewedRepository, after: ReviewedRepository) -> Iterator[RuleFinding]:
    """Judge other tags of a repository, or of what a creation template creates."""
    if set(after.tags) - set(before.tags) and _may_ask_for_tags(before, after):
        yield error(
            "change-unknown", "repository policy: it is not known whether the tags that change give access",
            "What the policy asks of them is known only once deployed",
            "Compare both sides, or give the values with --parameter, --account and --region",
        )  # fmt: skip
    # Without it no handler deletes images, so its loss takes nothing away.
    old, new = (dict(each.tags) for each in (before, after))
    old.pop(AUTO_DELETE_TAG[0], None)
    # A tag whose key is open can be any of those that are not there.
    is_complete = all(map(is_known, new)) and isinstance(after.resource.properties.get("Tags"), list | None)
    lost = sorted({*old} - {*new}) if is_complete else []
    if lost:
        yield warning(
            "tags-lost", f"it loses the resource {plural(len(lost), 'tag')} {_shown(lost)}", _WHY,
            "Keep the tags, or check what depends on them",
        )  # fmt: skip
    changed = sorted(key for key in {*old} & {*new} if old[key] != new[key] and is_known([old[key], new[key]]))
    if changed:
        yield note(
            "tags-changed", f"other values of the resource {plural(len(changed), 'tag')} {_shown(changed)}",
            _WHY, "Check what depends on them",
        )  # fmt: skip


def _shown(keys: list[str]) -> str:
    return ", ".join(map(quoted, keys))


def _may_ask_for_tags(before: ReviewedRepository, after: ReviewedRepository) -> bool:
    """Whether a part of a policy that is not known may ask for a tag."""
    read = [each.policy_read for each in (before, after) if each.has_policy]
    return any(not each.is_whole or bool(each.open_statements and _asks_for_tags(each.policy)) for each in read)


def _asks_for_tags(policy: Policy | None) -> bool:
    return policy is None or any(key.startswith(TAG_KEYS) for key in policy.keys)
