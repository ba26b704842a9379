"""Everything that a review shows, ready to be rendered: what happens to what, findings, headroom, doubts."""

from datetime import datetime
from enum import StrEnum

from shared_ecr.access.changes import AccessChange
from shared_ecr.access.matrix import Matrix
from shared_ecr.fate.costs import StorageTotal
from shared_ecr.fate.outcomes import RepositoryOutcome
from shared_ecr.findings import JudgedFinding
from shared_ecr.records import record
from shared_ecr.review.deployments import Doubt, Origin, RegistryHome
from shared_ecr.review.findings import ReviewFinding


class Conclusion(StrEnum):
    """What a review as a whole says; only the last one says that nothing is open."""

    BLOCKED = "blocked"
    NOT_ALL_JUDGED = "not-all-judged"
    """Nothing that was found blocks, but something could not be judged."""
    CLEAR = "clear"


class Happening(StrEnum):
    """What a deployment does to one resource."""

    CREATED = "created"
    CHANGED = "changed"
    REPLACED = "replaced"
    """Made anew: the new one is empty, and the old one is deleted or left behind by its UpdateReplacePolicy."""
    MOVED = "moved"
    """Under another logical id or in another stack: CloudFormation makes a second one and fails, or needs an import."""
    ORPHANED = "orphaned"
    """No stack owns it any more; it and its images stay."""
    DELETED = "deleted"
    """CloudFormation deletes it, and refuses while it holds images, unless it is to be emptied."""


@record
class PropertyChange:
    """One property that changes, in words."""

    what: str
    """In the vocabulary of ECR: `lifecycle policy`, `tag mutability`."""
    before: str | None
    """None where it was not there."""
    after: str | None
    lines: tuple[str, ...] = ()
    """The difference line by line where it has parts, each beginning with `+ `, `- ` or two blanks."""


@record
class StorageChange:
    """What a repository stores after the next run of its lifecycle policy, without the change and with it."""

    before: StorageTotal
    after: StorageTotal


@record
class RepositoryChange:
    """What happens to one repository."""

    happening: Happening
    name: str
    home: RegistryHome
    origin: Origin
    """On the new side; on the old one for what no longer exists."""
    differences: tuple[PropertyChange, ...] = ()
    access: tuple[AccessChange, ...] = ()
    """Now allowed and now denied, each with its witness."""
    outcome: RepositoryOutcome | None = None
    """The fate of its images under both policies; None where no inventory has them."""
    world: str = ""
    """In which worlds it happens, `if Env is prod`; empty where it happens in all of them."""
    storage: StorageChange | None = None
    """None where no inventory has its images, or where what its policy does is not known."""


@record
class SettingChange:
    """What happens to something that belongs to the registry or to a stack as a whole."""

    happening: Happening
    what: str
    """Such as `replication configuration` or `pull-through cache rule docker-hub`."""
    home: RegistryHome
    origin: Origin
    differences: tuple[PropertyChange, ...] = ()
    world: str = ""
    """In which worlds it happens; empty where it happens in all of them."""


@record
class Headroom:
    """How much of a limit is used."""

    what: str
    """`repository policy`, `lifecycle rules`, `resources`, `template`."""
    subject: str
    used: int
    limit: int
    unit: str

    @property
    def share(self) -> float:
        """The part that is used; over 1 it does not fit."""
        return self.used / self.limit


@record
class CostChange:
    """What a change adds to the cost of storage or takes from it, as far as an inventory shows."""

    before: StorageTotal
    after: StorageTotal
    monthly: float | None
    """Below zero where the change saves; None where a part of it has no known price."""
    currency: str
    without_price: tuple[str, ...] = ()
    """The Regions whose prices are not known; an empty text where the Region itself is not known."""
    unknown: tuple[str, ...] = ()
    """The repositories whose storage may change by an amount that is not known."""


@record
class ReviewResult:
    """The review of one deployment, alone or against what was."""

    source: str
    against: str | None
    """None where the new side was judged alone."""
    at: datetime
    stacks: tuple[str, ...]
    """Each stack in a word or two: name, account and Region, number of resources."""
    repositories: tuple[RepositoryChange, ...]
    """Those that something happens to; without an old side none."""
    unchanged: int
    """How many repositories stay as they are; without an old side, how many were judged."""
    settings: tuple[SettingChange, ...]
    findings: tuple[JudgedFinding[ReviewFinding], ...]
    headroom: tuple[Headroom, ...]
    """The fullest first."""
    doubts: tuple[Doubt, ...]
    matrices: tuple[Matrix, ...] = ()
    """Who may do what on the new side, at most, one for each account; empty where no one asked."""
    cost: CostChange | None = None
    """None without an inventory, and without an old side. It never changes the conclusion."""

    @property
    def blocks(self) -> bool:
        """Whether a person has to decide before this is deployed."""
        return any(judged.blocks for judged in self.findings)

    @property
    def not_judged(self) -> tuple[Doubt, ...]:
        """What could hide anything; a role that the same template makes is judged as a role of its account."""
        return tuple(doubt for doubt in self.doubts if not doubt.is_bounded)

    @property
    def conclusion(self) -> Conclusion:
        """What the review says as a whole."""
        if self.blocks:
            return Conclusion.BLOCKED
        return Conclusion.NOT_ALL_JUDGED if self.not_judged else Conclusion.CLEAR
