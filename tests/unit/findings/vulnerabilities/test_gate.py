"""What a gate stops, for every severity against every threshold."""

from datetime import timedelta

import pytest

from shared_ecr.findings.acknowledgements import Acknowledgement
from shared_ecr.findings.errors import ExitCode
from shared_ecr.findings.vulnerabilities.scans import MissingScan, UnfinishedScan
from shared_ecr.findings.vulnerabilities.severities import RATED, VulnerabilitySeverity
from shared_ecr.findings.vulnerabilities.vulnerability import FixAvailability, VulnerabilityStatus
from unit.findings.vulnerabilities.gate_world import TODAY, completed, verdict, vulnerability

LOWEST = VulnerabilitySeverity.INFORMATIONAL


def allowed_for(days: int) -> tuple[Acknowledgement, ...]:
    return (Acknowledgement("CVE-2026-1", "team/app", "known", TODAY + timedelta(days=days)),)


@pytest.mark.parametrize("threshold", RATED)
@pytest.mark.parametrize("severity", RATED)
def test_a_severity_blocks_from_the_threshold_on(
    severity: VulnerabilitySeverity, threshold: VulnerabilitySeverity
) -> None:
    blocks = bool(verdict(completed(vulnerability(severity)), fail_on=threshold).blocking)
    assert blocks == (RATED.index(severity) <= RATED.index(threshold))


@pytest.mark.parametrize("threshold", RATED)
@pytest.mark.parametrize("severity", [VulnerabilitySeverity.UNKNOWN, VulnerabilitySeverity.UNRATED])
def test_what_has_no_place_on_the_scale_blocks_at_every_threshold(
    severity: VulnerabilitySeverity, threshold: VulnerabilitySeverity
) -> None:
    assert verdict(completed(vulnerability(severity)), fail_on=threshold).blocking


def test_a_severity_that_is_not_known_is_not_one_that_is_not_rated() -> None:
    assert verdict(completed(vulnerability(VulnerabilitySeverity.UNKNOWN)), counts_unrated=False).blocking


@pytest.mark.parametrize("fix", FixAvailability)
def test_only_a_fix_that_does_not_exist_is_ignored(fix: FixAvailability) -> None:
    found = verdict(completed(vulnerability(fix=fix)), counts_unfixed=False)
    assert bool(found.blocking) == (fix is not FixAvailability.NO)


@pytest.mark.parametrize("status", VulnerabilityStatus)
def test_what_inspector_hides_or_has_closed_does_not_block(status: VulnerabilityStatus) -> None:
    found = verdict(completed(vulnerability(status=status)), fail_on=LOWEST)
    assert bool(found.blocking) == (status is VulnerabilityStatus.OPEN)


def test_an_image_that_is_not_scanned_is_found() -> None:
    assert verdict(MissingScan("no scan")).exit_code is ExitCode.FINDINGS


def test_an_index_without_an_image_is_not_scanned() -> None:
    assert verdict().exit_code is ExitCode.FINDINGS


def test_a_scan_without_an_end_is_no_result_even_where_missing_ones_are_accepted() -> None:
    assert verdict(UnfinishedScan("it runs"), accepts_unscanned=True).exit_code is ExitCode.ENVIRONMENT


def test_what_was_found_on_one_platform_counts_though_another_has_no_result() -> None:
    assert verdict(completed(vulnerability()), UnfinishedScan("it runs")).exit_code is ExitCode.FINDINGS


def test_the_most_severe_finding_that_blocks_comes_first() -> None:
    low, high, accepted = (vulnerability(VulnerabilitySeverity(each), each) for each in ("low", "high", "critical"))
    allowed = (Acknowledgement("critical", None, "known", TODAY),)
    found = verdict(completed(low, high, accepted), fail_on=VulnerabilitySeverity.LOW, allowed=allowed)
    assert [each.finding.code for each in found.findings] == ["high", "low", "critical"]


@pytest.mark.parametrize("days", [0, 366])
def test_a_finding_is_allowed_to_its_last_day_and_for_a_year_at_most(days: int) -> None:
    assert not verdict(completed(vulnerability()), allowed=allowed_for(days)).blocking


@pytest.mark.parametrize("days", [-1, 367])
def test_a_finding_that_is_allowed_no_longer_or_for_too_long_blocks(days: int) -> None:
    assert verdict(completed(vulnerability()), allowed=allowed_for(days)).blocking


def test_a_vulnerability_says_which_version_repairs_it() -> None:
    (found,) = verdict(completed(vulnerability())).blocking
    assert "Build the image with openssl 3.0.2 or later" in str(found)
