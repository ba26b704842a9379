"""From an inventory, policies and a time to a report: who is judged by what, and which findings are accepted."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from shared_ecr.declaration.policy_sources import LifecycleSource
from shared_ecr.fate.arrivals import PUSHES_OF
from shared_ecr.fate.costs import Prices
from shared_ecr.fate.coverage import archive_not_judged, not_covered
from shared_ecr.fate.findings import FateFinding
from shared_ecr.fate.forecast import play
from shared_ecr.fate.guards import findings
from shared_ecr.fate.images import RepositoryImages
from shared_ecr.fate.inventory import ImageUse, Inventory, used_digests
from shared_ecr.fate.outcomes import RepositoryOutcome
from shared_ecr.fate.reports.report import Report
from shared_ecr.fate.traps import traps
from shared_ecr.fate.uncertainty import judge
from shared_ecr.fate.verdicts import Fate, ImageFate
from shared_ecr.findings import Acknowledgements, JudgedFinding
from shared_ecr.findings.errors import UsageError
from shared_ecr.findings.problems import Problem, Severity
from shared_ecr.model.lifecycle.policy import LifecyclePolicy
from shared_ecr.records import field, record, replace
from shared_ecr.text import did_you_mean


@record
class FateRequest:
    """What is asked of an inventory."""

    now: datetime
    names: tuple[str, ...] = ()
    """The repositories to judge; all of them where none is named."""
    against: LifecycleSource | None = None
    until: datetime | None = None
    pushes_of: timedelta = PUSHES_OF
    """The time whose pushes are repeated when the policy is played forward; none where no one pushes."""
    prices: Prices = field(default_factory=Prices)
    acknowledged: Acknowledgements = field(default_factory=Acknowledgements)


def report(inventory: Inventory, policies: LifecycleSource, question: FateRequest) -> Report:
    """Judge the images of *inventory* by *policies*.

    Raises:
        UsageError: a repository that was named is not in the inventory, or none is left to judge.
    """
    warnings = [*inventory.warnings, *policies.warnings, *(question.against.warnings if question.against else ())]
    outcomes: list[RepositoryOutcome] = []
    for repository in _chosen(inventory, question.names):
        policy = policies.of(repository.name)
        used, lost_uses = used_digests(repository, inventory.uses)
        warnings += [_use_of_nothing(repository, use) for use in lost_uses]
        if policy is None:
            warnings.append(_warning(repository.title, f"{policies.source} has no policy for it", "fate-undeclared"))
        else:
            outcomes.append(_outcome(repository, policy, question, used))
    if not inventory.repositories:
        raise UsageError("the inventory has no repository: no page of it has an image or the name of a repository")
    if not outcomes and not any(repository.name for repository in inventory.repositories):
        raise UsageError(
            f"the inventory is of one repository without images, and does not name it; {policies.source} has a policy "
            "for each repository: name it, 'shared-ecr fate NAME --images FILE'"
        )
    if not outcomes:
        raise UsageError(f"{policies.source} has no policy for any repository of the inventory")
    if not question.names:
        there = {repository.name for repository in inventory.repositories}
        missing = sorted(policies.by_name.keys() - there)
        warnings += [_warning(name, "the inventory has no images of it", "inventory-missing") for name in missing]
    found = [finding for outcome in outcomes for finding in outcome.findings]
    if question.against:
        found += not_covered(inventory, policies, question.against, question.names)
    return Report(
        question.now,
        tuple(outcomes),
        tuple(_judged(finding, question) for finding in found),
        tuple(warnings),
        question.prices,
        policies.source,
        question.against.source if question.against else None,
    )


def _chosen(inventory: Inventory, names: Sequence[str]) -> Iterator[RepositoryImages]:
    known = sorted({repository.name for repository in inventory.repositories})
    for name in names:
        if name not in known:
            raise UsageError(f"the inventory has no repository {name}. {did_you_mean(name, known)}".rstrip(". "))
    yield from (repository for repository in inventory.repositories if not names or repository.name in names)


def _outcome(
    repository: RepositoryImages, policy: LifecyclePolicy, question: FateRequest, used: dict[str, str]
) -> RepositoryOutcome:
    now = question.now
    if question.against and repository.name not in question.against.unread:
        outcome = compared(repository, policy, question.against.of(repository.name), now, used)
    else:
        outcome = _outcome_of(repository, policy, now, used)
        outcome = replace(outcome, findings=(*outcome.findings, *archive_not_judged(repository, policy, None)))
    if not question.until:
        return outcome
    return replace(outcome, forecast=play(policy, repository.images, now, question.until, question.pushes_of))


def compared(
    repository: RepositoryImages,
    policy: LifecyclePolicy,
    before: LifecyclePolicy | None,
    now: datetime,
    used: Mapping[str, str],
) -> RepositoryOutcome:
    """Judge the images of *repository* by *policy* against another one; without one every image was kept before."""
    images = repository.images
    old = judge(before, images, now) if before else tuple(ImageFate(image, Fate.KEEP, now) for image in images)
    outcome = _outcome_of(repository, policy, now, used, old)
    return replace(outcome, findings=(*outcome.findings, *archive_not_judged(repository, policy, before)))


def _outcome_of(
    repository: RepositoryImages,
    policy: LifecyclePolicy,
    now: datetime,
    used: Mapping[str, str],
    before: tuple[ImageFate, ...] | None = None,
) -> RepositoryOutcome:
    verdicts = judge(policy, repository.images, now)
    found = [*findings(repository.name, verdicts, before, used), *traps(repository.name, policy, verdicts)]
    return RepositoryOutcome(repository, policy, verdicts, used, before, tuple(found))


def _judged(finding: FateFinding, question: FateRequest) -> JudgedFinding[FateFinding]:
    today = question.now.date()
    return JudgedFinding(finding, question.acknowledged.accepting(finding.code, finding.repository, today))


def _use_of_nothing(repository: RepositoryImages, use: ImageUse) -> Problem:
    why = "The image was deleted, or the inventory is not complete"
    return _warning(repository.title, f"{use} is in use ({use.by}) and not in the inventory", "use-unknown", why)


def _warning(path: str, what: str, code: str, why: str = "") -> Problem:
    return Problem(code, Severity.WARNING, what, why, file="inventory", path=path)
