"""Every event pattern against the sample events of AWS's pages, by the matcher of the embedded AWS."""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest

from local import aws_event_samples as samples
from local.registry_caller import client
from shared_ecr.local import LocalAws
from shared_ecr.model.settings.event_patterns import EVENTS, EventKind, EventRow, FindingSeverity

Matches = Callable[[dict[str, Any], dict[str, Any]], bool]
ROWS = {row.rule: row for row in EVENTS}
# Which samples each rule is for, from HIGH on; no other sample may match it.
EXPECTED = {
    "ScanFindings": {"scanned"},
    "InspectorFindings": set[str](),
    "ImageDeleted": {"delete"},
    "Push": {"push"},
    "PullThroughFailed": set[str](),
    "Archive": {"archived"},
    "ReplicationFailed": {"replication failed"},
    "ScanningChanged": {"scanning changed"},
}


@pytest.fixture
def matches(aws: LocalAws) -> Iterator[Matches]:
    with client(aws, "events") as events:
        yield lambda pattern, event: bool(
            events.test_event_pattern(EventPattern=json.dumps(pattern), Event=json.dumps(event))["Result"]
        )


def pattern(row: EventRow, *repositories: str, severity: FindingSeverity = FindingSeverity.HIGH) -> dict[str, Any]:
    return row.pattern(repositories, severity if row.kind is EventKind.SCAN_FINDINGS else None)


def changed(event: dict[str, Any], **fields: Any) -> dict[str, Any]:
    copied = deepcopy(event)
    copied["detail"] |= {key.replace("_", "-"): value for key, value in fields.items()}
    return copied


def test_every_kind_has_a_row_and_every_row_an_expectation() -> None:
    assert {row.kind for row in EVENTS} == set(EventKind)
    assert ROWS.keys() == EXPECTED.keys()


def test_every_row_names_the_page_that_documents_it() -> None:
    assert all(row.page.startswith("https://docs.aws.amazon.com/") for row in EVENTS)


@pytest.mark.parametrize("rule", ROWS)
def test_a_rule_matches_its_own_samples_and_no_others(rule: str, matches: Matches) -> None:
    found = {name for name, event in samples.ALL.items() if matches(pattern(ROWS[rule]), event)}
    assert found == EXPECTED[rule]


def test_a_failed_pull_through_matches_whatever_its_failure_is_called(matches: Matches) -> None:
    failed = changed(samples.PULLED_THROUGH, sync_status="FAILURE", failure_code="UpstreamUnavailable")
    assert matches(pattern(ROWS["PullThroughFailed"]), failed)


@pytest.mark.parametrize(
    ("severity", "is_published"),
    [
        (FindingSeverity.INFORMATIONAL, True),
        (FindingSeverity.MEDIUM, True),
        (FindingSeverity.HIGH, False),
        (FindingSeverity.CRITICAL, False),
    ],
)
def test_a_finding_of_inspector_matches_from_its_severity_on(
    *, severity: FindingSeverity, is_published: bool, matches: Matches
) -> None:
    found = matches(pattern(ROWS["InspectorFindings"], severity=severity), samples.INSPECTOR_FINDING)
    assert found is is_published


@pytest.mark.parametrize("severity", FindingSeverity)
def test_a_finding_without_a_known_severity_is_always_published(severity: FindingSeverity, matches: Matches) -> None:
    unrated = changed(samples.INSPECTOR_FINDING, severity="UNTRIAGED")
    assert matches(pattern(ROWS["InspectorFindings"], severity=severity), unrated)
    undefined = changed(samples.SCANNED, finding_severity_counts={"UNDEFINED": 1})
    assert matches(pattern(ROWS["ScanFindings"], severity=severity), undefined)


def test_a_closed_finding_is_not_published(matches: Matches) -> None:
    closed = changed(samples.INSPECTOR_FINDING, status="CLOSED")
    assert not matches(pattern(ROWS["InspectorFindings"], severity=FindingSeverity.LOW), closed)


@pytest.mark.parametrize(
    ("counts", "is_published"),
    [({}, False), ({"MEDIUM": 9}, False), ({"HIGH": 1}, True), ({"HIGH": 0}, False), ({"CRITICAL": 10}, True)],
)
def test_a_basic_scan_matches_by_the_counts_of_its_findings(
    *, counts: dict[str, int], is_published: bool, matches: Matches
) -> None:
    scanned = changed(samples.SCANNED, finding_severity_counts=counts)
    assert matches(pattern(ROWS["ScanFindings"]), scanned) is is_published


@pytest.mark.parametrize(
    ("name", "written", "is_meant"),
    [
        ("team/app", "team/app", True),
        ("team/app", "team/*", True),
        ("team/app", "*/app", True),
        ("team/app", "t*/a*p", True),
        ("team/app", "*", True),
        ("team/app-2", "team/app", False),
        ("other/app", "team/*", False),
        ("team/app", "*-prod", False),
    ],
)
@pytest.mark.parametrize("rule", ROWS)
def test_a_pattern_of_repositories_means_whole_names_in_every_rule(
    *, rule: str, name: str, written: str, is_meant: bool, matches: Matches
) -> None:
    assert matches(pattern(ROWS[rule], written), of_repository(rule, name)) is is_meant


def of_repository(rule: str, name: str) -> dict[str, Any]:
    """Return an event that *rule* is for, of the repository called *name*."""
    match rule:
        case "InspectorFindings":
            event = changed(samples.INSPECTOR_FINDING, severity="CRITICAL")
            event["detail"]["resources"][0]["details"]["awsEcrContainerImage"]["repositoryName"] = name
            return event
        case "ScanningChanged":
            event = deepcopy(samples.SCANNING_CHANGED)
            event["detail"]["repositories"] = [{"repository-name": name}]
            return event
        case "PullThroughFailed":
            return changed(samples.PULLED_THROUGH, sync_status="FAILURE", repository_name=name)
        case _:
            (sample,) = EXPECTED[rule]
            return changed(samples.ALL[sample], repository_name=name)
