"""Whatever a scan answers, a gate never passes what a stricter reading would stop."""

from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from client.scripted_scan import NOW, ScriptedScan, outcome_of
from shared_ecr.client.scanning.looks import ScanLook, StartedScan
from shared_ecr.client.scanning.watches import BasicScanWatch, EnhancedScanWatch
from shared_ecr.findings.vulnerabilities.gate import ScanGate, judge
from shared_ecr.findings.vulnerabilities.scans import (
    CompletedScan,
    MissingScan,
    PlatformScan,
    ScannedImage,
    UnfinishedScan,
)
from shared_ecr.findings.vulnerabilities.severities import RATED, VulnerabilitySeverity
from shared_ecr.findings.vulnerabilities.statuses import STATUSES
from shared_ecr.findings.vulnerabilities.vulnerability import FixAvailability, Vulnerability, VulnerabilityStatus
from shared_ecr.model.settings.scanning import ScanFrequency

# The time of an example says something about the machine and nothing about the gate.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
# The two that can be a result are drawn most.
WORDS = [*["COMPLETE", "ACTIVE"] * 6, *STATUSES, "", "A_STATUS_OF_NEXT_YEAR"]

vulnerabilities = st.builds(
    Vulnerability,
    st.sampled_from(["CVE-2026-1", "CVE-2026-2"]),
    st.sampled_from(VulnerabilitySeverity),
    fix=st.sampled_from(FixAvailability),
    status=st.sampled_from(VulnerabilityStatus),
)
found = st.lists(vulnerabilities, max_size=3).map(tuple)
outcomes = st.one_of(
    st.builds(CompletedScan, found), st.builds(MissingScan, st.just("none")), st.builds(UnfinishedScan, st.just("runs"))
)
images = st.lists(outcomes, max_size=3).map(
    lambda each: ScannedImage(
        "app:1", "app", "sha256:0", "basic", tuple(PlatformScan(str(i), "", outcome) for i, outcome in enumerate(each))
    )
)
gates = st.builds(
    ScanGate,
    st.sampled_from(RATED),
    st.just(date(2026, 11, 30)),
    counts_unfixed=st.booleans(),
    counts_unrated=st.booleans(),
    accepts_unscanned=st.booleans(),
)
looks = st.one_of(
    st.none(),
    st.builds(
        ScanLook,
        st.sampled_from(WORDS),
        basic=found,
        enhanced=found,
        counted=st.integers(0, 2),
        completed_at=st.sampled_from([None, NOW, NOW - timedelta(days=3)]),
    ),
)


@unhurried
@given(images, gates)
def test_an_image_passes_only_when_each_platform_has_a_result_or_is_accepted_without(
    image: ScannedImage, gate: ScanGate
) -> None:
    if judge(image, gate).exit_code:
        return
    assert not any(isinstance(each.outcome, UnfinishedScan) for each in image.platforms)
    if not gate.accepts_unscanned:
        assert image.platforms
        assert all(isinstance(each.outcome, CompletedScan) for each in image.platforms)


@unhurried
@given(images, gates)
def test_what_is_open_and_known_to_be_severe_never_passes(image: ScannedImage, gate: ScanGate) -> None:
    severe = {VulnerabilitySeverity.UNKNOWN, *RATED[: RATED.index(gate.fail_on) + 1]}
    has_severe = any(
        each.severity in severe and each.status is VulnerabilityStatus.OPEN and each.fix is not FixAvailability.NO
        for scan in image.platforms
        if isinstance(scan.outcome, CompletedScan)
        for each in scan.outcome.vulnerabilities
    )
    if has_severe:
        assert judge(image, gate).blocking


@unhurried
@given(images, st.data())
def test_a_stricter_gate_stops_all_that_a_looser_one_stops(image: ScannedImage, data: st.DataObject) -> None:
    loose = data.draw(gates)
    strict = ScanGate(data.draw(st.sampled_from(RATED[RATED.index(loose.fail_on) :])), loose.today)
    stopped = {each.finding.code for each in judge(image, loose).blocking}
    assert stopped <= {each.finding.code for each in judge(image, strict).blocking}


scripts = st.builds(
    lambda shown, start: ScriptedScan(*shown, start=start),
    st.lists(looks, min_size=1, max_size=6),
    st.sampled_from(StartedScan),
)


@unhurried
@given(scripts, st.integers(0, 120))
def test_a_basic_scan_has_a_result_only_when_the_last_answer_is_complete(scan: ScriptedScan, seconds: int) -> None:
    outcome = outcome_of(BasicScanWatch(scan, NOW), seconds)
    if isinstance(outcome, CompletedScan):
        last = scan.seen[-1]
        assert last is not None
        assert last.status == "COMPLETE"
        assert outcome.vulnerabilities == last.vulnerabilities
        assert not last.is_contradictory


@unhurried
@given(scripts, st.integers(0, 120), st.sampled_from([None, *ScanFrequency]))
def test_an_enhanced_scan_without_findings_has_a_result_only_when_the_last_answer_did_not_change(
    scan: ScriptedScan, seconds: int, frequency: ScanFrequency | None
) -> None:
    outcome = outcome_of(EnhancedScanWatch(scan, frequency), seconds)
    if isinstance(outcome, CompletedScan):
        last = scan.seen[-1]
        assert last is not None
        assert last.status in {"ACTIVE", "COMPLETE"}
        assert last.enhanced or len(scan.seen) > 1
        assert last.enhanced or scan.seen[-2] == last
