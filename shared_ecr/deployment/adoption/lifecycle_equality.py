"""Whether two lifecycle policies do the same to the images of a repository, now and day by day until every age limit.

Rules that are written alike mean the same. Where the texts differ, both policies are evaluated on an inventory: with
the answers that AWS documents, with those it leaves open, and forward in time while images are pushed as before. An
inventory without images proves nothing.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from shared_ecr.declaration.policy_sources import parse_policies
from shared_ecr.fate.forecast import Forecast, play
from shared_ecr.fate.images import Image, RepositoryImages
from shared_ecr.fate.inventory import Inventory
from shared_ecr.fate.uncertainty import judge
from shared_ecr.fate.verdicts import Fate, ImageFate
from shared_ecr.findings.problems import InvalidDeclarationError
from shared_ecr.model.lifecycle.policy import LifecyclePolicy
from shared_ecr.model.lifecycle.rules import NewestImages
from shared_ecr.model.names import EcrRegistry
from shared_ecr.records import record

# Played forward at least so long, and a month beyond the longest age of a rule; beyond three years nothing is proven.
_AT_LEAST, _BEYOND, _AT_MOST = timedelta(days=365), timedelta(days=30), timedelta(days=1_100)
# Images named in one finding.
_SHOWN = 8


@record
class LifecycleEvidence:
    """The images on which lifecycle policies are compared, at one time."""

    images: Mapping[str, tuple[Image, ...]]
    """By repository; only those whose inventory is whole."""
    now: datetime
    without_archive: frozenset[str] = frozenset()
    """The repositories of which the inventory does not show whether they have archived images."""

    @classmethod
    def of(cls, inventory: Inventory, home: EcrRegistry, now: datetime) -> "LifecycleEvidence":
        """Take from *inventory* the repositories of *home* about which it has no doubt."""
        doubted = {problem.path for problem in inventory.warnings}
        return cls(
            {
                each.name: each.images
                for each in inventory.repositories
                if _is_in(each, home) and each.images and not doubted & {each.title, each.name, ""}
            },
            now,
            frozenset(each.name for each in inventory.repositories if not each.has_archive),
        )

    def compare(self, repository: str, before: str | None, after: str | None) -> "FateComparison | None":
        """Compare what two policies do to the images of *repository*; None where its images are not known."""
        images = self.images.get(repository)
        if not images:
            return None
        if repository in self.without_archive and any(_is_about_archive(text) for text in (before, after)):
            unseen = "a rule is for archived images, and the inventory does not show whether there are any"
            return FateComparison(len(images), 0, undecided=unseen)
        return compare_fates(before, after, images, self.now)


@record
class FateComparison:
    """What two policies do to the same images."""

    images: int
    days: int
    """How far forward both were played."""
    differences: tuple[str, ...] = ()
    """The images, or the days, on which they do not do the same."""
    undecided: str = ""
    """Why equality could not be shown; empty where it was decided."""

    @property
    def is_equal(self) -> bool:
        """Whether both do the same to every image."""
        return not self.differences and not self.undecided


def compare_fates(before: str | None, after: str | None, images: tuple[Image, ...], now: datetime) -> FateComparison:
    """Compare what two policies, as ECR's texts, do to *images*; None is not a policy."""
    try:
        old, new = _policy(before), _policy(after)
    except InvalidDeclarationError as error:
        return FateComparison(len(images), 0, undecided=f"a policy cannot be read: {error.problems[0].what}")
    if old is None or new is None:
        # Without a policy nothing expires in the future either, which no inventory shows of a policy.
        return FateComparison(len(images), 0, undecided="one side has no lifecycle policy")
    horizon = max(_AT_LEAST, *(_longest(each) + _BEYOND for each in (old, new)))
    if horizon > _AT_MOST:
        return FateComparison(len(images), 0, undecided=f"a rule counts more than {(_AT_MOST - _BEYOND).days} days")
    found = [*_differing(judge(old, images, now), judge(new, images, now))]
    found += _later(*(play(each, images, now, now + horizon) for each in (old, new)))
    return FateComparison(len(images), horizon.days, tuple(dict.fromkeys(found)))


def _is_about_archive(text: str | None) -> bool:
    return text is not None and "sinceImageTransitioned" in text


def _is_in(repository: RepositoryImages, home: EcrRegistry) -> bool:
    return repository.account in {"", str(home.account)} and repository.region in {"", str(home.region)}


def _policy(text: str | None) -> LifecyclePolicy | None:
    return parse_policies(text, "lifecycle policy").for_all if text else None


def _longest(policy: LifecyclePolicy) -> timedelta:
    """Return the longest age that a rule counts."""
    days = (0 if isinstance(rule.count, NewestImages) else rule.count.days for rule in policy.rules)
    return timedelta(days=min(max(days, default=0), _AT_MOST.days))


def _differing(before: tuple[ImageFate, ...], after: tuple[ImageFate, ...]) -> Iterator[str]:
    """Yield the images whose fate is not the same, or whose fate depends on another open question."""
    for old, new in zip(before, after, strict=True):
        if old.fate is not new.fate:
            yield f"{new.image.shown}: {_shown(old.fate)} now, {_shown(new.fate)} then"
        elif old.notes != new.notes:
            yield f"{new.image.shown}: its fate depends on what AWS leaves open, in two different ways"


def _later(before: Forecast, after: Forecast) -> Iterator[str]:
    """Yield what differs day by day."""
    digests = sorted({*before.expired_at, *after.expired_at})
    differing = [each for each in digests if before.expired_at.get(each) != after.expired_at.get(each)]
    for digest in differing[:_SHOWN]:
        now, then = (_day(each.expired_at.get(digest)) for each in (before, after))
        yield f"{digest[:19]}: expires {now} now, {then} then"
    if len(differing) > _SHOWN:
        yield f"{len(differing) - _SHOWN} more images"
    for old, new in zip(before.days, after.days, strict=True):
        if old != new:
            changed = f"{old.expired} expire and {old.archived} are archived now, "
            yield f"from {old.at.date()} on: {changed}{new.expired} and {new.archived} then"
            return


def _day(at: datetime | None) -> str:
    return f"on {at.date()}" if at else "never"


def _shown(fate: Fate) -> str:
    return fate.value.replace("_", " ")
