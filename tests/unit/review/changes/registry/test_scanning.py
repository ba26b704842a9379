import pytest

from shared_ecr.documents.json_text import Json
from shared_ecr.review.changes.registry.scanning import Scans
from unit.review.changes.sides import resource, side

Rules = dict[str, list[str]]


def scans(kind: str | None, rules: Rules) -> Scans:
    wire = [
        {
            "ScanFrequency": frequency,
            "RepositoryFilters": [{"Filter": each, "FilterType": "WILDCARD"} for each in filters],
        }
        for frequency, filters in rules.items()
    ]
    body = resource("RegistryScanningConfiguration", Rules=wire, **({"ScanType": kind} if kind else {}))
    ((_, found),) = side(Scan=body).resources("AWS::ECR::RegistryScanningConfiguration")
    return Scans.of(found)


@pytest.mark.parametrize(("before", "after", "expected"), [
    (("ENHANCED", {"CONTINUOUS_SCAN": ["*"]}), ("BASIC", {"SCAN_ON_PUSH": ["*"]}), "ENHANCED to BASIC"),
    (("BASIC", {"SCAN_ON_PUSH": ["a", "b"]}), ("BASIC", {"SCAN_ON_PUSH": ["a"]}), "no longer scanned"),
    (("BASIC", {"SCAN_ON_PUSH": ["app"]}), ("BASIC", {"SCAN_ON_PUSH": ["app*"]}), "no longer scanned"),
    (("ENHANCED", {"CONTINUOUS_SCAN": ["*"]}), ("ENHANCED", {"SCAN_ON_PUSH": ["*"]}), "no longer continuously"),
    (("BASIC", {"SCAN_ON_PUSH": ["*"]}), ("BASIC", {"MANUAL": ["*"]}), "no longer scanned"),
])  # fmt: skip
def test_what_is_scanned_less_is_said(before: tuple[str, Rules], after: tuple[str, Rules], expected: str) -> None:
    assert expected in str(scans(*after).lost(scans(*before)))


@pytest.mark.parametrize(("before", "after"), [
    ((None, {"SCAN_ON_PUSH": ["*"]}), ("BASIC", {"SCAN_ON_PUSH": ["*"]})),
    (("BASIC", {"SCAN_ON_PUSH": ["app*"]}), ("BASIC", {"SCAN_ON_PUSH": ["app"]})),
    (("BASIC", {"SCAN_ON_PUSH": ["app"]}), ("BASIC", {"SCAN_ON_PUSH": ["*app*"]})),
    (("BASIC", {"SCAN_ON_PUSH": ["*"]}), ("ENHANCED", {"CONTINUOUS_SCAN": ["*"]})),
    (("ENHANCED", {"SCAN_ON_PUSH": ["a"], "CONTINUOUS_SCAN": ["b"]}), ("ENHANCED", {"CONTINUOUS_SCAN": ["b", "a"]})),
])  # fmt: skip
def test_what_is_scanned_as_much_is_no_loss(before: tuple[str | None, Rules], after: tuple[str | None, Rules]) -> None:
    assert scans(*after).lost(scans(*before)) is None


@pytest.mark.parametrize("rules", ["${Deployed:Rules}", [{"ScanFrequency": "SCAN_ON_PUSH"}], [["SCAN_ON_PUSH"]], None])
def test_rules_of_another_shape_scan_nothing(rules: Json) -> None:
    body = resource("RegistryScanningConfiguration", Rules=rules)
    ((_, found),) = side(Scan=body).resources("AWS::ECR::RegistryScanningConfiguration")
    assert Scans.of(found).on_push == ()
