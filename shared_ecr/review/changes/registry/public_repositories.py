"""What changes of public repositories: who can push and delete, their tags, and whether images are deleted with them.

Anyone can pull from a public repository, so only the other actions count.
https://docs.aws.amazon.com/AmazonECR/latest/public/public-repository-policies.html
"""

from collections.abc import Iterable, Iterator

from shared_ecr.access.actions import names
from shared_ecr.access.changes import AccessChange
from shared_ecr.access.policy_pair import PolicyPair
from shared_ecr.records import replace
from shared_ecr.review.changes.create_only import TERRAFORM
from shared_ecr.review.changes.registry.access import AccessChanges, can_be_read
from shared_ecr.review.changes.registry.settings import SettingCase
from shared_ecr.review.changes.rules.content import judged_access, lost_by, removed_policy
from shared_ecr.review.changes.rules.tags import judged_resource_tags
from shared_ecr.review.findings import ReviewFinding, RuleFinding, error
from shared_ecr.review.public_policies import OPEN_TO_ALL, in_public_words, read_public_repository
from shared_ecr.review.repositories import ReviewedRepository
from shared_ecr.review.rules.settings.public import PUBLIC_REPOSITORY

_FOR_ALL = frozenset(names(OPEN_TO_ALL))


def public_findings(cases: Iterable[SettingCase], access: AccessChanges) -> Iterator[ReviewFinding]:
    """Find public repositories that more principals can change, that lose tags, or that are lost more easily."""
    for case in cases:
        if case.type == PUBLIC_REPOSITORY and case.before and case.after and not case.is_elsewhere:
            before, after = (read_public_repository(each.stack, each.resource) for each in (case.before, case.after))
            found = (*_emptied(before, after), *judged_resource_tags(before, after), *_policy(before, after, access))
            yield from (each.about(case.what, case.after.resource) for each in found)


def _emptied(before: ReviewedRepository, after: ReviewedRepository) -> Iterator[RuleFinding]:
    if after.empty_on_delete and not before.empty_on_delete:
        word = "force_destroy" if after.stack.tool == TERRAFORM else "EmptyOnDelete"
        yield error(
            "removal-weakened", f"{word} is set: when the repository is deleted, its images are deleted too",
            "ECR refuses to delete a repository that holds images; this removes the last protection",
            f"Remove {word}",
        )  # fmt: skip


def _policy(before: ReviewedRepository, after: ReviewedRepository, access: AccessChanges) -> Iterator[RuleFinding]:
    if after.policy_faults and not before.policy_faults:
        yield error(
            "access-widened", "its policy cannot be evaluated, and before this change it could",
            "A principal that can push to a public repository decides what everyone pulls", "Correct the policy",
            tuple(str(each) for each in after.policy_faults),
        )  # fmt: skip
    if not (can_be_read(before) and can_be_read(after)):
        return
    found = access.between(PolicyPair(before.policy), PolicyPair(after.policy), after.target, before.target)
    changes = tuple(_without_pulls(found))
    is_removed = before.has_policy and not after.has_policy
    if is_removed and changes:
        yield removed_policy("the repository policy", lost_by(changes, after.name), is_known=True)
    for each in judged_access(changes, after.name, is_removed=is_removed):
        details = tuple(map(in_public_words, each.details))
        yield replace(each, what=in_public_words(each.what), details=details)


def _without_pulls(changes: Iterable[AccessChange]) -> Iterator[AccessChange]:
    for change in changes:
        actions = tuple(each for each in change.actions if each not in _FOR_ALL)
        if actions:
            yield replace(change, actions=actions)
