"""From two deployments to a verdict: what happens, what is found, what is accepted, how full the limits are."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from shared_ecr.access.trust_boundary import TrustBoundary
from shared_ecr.fate.inventory import Inventory
from shared_ecr.fate.price_list import PriceList
from shared_ecr.findings import Acknowledgement, Acknowledgements, JudgedFinding
from shared_ecr.findings.acknowledgements import Place
from shared_ecr.records import field, record
from shared_ecr.review.changes import Changed, compare
from shared_ecr.review.changes import ReviewContext as ChangeQuestion
from shared_ecr.review.changes.operations import of_plans
from shared_ecr.review.deployments import Deployment, Doubt, RegistryHome, Stack
from shared_ecr.review.documents.open_values import shown
from shared_ecr.review.drift import drifted
from shared_ecr.review.event_rules import open_parts
from shared_ecr.review.findings import ReviewFinding
from shared_ecr.review.hidden import hidden_now
from shared_ecr.review.live_side import live_findings
from shared_ecr.review.matrices import matrices
from shared_ecr.review.repositories import REPOSITORY
from shared_ecr.review.rules import judge
from shared_ecr.review.rules.headroom import headrooms
from shared_ecr.review.sensitive import hide_sensitive, without_sensitive
from shared_ecr.review.verdict import ReviewResult
from shared_ecr.text import counted

# A reviewer reads errors first, and of those the ones that are not accepted.
_ORDER = ("error", "warning", "note")


@record
class ReviewQuestion:
    """What is known around the deployment that is reviewed."""

    now: datetime
    known: TrustBoundary = field(default_factory=TrustBoundary)
    inventory: Inventory | None = None
    """The images that are there; without it what a rule would now lose is shown as a rule."""
    acknowledged: Acknowledgements = field(default_factory=Acknowledgements)
    """What the declarations of both sides accept."""
    prices: PriceList | None = None
    """What storage costs, for the line about it; None where that is not asked for."""
    with_access: bool = False
    """Whether to show who may do what, and not only what changes."""


def review(after: Deployment, before: Deployment | None, question: ReviewQuestion) -> ReviewResult:
    """Judge *after*, alone or against *before*.

    A fault that *before* has already is shown and blocks no more: a review is about what its change does. Without a
    *before* every fault blocks.
    """
    context = ChangeQuestion(question.known, question.now, question.inventory)
    changed = Changed((), (), (), _count(after))
    if before is not None:
        changed = compare(before, after, context)
    old = {_identity(finding) for finding in judge(before, question.known)} if before else set()
    findings = {
        **{finding: _identity(finding) in old for finding in judge(after, question.known)},
        **dict.fromkeys(changed.findings, False),
        **dict.fromkeys(hidden_now(before, after) if before else (), False),
    }
    findings |= dict.fromkeys(of_plans(before, after, changed.findings), False)
    findings |= dict.fromkeys(drifted(after, context), False)
    findings |= dict.fromkeys(live_findings(before.live, after) if before else (), False)
    judged = tuple(sorted(_judged(findings, after, before, question), key=order_of))
    result = ReviewResult(
        source=after.source,
        against=before.source if before else None,
        at=question.now,
        stacks=tuple(map(_shown, after.stacks)),
        repositories=changed.repositories,
        unchanged=changed.unchanged,
        settings=changed.settings,
        findings=judged,
        headroom=tuple(headrooms(after)),
        doubts=(*after.doubts, *(before.doubts if before else ()), *_not_judged(judged, after)),
        matrices=tuple(matrices(without_sensitive(after), question.known)) if question.with_access else (),
    )
    return hide_sensitive(result, before, after)


def _count(deployment: Deployment) -> int:
    return sum(1 for _ in deployment.resources(REPOSITORY))


def _judged(
    findings: Mapping[ReviewFinding, bool], after: Deployment, before: Deployment | None, question: ReviewQuestion
) -> Iterator[JudgedFinding[ReviewFinding]]:
    written = _in_metadata(after)
    previous = None if before is None else _in_metadata(before)
    today = question.now.date()
    for finding, is_old in findings.items():
        place = (finding.origin.stack, finding.origin.logical_id) if finding.origin else ("", "")
        both = question.acknowledged.also(written.get(place, ()), None if previous is None else previous.get(place, ()))
        yield JudgedFinding(finding, both.accepting(finding.code, finding.subject, today, place_of(finding)), is_old)


def place_of(finding: ReviewFinding) -> Place:
    """Return the account and the Region of *finding*, as an acknowledgement names them."""
    return finding.home.account, finding.home.region


def _not_judged(findings: Iterable[JudgedFinding[ReviewFinding]], after: Deployment) -> Iterator[Doubt]:
    """Yield a doubt for each finding that says that something is not judged, and that does not block.

    Also for what is open of who has access to topics.
    """
    for policy, text in open_parts(after):
        yield Doubt(str(policy.origin), f"PolicyDocument: {shown(text)} is known only once deployed, and is not judged")
    for judged in findings:
        finding = judged.finding
        if finding.code.endswith("-not-judged") and not judged.blocks and not judged.acknowledgement:
            yield Doubt(str(finding.origin or finding.subject), finding.what)


def _identity(finding: ReviewFinding) -> tuple[str, ...]:
    """Return what makes a finding the same one on both sides, wherever it is in its file."""
    return (finding.code, finding.severity, str(finding.home), finding.subject, finding.what, *finding.details)


def _in_metadata(deployment: Deployment) -> dict[tuple[str, str], list[Acknowledgement]]:
    """Return what the metadata of resources accepts, by stack and logical id."""
    return {
        (resource.origin.stack, resource.origin.logical_id): [
            Acknowledgement.in_metadata(code, reason) for code, reason in resource.acknowledged
        ]
        for stack in deployment.stacks
        for resource in stack.resources
        if resource.acknowledged
    }


def accepted(
    finding: ReviewFinding,
    after: Deployment,
    before: Deployment | None,
    question: ReviewQuestion,
    *,
    is_old: bool = False,
) -> JudgedFinding[ReviewFinding]:
    """Return *finding* with the acknowledgement that accepts it, if one does."""
    (judged,) = _judged({finding: is_old}, after, before, question)
    return judged


def order_of(judged: JudgedFinding[ReviewFinding]) -> tuple[bool, bool, int, RegistryHome, str, str]:
    """Return the key by which findings are sorted: what blocks first, then by severity and place."""
    finding = judged.finding
    home = RegistryHome(finding.home.account or "", finding.home.region or "")
    # What the change acknowledges itself is the first that a reviewer has to see.
    by_itself = not judged.is_acknowledged_by_the_change
    return (by_itself, not judged.blocks, _ORDER.index(finding.severity), home, finding.subject, finding.code)


def _shown(stack: Stack) -> str:
    protection = {True: ", protected from termination", False: ", not protected from termination", None: ""}
    resources = counted(len(stack.resources), "resource")
    return f"{stack.name} in {stack.home}: {resources}{protection[stack.termination_protection]}"
