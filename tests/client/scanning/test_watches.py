"""When an answer about a scan is a result."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from client.scripted_scan import NOW, ScriptedScan, outcome_of
from shared_ecr.client.scanning.looks import ScanLook, StartedScan
from shared_ecr.client.scanning.watches import BasicScanWatch, EnhancedScanWatch
from shared_ecr.findings.vulnerabilities.scans import CompletedScan, MissingScan, ScanOutcome, UnfinishedScan
from shared_ecr.findings.vulnerabilities.severities import VulnerabilitySeverity
from shared_ecr.findings.vulnerabilities.vulnerability import Vulnerability
from shared_ecr.model.settings.scanning import ScanFrequency

FOUND = (Vulnerability("CVE-2026-1", VulnerabilitySeverity.HIGH),)
RUNNING = ScanLook("IN_PROGRESS")
A_DAY_AGO, LONGER_AGO = NOW - timedelta(hours=24), NOW - timedelta(hours=25)


def complete(at: datetime | None = NOW, **more: Any) -> ScanLook:
    return ScanLook("COMPLETE", completed_at=at, **more)


def basic(scan: ScriptedScan, seconds: float = 60) -> ScanOutcome:
    return outcome_of(BasicScanWatch(scan, NOW), seconds)


def enhanced(scan: ScriptedScan, seconds: float = 60, frequency: ScanFrequency | None = None) -> ScanOutcome:
    return outcome_of(EnhancedScanWatch(scan, frequency), seconds)


def test_a_scan_of_the_last_day_is_a_result_and_starts_none() -> None:
    scan = ScriptedScan(complete(A_DAY_AGO, basic=FOUND))
    assert basic(scan) == CompletedScan(FOUND, A_DAY_AGO)
    assert scan.starts == 0


@pytest.mark.parametrize("at", [LONGER_AGO, None], ids=["old", "of an unknown time"])
def test_another_scan_is_repeated_and_its_earlier_answer_is_not_taken_for_the_new_one(at: datetime | None) -> None:
    earlier = complete(at)
    repeated = [earlier, earlier, complete(NOW, basic=FOUND)] if at else [earlier, RUNNING, complete(NOW, basic=FOUND)]
    scan = ScriptedScan(*repeated)
    assert basic(scan) == CompletedScan(FOUND, NOW)
    assert scan.starts == 1


def test_a_scan_that_was_started_is_waited_for_though_it_is_not_shown_at_once() -> None:
    scan = ScriptedScan(None, None, RUNNING, complete())
    assert isinstance(basic(scan), CompletedScan)
    assert scan.starts == 1


def test_a_scan_that_never_appears_after_its_start_is_not_done() -> None:
    assert isinstance(basic(ScriptedScan(None)), UnfinishedScan)


def test_the_scan_of_a_push_that_is_not_shown_yet_is_waited_for_and_started_once() -> None:
    scan = ScriptedScan(None, None, RUNNING, complete(), start=StartedScan.LIMITED)
    assert isinstance(basic(scan), CompletedScan)
    assert scan.starts == 1


def test_where_no_scan_appears_and_none_can_be_started_there_is_none() -> None:
    assert isinstance(basic(ScriptedScan(None, start=StartedScan.LIMITED)), MissingScan)


def test_an_old_result_counts_with_a_note_where_no_other_scan_is_started() -> None:
    outcome = basic(ScriptedScan(complete(LONGER_AGO), start=StartedScan.LIMITED))
    assert isinstance(outcome, CompletedScan)
    assert "can be old" in outcome.note


@pytest.mark.parametrize("start", [StartedScan.UNSUPPORTED, StartedScan.ARCHIVED])
def test_an_old_result_does_not_count_where_the_image_can_be_scanned_no_more(start: StartedScan) -> None:
    assert isinstance(basic(ScriptedScan(complete(LONGER_AGO), start=start)), MissingScan)


@pytest.mark.parametrize("watch", [basic, enhanced])
def test_findings_that_are_counted_and_not_listed_are_no_result(watch: Any) -> None:
    assert isinstance(watch(ScriptedScan(complete(counted=1))), UnfinishedScan)


@pytest.mark.parametrize("found", [{"basic": FOUND}, {"enhanced": FOUND}], ids=["basic", "enhanced"])
@pytest.mark.parametrize("watch", [basic, enhanced])
def test_a_part_of_the_findings_that_are_counted_is_no_result(watch: Any, found: dict[str, Any]) -> None:
    outcome = watch(ScriptedScan(complete(counted=2, **found)))
    assert outcome == UnfinishedScan("ECR counts 2 findings and lists 1 yet")


def test_a_scan_without_a_time_is_not_taken_for_the_one_that_replaces_it() -> None:
    assert isinstance(basic(ScriptedScan(complete(None))), UnfinishedScan)


def test_no_findings_are_a_result_after_a_while_and_not_before() -> None:
    assert isinstance(enhanced(ScriptedScan(ScanLook("ACTIVE")), seconds=14), UnfinishedScan)
    assert enhanced(ScriptedScan(ScanLook("ACTIVE")), seconds=15) == CompletedScan(())


def test_the_while_begins_again_with_each_other_answer() -> None:
    active, complete_now = ScanLook("ACTIVE"), ScanLook("COMPLETE")
    looks = [active, active, complete_now, active, active, complete_now]
    assert isinstance(enhanced(ScriptedScan(*looks, active), seconds=40), UnfinishedScan)


def test_the_while_begins_again_where_the_scan_is_not_shown_meanwhile() -> None:
    active = ScanLook("ACTIVE")
    assert isinstance(enhanced(ScriptedScan(active, active, None, active), seconds=20), UnfinishedScan)


def test_findings_are_a_result_at_once() -> None:
    assert enhanced(ScriptedScan(ScanLook("ACTIVE", enhanced=FOUND)), seconds=0) == CompletedScan(FOUND)


def test_the_answer_of_a_basic_scan_is_no_result_of_a_continuous_one() -> None:
    scan = ScriptedScan(complete(basic=FOUND))
    assert isinstance(enhanced(scan, frequency=ScanFrequency.CONTINUOUS_SCAN), UnfinishedScan)
    assert isinstance(
        enhanced(ScriptedScan(complete(basic=FOUND)), frequency=ScanFrequency.SCAN_ON_PUSH), CompletedScan
    )


def test_an_image_that_inspector_does_not_know_is_not_scanned_at_the_end_of_the_wait() -> None:
    assert enhanced(ScriptedScan(None)) == MissingScan("Inspector has no scan of it")
