"""The words for scans that are known here are those of botocore's models: a new one of AWS must get a meaning."""

import botocore.session
import pytest

from shared_ecr.client.scanning.answers import read_basic, read_enhanced
from shared_ecr.findings.vulnerabilities.severities import SEVERITY_OF_AWS, VulnerabilitySeverity
from shared_ecr.findings.vulnerabilities.statuses import STATUSES, ScanProgress, meaning_of
from shared_ecr.findings.vulnerabilities.vulnerability import FIX_OF_AWS, STATUS_OF_AWS
from shared_ecr.model.settings.scanning import ScanFrequency, ScanType

# In the API, and not in every version of botocore.
NOT_YET_IN_BOTOCORE = {"IMAGE_SIZE_EXCEEDED"}
# Scans by hand, which enhanced scanning does not have: such a repository is not covered.
BY_HAND = {"MANUAL"}


def words(service: str, shape: str) -> set[str]:
    return set(botocore.session.Session().get_service_model(service).shape_for(shape).metadata["enum"])


def test_every_status_of_a_scan_has_a_meaning() -> None:
    assert set(STATUSES) - NOT_YET_IN_BOTOCORE == words("ecr", "ScanStatus") - NOT_YET_IN_BOTOCORE


def test_every_severity_has_a_meaning() -> None:
    assert set(SEVERITY_OF_AWS) == words("ecr", "FindingSeverity") | words("inspector2", "Severity")


def test_every_word_of_inspector_about_a_finding_has_a_meaning() -> None:
    assert set(FIX_OF_AWS) == words("inspector2", "FixAvailable")
    assert set(STATUS_OF_AWS) == words("inspector2", "FindingStatus")


def test_every_kind_and_frequency_of_scanning_is_known() -> None:
    assert {each.value for each in ScanType} == words("ecr", "ScanType")
    assert {each.value for each in ScanFrequency} == words("ecr", "ScanFrequency") - BY_HAND


@pytest.mark.parametrize("word", ["", "DONE", "complete"])
def test_a_status_that_is_not_known_is_no_result(word: str) -> None:
    assert meaning_of(word).progress is ScanProgress.NOT_SCANNED


def test_a_finding_of_which_nothing_is_said_is_of_unknown_severity() -> None:
    severities = {read({}).severity for read in (read_basic, read_enhanced)}
    assert severities == {VulnerabilitySeverity.UNKNOWN}
