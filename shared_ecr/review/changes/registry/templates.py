"""What a change of a creation template means for the repositories that ECR creates by it from now on.

Repositories that exist already stay as they are.
https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-creation-templates.html
"""

from collections.abc import Iterable, Iterator

from shared_ecr.model.settings.creation_templates import CREATION_TEMPLATE, AppliedFor
from shared_ecr.review.changes.registry.access import AccessChanges
from shared_ecr.review.changes.registry.settings import SettingCase
from shared_ecr.review.changes.rules.content import judged_access, judged_tags, lost_by, removed_policy
from shared_ecr.review.changes.rules.lifecycle import judged_lifecycle
from shared_ecr.review.changes.rules.tags import judged_resource_tags
from shared_ecr.review.findings import ReviewFinding, RuleFinding, error, warning
from shared_ecr.review.repositories import ReviewedRepository
from shared_ecr.review.rules.scene import ReviewedTemplate, read_template

_WITHOUT = {
    AppliedFor.REPLICATION: "Replicas are then created with mutable tags, AES256 and without any policy",
    AppliedFor.PULL_THROUGH_CACHE: "Repositories of caches are then created with mutable tags, AES256 and no policy",
    AppliedFor.CREATE_ON_PUSH: "A push to a repository that does not exist then fails",
}
_DEFAULTS = "Repositories for it are then created with the defaults of ECR"


def template_findings(cases: Iterable[SettingCase], access: AccessChanges) -> Iterator[ReviewFinding]:
    """Find templates by which ECR creates repositories that are less safe than before."""
    for case in cases:
        if case.type == CREATION_TEMPLATE.type and case.before and case.after and not case.is_elsewhere:
            yield from (found.about(case.what, case.after.resource) for found in _judged(case, access))


def _judged(case: SettingCase, access: AccessChanges) -> Iterator[RuleFinding]:
    if case.before is None or case.after is None:
        return
    old, new = (read_template(each.stack, each.resource) for each in (case.before, case.after))
    before, after = old.repository, new.repository
    yield from _occasions(old, new)
    yield from _encryption(before, after)
    yield from judged_tags(before, after)
    yield from judged_lifecycle(before, after)
    yield from judged_resource_tags(before, after)
    changes = access.of(before, after)
    is_removed = before.has_policy and not after.has_policy
    if is_removed and (changes or before.policy is None):
        yield removed_policy("the repository policy", lost_by(changes, after.name), is_known=before.policy is not None)
    yield from judged_access(changes, after.name, is_removed=is_removed)


def _occasions(old: ReviewedTemplate, new: ReviewedTemplate) -> Iterator[RuleFinding]:
    for lost in sorted(old.occasions - new.occasions):
        yield error(
            "creation-template-narrowed", f"the template is no longer applied for {lost}",
            next((why for occasion, why in _WITHOUT.items() if occasion == lost), _DEFAULTS),
            f"Keep {lost} in AppliedFor, or add another template for it first",
        )  # fmt: skip


def _encryption(before: ReviewedRepository, after: ReviewedRepository) -> Iterator[RuleFinding]:
    """Find that new repositories are encrypted by Amazon S3 instead of a key, or by another key."""
    if before.encryption == "AES256" or (before.encryption, before.key) == (after.encryption, after.key):
        return
    old, new = (f"{each.encryption} with {each.key}" if each.key else each.encryption for each in (before, after))
    what = f"the encryption of new repositories changes from {old} to {new}"
    why = "Encryption is fixed when a repository is created, so it cannot be corrected later"
    fix = "Keep the encryption; existing repositories keep theirs"
    is_weaker = before.encryption != after.encryption
    yield (error if is_weaker else warning)("creation-template-encryption", what, why, fix)
