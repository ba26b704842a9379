"""The gate: which vulnerabilities stop an image, which are allowed, and what is not scanned.

A result that is missing never passes as a clean one: an image that is not scanned fails, and a scan that did not end
in time is neither.
"""

from collections.abc import Iterator
from datetime import date
from typing import assert_never

from shared_ecr.findings.acknowledgements import Acknowledgement, Acknowledgements
from shared_ecr.findings.errors import ExitCode
from shared_ecr.findings.finding import Finding, JudgedFinding, Severity
from shared_ecr.findings.vulnerabilities.scans import (
    CompletedScan,
    MissingScan,
    PlatformScan,
    ScannedImage,
    UnfinishedScan,
)
from shared_ecr.findings.vulnerabilities.severities import VulnerabilitySeverity, is_at_least
from shared_ecr.findings.vulnerabilities.vulnerability import FixAvailability, Vulnerability, VulnerabilityStatus
from shared_ecr.records import field, record

NOT_SCANNED = "image-not-scanned"


@record
class ScanGate:
    """What an image must not have."""

    fail_on: VulnerabilitySeverity
    """This severity and the higher ones stop an image."""
    today: date
    counts_unfixed: bool = True
    """Whether a vulnerability counts for which no fixed version exists."""
    counts_unrated: bool = True
    """Whether a vulnerability counts that has no rating yet."""
    accepts_unscanned: bool = False
    """Whether an image passes that is not scanned."""
    allowed: tuple[Acknowledgement, ...] = ()

    @property
    def expired(self) -> tuple[Acknowledgement, ...]:
        """The allowed findings whose last day is over, or which do not count for another reason."""
        return tuple(each for each in self.allowed if each.faults(self.today))


@record
class ScanFinding(Finding):
    """A vulnerability of an image, or that the image is not scanned; the code of a vulnerability is its id."""

    image: str = field(kw_only=True)
    platform: str = field(default="", kw_only=True)
    vulnerability: Vulnerability | None = field(default=None, kw_only=True)

    @property
    def place(self) -> str:
        """The image and its platform."""
        return f"{self.image} ({self.platform})" if self.platform else self.image


@record
class ImageVerdict:
    """What the gate says of one image."""

    image: ScannedImage
    findings: tuple[JudgedFinding[ScanFinding], ...]

    @property
    def blocking(self) -> tuple[JudgedFinding[ScanFinding], ...]:
        """The findings that stop it."""
        return tuple(each for each in self.findings if each.blocks)

    @property
    def unfinished(self) -> tuple[PlatformScan, ...]:
        """The platforms whose scan did not end in time."""
        return tuple(each for each in self.image.platforms if isinstance(each.outcome, UnfinishedScan))

    @property
    def exit_code(self) -> ExitCode:
        """Found is what was found, whatever else did not end; otherwise a scan that did not end is not a result."""
        if self.blocking:
            return ExitCode.FINDINGS
        return ExitCode.ENVIRONMENT if self.unfinished else ExitCode.DONE


def judge(image: ScannedImage, gate: ScanGate) -> ImageVerdict:
    """Hold *image* against *gate*; the findings that block come first, the most severe before the others."""
    found = list(_findings(image, gate))
    acknowledgements = Acknowledgements(gate.allowed)
    judged = (
        JudgedFinding(each, acknowledgements.accepting(each.code, image.repository, gate.today))
        if each.blocks
        else JudgedFinding(each)
        for each in found
    )
    return ImageVerdict(image, tuple(sorted(judged, key=_order)))


def _order(judged: JudgedFinding[ScanFinding]) -> tuple[bool, int, str, str]:
    finding = judged.finding
    severity = finding.vulnerability.severity if finding.vulnerability else VulnerabilitySeverity.UNKNOWN
    # What is not known comes before what is critical.
    rank = -1 if severity is VulnerabilitySeverity.UNKNOWN else list(VulnerabilitySeverity).index(severity)
    return not judged.blocks, rank, finding.code, finding.platform


def _findings(image: ScannedImage, gate: ScanGate) -> Iterator[ScanFinding]:
    if not image.platforms:
        yield _not_scanned(image, "", "no image is in it: it lists attestations or signatures alone, or nothing", gate)
    for each in image.platforms:
        match each.outcome:
            case CompletedScan(vulnerabilities):
                yield from (_of(vulnerability, image, each, gate) for vulnerability in vulnerabilities)
            case MissingScan(why):
                yield _not_scanned(image, each.platform, why, gate)
            case UnfinishedScan():
                # Not a finding: the same command can give a result a minute later.
                pass
            case _:
                assert_never(each.outcome)


def _not_scanned(image: ScannedImage, platform: str, why: str, gate: ScanGate) -> ScanFinding:
    return ScanFinding(
        NOT_SCANNED,
        Severity.WARNING if gate.accepts_unscanned else Severity.ERROR,
        f"not scanned: {why}",
        "An image that is not scanned can have any vulnerability",
        "Scan it by other means and allow the finding with a reason, or pass '--unscanned ok'",
        image=image.reference,
        platform=platform,
    )


def _of(vulnerability: Vulnerability, image: ScannedImage, scanned: PlatformScan, gate: ScanGate) -> ScanFinding:
    severity, why = _judged_severity(vulnerability, gate)
    in_packages = f" in {vulnerability.place}" if vulnerability.place else ""
    return ScanFinding(
        vulnerability.id,
        severity,
        f"{vulnerability.severity} vulnerability{in_packages}",
        why,
        vulnerability.cure,
        details=tuple(each for each in (vulnerability.title, vulnerability.url) if each),
        image=image.reference,
        platform=scanned.platform,
        vulnerability=vulnerability,
    )


def _judged_severity(vulnerability: Vulnerability, gate: ScanGate) -> tuple[Severity, str]:
    """Return whether the vulnerability stops the image, and why where the severity alone does not say it."""
    if why := _ignored_because(vulnerability, gate):
        return Severity.NOTE, why
    if not is_at_least(vulnerability.severity, gate.fail_on):
        return Severity.WARNING, ""
    match vulnerability.severity:
        case VulnerabilitySeverity.UNRATED:
            return Severity.ERROR, "It has no rating yet, so it can be of any severity"
        case VulnerabilitySeverity.UNKNOWN:
            word = vulnerability.said_severity or "none"
            return Severity.ERROR, f"Its severity ({word}) is not known to this version, so it counts as the highest"
        case _:
            return Severity.ERROR, ""


def _ignored_because(vulnerability: Vulnerability, gate: ScanGate) -> str:
    """Return why the vulnerability does not count, whatever its severity; empty where it counts."""
    if vulnerability.status is VulnerabilityStatus.SUPPRESSED:
        return "A suppression rule in Inspector hides it"
    if vulnerability.status is VulnerabilityStatus.CLOSED:
        return "Inspector has closed it"
    if vulnerability.fix is FixAvailability.NO and not gate.counts_unfixed:
        return "No fixed version exists, and the gate ignores those"
    if vulnerability.severity is VulnerabilitySeverity.UNRATED and not gate.counts_unrated:
        return "It has no rating yet, and the gate ignores those"
    return ""
