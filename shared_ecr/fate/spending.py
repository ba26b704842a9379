"""What the images of a registry cost a month, by repository or by a resource tag, and what the policies save.

AWS bills a layer once in a repository: repositories reference layers "instead of storing duplicate copies", across
repositories only with blob mounting (https://docs.aws.amazon.com/AmazonECR/latest/userguide/blob-mounting.html), and
the cost of a repository is that of its unique layers (https://handbook.vantage.sh/aws/services/ecr-pricing/).
DescribeImages counts shared layers in each image, so that all sums here are an upper bound.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from shared_ecr.fate.arrivals import PUSHES_OF, arrivals
from shared_ecr.fate.costs import StorageTotal
from shared_ecr.fate.forecast import play
from shared_ecr.fate.images import RepositoryImages
from shared_ecr.fate.price_list import PriceList
from shared_ecr.fate.runs import after
from shared_ecr.fate.uncertainty import judge
from shared_ecr.model.lifecycle.policy import LifecyclePolicy
from shared_ecr.records import field, record

NOT_TAGGED = "(not tagged)"
"""What repositories are grouped under that do not have the tag."""
TAGS_NOT_READ = "(tags not read)"
"""What repositories are grouped under whose tags could not be read."""


@record
class StoredRepository:
    """The images of one repository, and what is known around them."""

    images: RepositoryImages
    policy: LifecyclePolicy | None = None
    """None for a repository without a policy: every image stays."""
    is_policy_known: bool = True
    """False where the policy could not be read: then what it saves is not known."""
    tags: Mapping[str, str] | None = field(default_factory=dict)
    """Its resource tags; None where they could not be read."""
    region: str = ""
    """Where it is billed; empty where that is not known."""


@record
class SpendingQuestion:
    """What is asked of stored repositories."""

    now: datetime
    prices: PriceList
    until: datetime | None = None
    """The day by which the policies have run; None for their next run."""
    tag: str = ""
    """The resource tag to group by; without one each repository is a group."""


@record
class Spending:
    """What one group of repositories stores and costs. A cost is None where a part of it is not known."""

    name: str
    repositories: int
    now: StorageTotal
    later: StorageTotal | None
    """What is stored after the policies ran; None where a policy is not known."""
    standard_cost: float | None
    archive_cost: float | None
    saving: float | None
    """By how much a month costs less than it would without the policies."""
    without_price: tuple[str, ...] = ()
    """The Regions of the group whose prices are not known; an empty text where the Region itself is not known."""

    @property
    def cost(self) -> float | None:
        """What a month costs now."""
        return (
            None if self.standard_cost is None or self.archive_cost is None else self.standard_cost + self.archive_cost
        )

    def __add__(self, other: "Spending") -> "Spending":
        return Spending(
            self.name,
            self.repositories + other.repositories,
            self.now + other.now,
            None if self.later is None or other.later is None else self.later + other.later,
            _sum(self.standard_cost, other.standard_cost),
            _sum(self.archive_cost, other.archive_cost),
            _sum(self.saving, other.saving),
            tuple(sorted({*self.without_price, *other.without_price})),
        )


def spending(repositories: Iterable[StoredRepository], question: SpendingQuestion) -> tuple[Spending, ...]:
    """Return what each group of *repositories* costs: those of unknown cost first, then the most expensive first."""
    groups: dict[str, Spending] = {}
    for repository in repositories:
        found = _of_one(repository, question)
        groups[found.name] = groups[found.name] + found if found.name in groups else found
    return tuple(sorted(groups.values(), key=_order))


def _order(each: Spending) -> tuple[bool, float, str]:
    cost = each.cost
    return (cost is not None, -(cost if cost is not None else each.now.bytes), each.name)


def _of_one(repository: StoredRepository, question: SpendingQuestion) -> Spending:
    name = repository.images.name
    if question.tag:
        name = TAGS_NOT_READ if repository.tags is None else repository.tags.get(question.tag, NOT_TAGGED)
    now = StorageTotal.of(repository.images.images)
    kept = now + _pushed(repository, question)
    later = _later(repository, question, kept) if repository.is_policy_known else None
    prices = question.prices.of(repository.region)
    if prices is None:
        return Spending(name, 1, now, later, None, None, None, (repository.region,))
    return Spending(
        name,
        1,
        now,
        later,
        StorageTotal(0, now.standard_bytes, 0).monthly_cost(prices),
        StorageTotal(0, 0, now.archive_bytes).monthly_cost(prices),
        None if later is None else kept.monthly_cost(prices) - later.monthly_cost(prices),
    )


def _pushed(repository: StoredRepository, question: SpendingQuestion) -> StorageTotal:
    """Return what is pushed until the day that is asked for, if the pushes of the last days are repeated."""
    if question.until is None:
        return StorageTotal(0, 0, 0)
    return StorageTotal.of(arrivals(repository.images.images, question.now, question.until, PUSHES_OF))


def _later(repository: StoredRepository, question: SpendingQuestion, kept: StorageTotal) -> StorageTotal:
    policy, images = repository.policy, repository.images.images
    if policy is None:
        return kept
    if question.until is None:
        return StorageTotal.of(after(judge(policy, images, question.now), question.now))
    # The forecast runs once a day from now on, so that its last day is never missing.
    return play(policy, images, question.now, question.until, PUSHES_OF).days[-1].stored


def _sum(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one + other
