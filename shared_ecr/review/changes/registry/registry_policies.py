"""Who gains or loses access because a registry policy changes: to the repositories that exist, and to new ones."""

from collections.abc import Iterable, Iterator

from shared_ecr.access.changes import AccessChange, Direction
from shared_ecr.access.names_to_come import names_to_come
from shared_ecr.access.policy_model import Policy
from shared_ecr.access.requests import TargetRepository
from shared_ecr.model.settings.registry_policy import REGISTRY_POLICY
from shared_ecr.records import record, replace
from shared_ecr.review.changes.identity.stacks import StackPair, is_of_ecr
from shared_ecr.review.changes.registry.access import AccessChanges, can_be_read
from shared_ecr.review.changes.rules.content import judged_access, lost_by, removed_policy
from shared_ecr.review.deployments import Deployment, RegistryHome, Resource
from shared_ecr.review.findings import ReviewFinding, RuleFinding, error, note
from shared_ecr.review.policy_texts import target_of
from shared_ecr.review.repositories import ReviewedRepository
from shared_ecr.review.verdict import PropertyChange

SUBJECT = "registry policy"


@record
class RegistryChange:
    """What another registry policy, or another scope of it, means in one registry."""

    home: RegistryHome
    changes: tuple[AccessChange, ...]
    """Each once, its target named after all repositories that it is true of."""
    is_known: bool
    """Whether both policies are known, and AWS would take them."""
    is_removed: bool
    becomes_known: bool
    """Whether the previous policy is not known as a whole, and the new one is, or has another scope: any access may
    change."""

    @property
    def difference(self) -> PropertyChange:
        """The change as lines."""
        sign = {Direction.ALLOWED: "+", Direction.DENIED: "-"}
        lines = tuple(f"{sign[each.direction]} {each}" for each in self.changes)
        return PropertyChange("access", None, None, lines or ("  the same access, in other words",))

    def judged(self) -> Iterator[RuleFinding]:
        """Yield what is found."""
        if self.is_removed and (self.changes or not self.is_known):
            yield removed_policy("the registry policy", lost_by(self.changes, ""), is_known=self.is_known)
        yield from judged_access(self.changes, "", is_removed=self.is_removed)
        if not self.is_known:
            make = error if self.becomes_known else note
            yield make(
                "change-unknown", "it is not known whether its differences change what is allowed",
                "It depends on what only a deployment knows, or AWS would refuse it", "Compare both sides",
            )  # fmt: skip


def registry_changes(
    access: AccessChanges, before_it: Deployment, stacks: Iterable[StackPair], unchanged: Iterable[ReviewedRepository]
) -> Iterator[RegistryChange]:
    """Yield the registries whose policy changes; in one that is new, nothing was before.

    Args:
        access: the registry policies of both sides.
        before_it: the old side.
        stacks: the stacks on both sides; what one leaves behind in another place stays there as it is.
        unchanged: the repositories whose own policies stay as they are, of the new side.
    """
    left = {id(pair.before) for pair in stacks if pair.is_elsewhere}
    staying = (stack for stack in before_it.stacks if id(stack) not in left)
    there = {resource.home for stack in staying for resource in stack.resources if is_of_ecr(resource.type)}
    before, after = access.before, access.after
    repositories = list(unchanged)
    for home in dict.fromkeys((*before.policies, *after.policies)):
        old, new = before.read(home), after.read(home)
        if home in there and (old, before.scope(home)) != (new, after.scope(home)):
            is_whole = all(each.is_whole and not each.faults for each in (old, new))
            is_removed = home in before.policies and home not in after.policies
            has_other_scope = before.scope(home) != after.scope(home)
            becomes_known = not old.is_whole and (new.is_whole or has_other_scope)
            changes = tuple(_changes(access, home, repositories))
            yield RegistryChange(home, changes, is_whole, is_removed, becomes_known)


def policy_findings(
    changes: Iterable[RegistryChange], before: Deployment, after: Deployment
) -> Iterator[ReviewFinding]:
    """Say what is found of the policy that changes, or that was there."""
    for change in changes:
        found = (_policies(side, change.home) for side in (after, before))
        resource = next(each for side in found for each in side)
        yield from (judged.about(SUBJECT, resource) for judged in change.judged())


def _policies(side: Deployment, home: RegistryHome) -> Iterator[Resource]:
    return (resource for _, resource in side.resources(REGISTRY_POLICY.type) if resource.home == home)


def _changes(
    access: AccessChanges, home: RegistryHome, repositories: Iterable[ReviewedRepository]
) -> Iterator[AccessChange]:
    targets: dict[AccessChange, list[str]] = {}
    for own, target, is_there in _asked(access, home, repositories):
        old, new = access.before.over(own, home), access.after.over(own, home)
        for change in access.between(old, new, target, target):
            names = targets.setdefault(
                replace(change, target=replace(change.target, name="", tags=(), has_all_tags=True)), []
            )
            # One that may come to be is named where it is true of none that is there.
            if is_there or not names:
                names.append(target.name)
    for change, (first, *others) in targets.items():
        name = f"{first} and {len(others)} more" if others else first
        yield replace(change, target=replace(change.target, name=name))


def _asked(
    access: AccessChanges, home: RegistryHome, repositories: Iterable[ReviewedRepository]
) -> Iterator[tuple[Policy | None, TargetRepository, bool]]:
    """Yield the repositories of *home*, and one of each name that a policy covers, which may be created later."""
    for each in repositories:
        if each.home == home and can_be_read(each):
            yield each.policy, each.target, True
    for name in names_to_come(side.read(home).policy for side in (access.before, access.after)):
        yield None, target_of(home, name), False
