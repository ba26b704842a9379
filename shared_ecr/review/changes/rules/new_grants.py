"""New resources that give access to principals outside: nothing is lost, but a reviewer must see these principals."""

from collections.abc import Iterable, Iterator

from shared_ecr.access.callers import CallerKind
from shared_ecr.access.changes import AccessChange, Direction
from shared_ecr.access.policy_pair import PolicyPair
from shared_ecr.model.settings.creation_templates import CREATION_TEMPLATE
from shared_ecr.review.changes.identity.pairing import LocatedResource
from shared_ecr.review.changes.registry.access import AccessChanges, can_be_read
from shared_ecr.review.changes.registry.settings import SettingCase
from shared_ecr.review.findings import ReviewFinding, warning
from shared_ecr.review.repositories import ReviewedRepository, read_repository
from shared_ecr.review.rules.scene import read_template

# What says for which account a service acts.
_ACTS_FOR = ("aws:sourceaccount", "aws:sourcearn")


def granted_outside(
    new: Iterable[LocatedResource], settings: Iterable[SettingCase], access: AccessChanges
) -> Iterator[ReviewFinding]:
    """Find new repositories, and creation templates of *settings*, whose policy gives access outside."""
    for each in new:
        repository = read_repository(each.stack, each.resource)
        yield from _granted(repository, repository.name, each, access)
    for case in settings:
        if case.type == CREATION_TEMPLATE.type and case.after and not case.before:
            template = read_template(case.after.stack, case.after.resource)
            yield from _granted(template.repository, case.what, case.after, access)


def _granted(
    repository: ReviewedRepository, subject: str, each: LocatedResource, access: AccessChanges
) -> Iterator[ReviewFinding]:
    if repository.policy is None or not can_be_read(repository):
        return
    target = repository.target
    changes = access.between(PolicyPair(), PolicyPair(repository.policy), target, target)
    found = [str(change).removeprefix(f"{repository.name}: ") for change in changes if _is_outside(change, access)]
    if found:
        first, *others = found
        what = f"{first}, and {len(others)} more" if others else first
        yield warning(
            "access-granted-outside", f"it is new: {what}",
            "A principal that is not known to belong to you has access to every image that is pushed to it",
            "Check that each is intended; declare your accounts and your organization", tuple(found),
        ).about(subject, each.resource)  # fmt: skip


def _is_outside(change: AccessChange, access: AccessChanges) -> bool:
    """Whether *change* gives access outside; a service that acts for an account of ours is inside."""
    if change.direction is not Direction.ALLOWED or not change.is_outside:
        return False
    if change.caller.kind is not CallerKind.SERVICE:
        return True
    ours = {change.target.account, *access.known.accounts}
    texts = [text for key, values in change.said if key in _ACTS_FOR for text in values]
    return not texts or any(ours.isdisjoint(text.split(":")) for text in texts)
