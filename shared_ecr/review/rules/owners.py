"""Resources that want the same thing of a registry, and how sure it is that they meet."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from shared_ecr.findings import Severity
from shared_ecr.records import record
from shared_ecr.review.deployments import Resource, Stack


@record
class ResourceOwner:
    """One resource that owns something, and its stack."""

    stack: Stack
    resource: Resource

    def __str__(self) -> str:
        origin = self.resource.origin
        # No place in a file: a finding stays the same one when its line moves.
        return f"{self.stack.name} ({origin.construct_path or origin.logical_id})"


def conflict(owners: Iterable[ResourceOwner]) -> Iterator[tuple[tuple[ResourceOwner, ...], Severity]]:
    """Yield the groups of *owners* that meet in one account and Region, an error where that is sure.

    It is not sure where the account or the Region of stacks is unknown that are deployed apart. Whether a condition
    lets a resource exist is decided before: each world has the resources that exist in it.
    """
    groups: dict[tuple[str | None, str | None], list[ResourceOwner]] = defaultdict(list)
    for owner in owners:
        groups[owner.resource.home.account, owner.resource.home.region].append(owner)
    for home, group in groups.items():
        if len(group) > 1:
            is_sure = all(home) or len({(owner.stack.name, owner.stack.file) for owner in group}) < len(group)
            yield tuple(group), Severity.ERROR if is_sure else Severity.WARNING
