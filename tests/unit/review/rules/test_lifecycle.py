import json
from pathlib import Path
from typing import Any

import pytest

from shared_ecr.review.lifecycle_texts import read_lifecycle
from unit.review.deployed import UNTAGGED, repository
from unit.review.rules.judging import one, shown

CASES = Path(__file__).parents[5] / "shared" / "cases" / "lifecycle-validation.json"


def rule(priority: int, tags: list[str] | str, days: int | None = None, keep: int = 10, **more: Any) -> dict[str, Any]:
    """Return a rule for patterns, or for the tag status `untagged` or `any`; by age where *days* are given."""
    selection: dict[str, Any] = {"tagStatus": tags} if isinstance(tags, str) else {"tagStatus": "tagged"}
    if isinstance(tags, list):
        selection[more.pop("by", "tagPatternList")] = tags
    selection |= {"countType": "imageCountMoreThan", "countNumber": keep}
    if days is not None:
        selection |= {"countType": "sinceImagePushed", "countUnit": "days", "countNumber": days}
    return {"rulePriority": priority, "selection": selection, "action": {"type": "expire"}} | more


def reported_for(*rules: dict[str, Any]) -> list[str]:
    return shown(repository({"LifecyclePolicy": {"LifecyclePolicyText": json.dumps({"rules": list(rules)})}}))


@pytest.mark.skipif(not CASES.exists(), reason="the shared cases are not beside this checkout")
def test_policies_are_accepted_and_refused_as_aws_does() -> None:
    disagreeing = []
    for case in json.loads(CASES.read_text(encoding="utf-8")):
        text = case.get("policy_text") or json.dumps(case["policy"])
        properties = {"LifecyclePolicy": {"LifecyclePolicyText": text}}
        is_refused = any(each.startswith("error") for each in shown(repository(properties)))
        if is_refused is case["valid"]:
            disagreeing.append(case["name"])
    assert disagreeing == []


@pytest.mark.parametrize(
    "text",
    [
        "untagged",
        "rules: []",
        '{"lifecyclePolicyText": "{}"}',
        "[]",
        "null",
        "12",
        "{",
        '{"rules": [1]}',
        '{"rules":' * 60,
    ],
    ids=["preset", "yaml", "held", "list", "null", "number", "cut off", "no rule", "deep"],
)
def test_a_text_that_ecr_does_not_take_is_refused(text: str) -> None:
    assert any(
        each.startswith("error") for each in shown(repository({"LifecyclePolicy": {"LifecyclePolicyText": text}}))
    )


def test_a_key_that_is_twice_is_refused() -> None:
    text = UNTAGGED.replace('"countNumber":14', '"countNumber":14,"countNumber":1')
    assert shown(repository({"LifecyclePolicy": {"LifecyclePolicyText": text}})) == ["error lifecycle-json"]


def test_a_description_may_look_like_a_variable_of_ours() -> None:
    assert reported_for(rule(1, "untagged", 14, description="${env:NAME} and ${anything}")) == []


def test_a_number_that_looks_like_a_variable_is_no_number() -> None:
    assert "error type-int" in reported_for(rule(1, "untagged", 14) | {"rulePriority": "${env:X}"})


def test_an_object_is_shown_and_judged_all_the_same() -> None:
    rules = {"rules": [rule(1, "any"), rule(2, ["v*"])]}
    found = shown(repository({"LifecyclePolicy": {"LifecyclePolicyText": rules}}))
    assert found == ["error lifecycle-text", "error lifecycle-any-last"]


def test_a_text_that_is_known_only_once_deployed_is_said_to_be_unknown() -> None:
    text = UNTAGGED.replace("14", "${Deployed:Days}")
    finding = one("lifecycle-unknown", repository({"LifecyclePolicy": {"LifecyclePolicyText": text}}))
    assert finding.severity == "note"


def test_a_finding_shows_the_rules_in_words() -> None:
    text = json.dumps({"rules": [rule(3, "any", 90)]})
    finding = one("lifecycle-everything", repository({"LifecyclePolicy": {"LifecyclePolicyText": text}}))
    assert finding.details == ("rule 3: images of any kind: those pushed more than 90 days ago expire",)


def test_a_rule_by_age_for_any_image_names_those_that_are_spared() -> None:
    text = json.dumps({"rules": [rule(1, ["v*"], keep=9999), rule(2, "any", 90)]})
    finding = one("lifecycle-everything", repository({"LifecyclePolicy": {"LifecyclePolicyText": text}}))
    assert "but those that rule 1 selects first" in finding.what


def test_a_count_of_any_images_in_which_builds_take_the_places_of_releases_is_noted() -> None:
    text = json.dumps({"rules": [rule(1, "any", keep=40)]})
    assert one("lifecycle-crowding", repository({"LifecyclePolicy": {"LifecyclePolicyText": text}})).severity == "note"


@pytest.mark.parametrize(
    "rules",
    [
        (rule(1, ["*"]), rule(2, ["dev*"])),
        (rule(1, ["v*"]), rule(2, ["v1", "x"], by="tagPrefixList")),
        (rule(1, ["v*", "*"]), rule(2, ["v1*"])),
        (rule(1, "untagged", 14), rule(2, ["*"]), rule(3, "any", keep=5)),
    ],
    ids=["pattern", "prefix", "list", "both kinds before any"],
)
def test_a_rule_whose_images_others_claim_never_acts(rules: tuple[dict[str, Any], ...]) -> None:
    assert "warning lifecycle-shadowed" in reported_for(*rules)


@pytest.mark.parametrize(
    "rules",
    [
        (rule(1, ["dev*"]), rule(2, ["*"])),
        (rule(1, ["v*", "w*"]), rule(2, ["v1*"])),
        (rule(1, ["v*-rc"]), rule(2, ["v*"])),
        (rule(1, ["*"]), rule(2, "any")),
        (rule(1, ["*"]), rule(2, "untagged", 14)),
    ],
    ids=["wider later", "list is narrower", "ending", "untagged are left", "untagged"],
)
def test_a_rule_that_has_images_left_is_not_called_shadowed(rules: tuple[dict[str, Any], ...]) -> None:
    assert "warning lifecycle-shadowed" not in reported_for(*rules)


@pytest.mark.parametrize("pattern", ["^v[0-9]+", "team/app", "-dev*", "a b", "v1:latest"])
def test_a_pattern_that_no_tag_is_like_never_selects(pattern: str) -> None:
    assert reported_for(rule(1, [pattern])) == ["warning lifecycle-never"]


@pytest.mark.parametrize("pattern", ["*", "*-dev", "v*", "_x", "*.*.*", "latest"])
def test_a_pattern_that_some_tag_is_like_selects(pattern: str) -> None:
    assert reported_for(rule(1, [pattern])) == []


def test_a_rule_that_never_selects_shadows_none() -> None:
    assert reported_for(rule(1, ["v*"], by="tagPrefixList"), rule(2, ["v1*"])) == ["warning lifecycle-never"]


@pytest.mark.parametrize(
    ("rules", "code"), [(45, []), (46, ["warning lifecycle-rules"]), (51, ["error lifecycle-rules"])]
)
def test_the_number_of_rules_is_shown_when_it_is_nearly_reached(rules: int, code: list[str]) -> None:
    assert reported_for(*(rule(number, [f"v{number}-*"]) for number in range(1, rules + 1))) == code


def test_blanks_count_against_the_limit_of_the_text() -> None:
    text = UNTAGGED + " " * 30_720
    assert shown(repository({"LifecyclePolicy": {"LifecyclePolicyText": text}})) == ["error lifecycle-size"]


def test_what_is_read_of_a_policy_has_the_file_it_was_read_for() -> None:
    assert {each.file for each in read_lifecycle('{"rules":[]}', "one.json").problems} == {"one.json"}
    assert {each.file for each in read_lifecycle('{"rules":[]}', "other.json").problems} == {"other.json"}
