"""What the images of a registry cost a month, by repository or by a resource tag, and what the policies will save.

`costs` has the prices and what their sums leave out: layers that images share are counted in each of them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shared_ecr.fate.costs import Prices, StorageTotal
from shared_ecr.fate.outcomes import RepositoryOutcome

NOT_TAGGED = "(not tagged)"
"""What repositories are grouped under that do not have the tag."""


@dataclass(frozen=True, slots=True)
class Spending:
    """What one group of repositories stores now, and after the policies ran."""

    name: str
    repositories: int
    now: StorageTotal
    later: StorageTotal

    def monthly_cost(self, prices: Prices) -> float:
        """Return what a month costs now."""
        return self.now.monthly_cost(prices)

    def monthly_saving(self, prices: Prices) -> float:
        """Return by how much a month costs less after the policies ran; below zero where more is stored then."""
        return self.monthly_cost(prices) - self.later.monthly_cost(prices)


def spending(
    outcomes: Iterable[RepositoryOutcome],
    prices: Prices,
    tag: str = "",
    tags: Mapping[str, Mapping[str, str]] | None = None,
) -> tuple[Spending, ...]:
    """Return what each group of repositories costs, the most expensive first.

    Args:
        outcomes: what becomes of the images of each repository; with a forecast, its last day is what is left.
        prices: of a GB and month.
        tag: the resource tag to group by; without one each repository is a group.
        tags: the resource tags of each repository, by its name.
    """
    groups: dict[str, Spending] = {}
    for outcome in outcomes:
        name = _group(outcome.repository.name, tag, tags or {})
        found = groups.get(name, Spending(name, 0, StorageTotal(0, 0, 0), StorageTotal(0, 0, 0)))
        groups[name] = Spending(
            name, found.repositories + 1, found.now + outcome.stored_now, found.later + _later(outcome)
        )
    return tuple(sorted(groups.values(), key=lambda each: (-each.monthly_cost(prices), each.name)))


def _group(repository: str, tag: str, tags: Mapping[str, Mapping[str, str]]) -> str:
    return tags.get(repository, {}).get(tag, NOT_TAGGED) if tag else repository


def _later(outcome: RepositoryOutcome) -> StorageTotal:
    days = outcome.forecast.days if outcome.forecast else ()
    return days[-1].stored if days else outcome.stored_after
