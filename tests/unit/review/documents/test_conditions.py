from pathlib import Path
from typing import Any

import pytest

from unit.review.documents.reading import all_worlds, doubts, ids, read, repository

IS_PROD = {"Fn::Equals": [{"Ref": "Env"}, "prod"]}
LATER = {"Fn::Equals": [{"Ref": "Unset"}, "prod"]}
CONDITIONS: dict[str, Any] = {
    "Prod": IS_PROD,
    "Not": {"Fn::Not": [{"Condition": "Prod"}]},
    "Both": {"Fn::And": [IS_PROD, {"Condition": "Not"}]},
    "Either": {"Fn::Or": [LATER, IS_PROD]},
    "Later": LATER,
    "Neither": {"Fn::And": [LATER, {"Condition": "Not"}]},
    "Same": {"Fn::Equals": [{"Ref": "Unset"}, {"Ref": "Unset"}]},
    "Flag": {"Fn::Equals": ["true", True]},
    "Circle": {"Fn::Not": [{"Condition": "Circle"}]},
    "Broken": {"Fn::Equals": ["one"]},
}


def template(condition: object) -> dict[str, Any]:
    return {
        "Parameters": {"Env": {"Type": "String", "Default": "prod"}, "Unset": {"Type": "String"}},
        "Conditions": CONDITIONS,
        "Resources": {"It": {**repository(), "Condition": condition}},
    }


@pytest.mark.parametrize("name", ["Prod", "Either", "Same", "Flag"])
def test_a_resource_whose_condition_holds_exists(tmp_path: Path, name: str) -> None:
    assert ids(read(tmp_path, template(name))) == ["It"]


@pytest.mark.parametrize("name", ["Not", "Both", "Neither"])
def test_a_resource_whose_condition_does_not_hold_is_not_there(tmp_path: Path, name: str) -> None:
    assert ids(read(tmp_path, template(name))) == []


@pytest.mark.parametrize("name", ["Later", "Circle", "Broken"])
def test_a_resource_whose_condition_is_open_exists_in_one_world_and_not_in_another(tmp_path: Path, name: str) -> None:
    assert sorted(map(ids, all_worlds(tmp_path, template(name)))) == [[], ["It"]]


def test_a_given_value_wins_over_the_default(tmp_path: Path) -> None:
    assert ids(read(tmp_path, template("Prod"), {"Env": "test"})) == []


@pytest.mark.parametrize("written", ["Nowhere", ["Prod"]])
def test_a_condition_that_is_not_defined_is_shown(tmp_path: Path, written: object) -> None:
    assert "which the template does not define" in doubts(read(tmp_path, template(written)))[0]


def test_conditions_that_lead_to_conditions_too_often_are_not_known(tmp_path: Path) -> None:
    chain: dict[str, Any] = {f"C{i}": {"Fn::Not": [{"Condition": f"C{i + 1}"}]} for i in range(3000)}
    deep = {"Conditions": {**chain, "C3000": IS_PROD}, "Resources": {"It": {**repository(), "Condition": "C0"}}}
    assert sorted(map(ids, all_worlds(tmp_path, deep))) == [[], ["It"]]
