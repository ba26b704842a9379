"""Mutability, encryption, scanning and removal of one repository."""

from typing import Any

import pytest

from shared_ecr.review.deployments import RegistryHome
from unit.review.deployed import REPOSITORY, repository, resource, stack
from unit.review.rules.judging import found, one, shown

GOVCLOUD = RegistryHome("111111111111", "us-gov-west-1")
KEY = REPOSITORY["EncryptionConfiguration"]["KmsKey"]


def filters(*patterns: object) -> list[dict[str, object]]:
    return [
        {"ImageTagMutabilityExclusionFilterType": "WILDCARD", "ImageTagMutabilityExclusionFilterValue": each}
        for each in patterns
    ]


def mutability(mode: str | None, excepted: Any = None) -> list[str]:
    return shown(repository({"ImageTagMutability": mode, "ImageTagMutabilityExclusionFilters": excepted}))


@pytest.mark.parametrize(
    ("mode", "excepted"),
    [("IMMUTABLE", None), ("IMMUTABLE_WITH_EXCLUSION", filters("latest")), ("MUTABLE_WITH_EXCLUSION", filters("v*"))],
)
def test_a_mode_with_what_belongs_to_it_passes(mode: str, excepted: Any) -> None:
    assert mutability(mode, excepted) == []


@pytest.mark.parametrize(
    ("mode", "excepted", "code"),
    [
        ("IMMUTABLE", filters("latest"), "mutability"),
        ("IMMUTABLE_WITH_EXCLUSION", None, "mutability"),
        ("IMMUTABLE_WITH_EXCLUSION", [], "mutability"),
        ("IMMUTABLE_WITH_EXCLUSION", filters(*"abcdef"), "mutability"),
        ("immutable", None, "mutability"),
        ("IMMUTABLE_WITH_EXCLUSION", filters("a b"), "mutability-filter"),
        ("IMMUTABLE_WITH_EXCLUSION", filters("a" * 129), "mutability-filter"),
        ("IMMUTABLE_WITH_EXCLUSION", ["latest"], "mutability-filter"),
        ("IMMUTABLE_WITH_EXCLUSION", [{"ImageTagMutabilityExclusionFilterValue": "a"}], "mutability-filter"),
    ],
)
def test_a_mode_or_a_filter_that_ecr_refuses_is_an_error(mode: str, excepted: Any, code: str) -> None:
    assert mutability(mode, excepted) == [f"error {code}"]


def test_more_wildcards_than_are_usual_are_warned_of() -> None:
    assert mutability("IMMUTABLE_WITH_EXCLUSION", filters("*a*b*")) == ["warning mutability-wildcards"]


def test_a_filter_for_every_tag_makes_all_of_them_movable() -> None:
    assert mutability("IMMUTABLE_WITH_EXCLUSION", filters("**")) == ["warning mutability-mutable"]


@pytest.mark.parametrize("mode", [None, "MUTABLE"])
def test_tags_that_move_are_warned_of_with_the_controls_that_ask_otherwise(mode: str | None) -> None:
    finding = one("mutability-mutable", repository({"ImageTagMutability": mode}))
    assert (finding.severity, "ECR.2" in finding.why, "CT.ECR.PR.3" in finding.why) == ("warning", True, True)


@pytest.mark.parametrize("open_", ["${Deployed:Mode}", None])
def test_a_mode_that_is_open_is_not_judged(open_: str | None) -> None:
    assert mutability(open_ or "IMMUTABLE_WITH_EXCLUSION", None if open_ else "${Deployed:Filters}") == []


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ({"EncryptionType": "AES256", "KmsKey": KEY}, "encryption-key"),
        ({"EncryptionType": "KMS", "KmsKey": KEY.replace("us-east-1", "eu-west-1")}, "kms-region"),
        ({"EncryptionType": "KMS_DSSE", "KmsKey": KEY}, "encryption-dsse"),
        ({"EncryptionType": "kms"}, "encryption"),
    ],
)
def test_an_encryption_that_ecr_refuses_is_an_error(written: dict[str, str], code: str) -> None:
    assert shown(repository({"EncryptionConfiguration": written})) == [f"error {code}"]


def test_two_layers_are_fine_in_govcloud() -> None:
    key = KEY.replace("arn:aws:", "arn:aws-us-gov:").replace("us-east-1", "us-gov-west-1")
    written = {"EncryptionConfiguration": {"EncryptionType": "KMS_DSSE", "KmsKey": key}}
    assert shown(repository(written, home=GOVCLOUD)) == []


@pytest.mark.parametrize("written", [None, {"EncryptionType": "AES256"}, {"EncryptionType": "KMS"}])
def test_a_key_that_is_not_the_customers_is_noted(written: dict[str, str] | None) -> None:
    finding = one("encryption-aws-key", repository({"EncryptionConfiguration": written}))
    assert (finding.severity, "ECR.5" in finding.why) == ("note", True)


def scanning(kind: str, *patterns: str, frequency: str = "SCAN_ON_PUSH") -> Any:
    rule = {
        "ScanFrequency": frequency,
        "RepositoryFilters": [{"Filter": each, "FilterType": "WILDCARD"} for each in patterns],
    }
    return resource("RegistryScanningConfiguration", {"ScanType": kind, "Rules": [rule]}, "Scanning")


OFF = {"ImageScanningConfiguration": None}


@pytest.mark.parametrize("pattern", ["*", "team/*", "app", "team"])
def test_what_the_registry_scans_need_not_scan_by_itself(pattern: str) -> None:
    assert shown(repository(OFF), scanning("BASIC", pattern)) == []


def test_what_neither_scans_is_warned_of() -> None:
    assert shown(repository(OFF), scanning("BASIC", "prod/*")) == ["warning scanning-off"]


def test_the_property_counts_under_basic_scanning() -> None:
    assert shown(repository(), scanning("BASIC", "prod/*")) == []


def test_the_property_does_not_count_under_enhanced_scanning() -> None:
    assert shown(repository(), scanning("ENHANCED", "prod/*")) == ["warning scanning-off"]


def test_a_repository_without_a_name_is_scanned_only_where_every_one_is() -> None:
    unnamed = OFF | {"RepositoryName": None}
    of_app, of_all = (shown(repository(unnamed), scanning("BASIC", name)) for name in ("app", "*"))
    assert (of_app, of_all) == (
        ["warning scanning-off"], [],
    )  # fmt: skip


def test_another_registrys_scanning_does_not_count() -> None:
    there = resource(
        "RegistryScanningConfiguration",
        {"ScanType": "BASIC", "Rules": []},
        home=RegistryHome("222222222222", "us-east-1"),
    )
    assert shown(repository(OFF), there) == ["warning scanning-off"]


@pytest.mark.parametrize(
    ("deletion", "replacement", "empties", "codes"),
    [
        ("Retain", "Retain", False, []),
        ("Retain", "Retain", True, []),
        ("RetainExceptOnCreate", "Retain", True, []),
        ("", "Retain", False, ["warning removal-deletes"]),
        ("Retain", "Delete", False, ["warning removal-deletes"]),
        ("Delete", "Retain", True, ["error removal-empties"]),
        ("Retain", "", True, ["error removal-empties"]),
        ("", "", "true", ["error removal-empties"]),
    ],
)
def test_what_lets_a_repository_go(deletion: str, replacement: str, empties: object, codes: list[str]) -> None:
    written = repository({"EmptyOnDelete": empties}, deletion_policy=deletion, update_replace_policy=replacement)
    assert shown(written) == codes


@pytest.mark.parametrize(("forced", "codes"), [(True, ["error removal-empties"]), (False, [])])
def test_terraform_has_no_deletion_policy_and_asks_once_about_force_delete(forced: bool, codes: list[str]) -> None:  # noqa: FBT001 — a case
    written = repository({"EmptyOnDelete": forced}, deletion_policy="", update_replace_policy="")
    assert shown(stack(written, tool="terraform")) == codes


def test_a_public_repository_is_warned_of_too() -> None:
    public = resource("PublicRepository", {"RepositoryName": "app"}, deletion_policy="Delete")
    assert [(each.code, each.subject) for each in found(public)] == [("removal-deletes", "public repository app")]


@pytest.mark.parametrize("value", ["maybe", "yes", "1", 1])
def test_a_boolean_of_an_undocumented_spelling_may_be_true(value: object) -> None:
    assert shown(repository({"EmptyOnDelete": value}, deletion_policy="")) == ["error removal-empties"]


@pytest.mark.parametrize("value", [[], {}, None, ["true"], "false", "False", ""])
def test_a_boolean_of_another_shape_is_not_true(value: object) -> None:
    assert shown(repository({"EmptyOnDelete": value}, deletion_policy="")) == ["warning removal-deletes"]
