"""What a change adds to the monthly cost of storage, or saves: a line of the report that never changes the verdict.

Only what the next run of the lifecycle policies keeps is compared, and what is deleted with a repository. Sizes count
shared layers in each image (`shared_ecr.fate.spending`), so a saving is an upper bound.
"""

from collections import defaultdict
from collections.abc import Iterable

from shared_ecr.fate.costs import StorageTotal
from shared_ecr.fate.price_list import PriceList
from shared_ecr.review.changes.losing.words import LIFECYCLE_POLICY
from shared_ecr.review.verdict import CostChange, Happening, RepositoryChange, StorageChange

_NOTHING = StorageTotal(0, 0, 0)


def cost_change(changes: Iterable[RepositoryChange], prices: PriceList) -> CostChange:
    """Return what *changes* do to the cost of storage in sum."""
    by_repository: dict[tuple[str, str, str], list[RepositoryChange]] = defaultdict(list)
    for each in changes:
        if _may_change_storage(each):
            by_repository[each.home.account or "", each.home.region or "", each.name].append(each)
    before = after = _NOTHING
    monthly: float | None = 0.0
    without_price: set[str] = set()
    unknown: list[str] = []
    for (_, region, name), found in by_repository.items():
        storage = _of_every_world(found)
        if storage is None:
            unknown.append(name)
            continue
        before, after = before + storage.before, after + storage.after
        known = prices.of(region)
        if known is None:
            without_price.add(region)
            monthly = None
        elif monthly is not None:
            monthly += storage.after.monthly_cost(known) - storage.before.monthly_cost(known)
    return CostChange(
        before, after, monthly, prices.currency, tuple(sorted(without_price)), tuple(sorted(set(unknown)))
    )


def _of_every_world(changes: list[RepositoryChange]) -> StorageChange | None:
    """Return what is stored where it is the same in every world, and known."""
    first, *others = (each.storage for each in changes)
    return first if all(each == first for each in others) else None


def _may_change_storage(change: RepositoryChange) -> bool:
    """Whether images can be deleted or kept by the change; a repository that stays without a stack keeps its images."""
    if change.happening in {Happening.DELETED, Happening.REPLACED}:
        return True
    return change.storage is not None or any(each.what == LIFECYCLE_POLICY for each in change.differences)
