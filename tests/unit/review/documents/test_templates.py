from pathlib import Path
from typing import Any

import pytest

from unit.review.documents.reading import doubts, ids, named, read, repository, resources

LOOP = "Fn::ForEach::Apps"


@pytest.mark.parametrize(("template", "said"), [
    ({"Resources": []}, "t.json: Resources is a list, not a mapping; it is not judged"),
    ({"Resources": {}, "Parameters": "x"}, "t.json: Parameters is a single value, not a mapping"),
    ({"Resources": {}, "Conditions": None}, "t.json: Conditions is empty, not a mapping"),
    (resources(It="x"), "t.json:1:16: It: the resource is a single value, not a mapping"),
    (resources(It={}), "It: the resource has no Type"),
    (resources(It={"Type": ["T"]}), "It: the resource has no Type"),
    (resources(It={"Type": "AWS::ECR::Repository", "Properties": "x"}), "It: Properties is a single value"),
    (resources(It={"Type": "Org::Ecr::Shared::MODULE"}), "the module Org::Ecr::Shared::MODULE makes resources"),
    (resources(**{"Fn::Transform": {"Name": "AWS::Include"}}), "Fn::Transform adds resources that are not judged"),
    ({**resources(), "Fn::Transform": {"Name": "AWS::Include"}}, "Fn::Transform adds sections that are not judged"),
    ({**resources(), "Mappings": {"Fn::Transform": {}}}, "Mappings: Fn::Transform adds what is not judged"),
    (resources(It={"Type": "T", "Fn::Transform": {}}), "It: Fn::Transform adds to the resource what is not judged"),
    ({**resources(), "Transform": "AWS::Serverless-2016-10-31"}, "AWS::Serverless-2016-10-31 changes the template"),
    ({**resources(), "Transform": ["AWS::LanguageExtensions", {"Name": "Mine"}]}, "Mine changes the template"),
    ({**resources(), "Transform": [{"Name": []}]}, "a macro without a name changes the template"),
    ({**resources(), "Transform": [{}]}, "a macro without a name changes the template"),
    (resources(It={"Type": "AWS::CloudFormation::StackSet"}), "what this stack set deploys is not judged"),
], ids=str)  # fmt: skip
def test_what_has_another_shape_is_reported_and_the_rest_is_judged(tmp_path: Path, template: object, said: str) -> None:
    (doubt,) = doubts(read(tmp_path, template))
    assert said in doubt


def test_a_template_without_any_repository_is_fine(tmp_path: Path) -> None:
    found = read(tmp_path, resources(Queue={"Type": "AWS::SQS::Queue"}))
    assert (ids(found), doubts(found)) == (["Queue"], [])


def test_rules_and_language_extensions_leave_no_doubt(tmp_path: Path) -> None:
    template = {**resources(), "Rules": {"R": {"Assertions": []}}, "Transform": "AWS::LanguageExtensions"}
    assert doubts(read(tmp_path, template)) == []


def test_what_cloudformation_does_with_a_resource_that_leaves_is_kept(tmp_path: Path) -> None:
    body = {**repository(), "DeletionPolicy": "Retain", "UpdateReplacePolicy": {"Ref": "Policy"}}
    template = {**resources(It=body), "Parameters": {"Policy": {"Type": "String", "Default": "Snapshot"}}}
    it = named(read(tmp_path, template), "It")
    assert (it.deletion_policy, it.update_replace_policy) == ("Retain", "Snapshot")


def test_a_parameter_that_no_template_has_is_reported(tmp_path: Path) -> None:
    assert doubts(read(tmp_path, resources(), {"Nmae": "x"})) == ["t.json: no template has a parameter 'Nmae'"]


def test_a_value_for_one_stack_is_for_that_one(tmp_path: Path) -> None:
    template = {**resources(It=repository(X={"Ref": "P"})), "Parameters": {"P": {"Type": "String"}}}
    assert named(read(tmp_path, template, {"template:P": "x", "P": "y"}), "It").properties["X"] == "x"


def loop(collection: object, fragment: object | None = None) -> dict[str, Any]:
    made = {"App${Name}": repository(RepositoryName={"Fn::Sub": "team/${Name}"}, X={"Ref": "Name"})}
    return {
        **resources(**{LOOP: ["Name", collection, fragment or made]}),
        "Parameters": {"P": {"Type": "CommaDelimitedList", "Default": "a,b"}, "Unset": {"Type": "List<String>"}},
    }


@pytest.mark.parametrize("collection", [["a", "b"], {"Ref": "P"}], ids=["a list", "a parameter"])
def test_a_loop_is_written_out(tmp_path: Path, collection: object) -> None:
    found = read(tmp_path, loop(collection))
    assert ids(found) == ["Appa", "Appb"]
    assert named(found, "Appb").properties == {"RepositoryName": "team/b", "X": "b"}


def test_what_a_loop_makes_is_at_the_place_of_the_loop(tmp_path: Path) -> None:
    position = named(read(tmp_path, loop(["a"])), "Appa").origin.position
    assert position is not None
    assert position.column == len('{"Resources": {') + 1


def test_a_loop_within_a_loop_is_written_out(tmp_path: Path) -> None:
    inner = {"Fn::ForEach::Stage": ["Stage", ["x.1", "y"], {"&{Name}&{Stage}": repository(X={"Ref": "Stage"})}]}
    found = read(tmp_path, loop(["a-1"], inner))
    assert ids(found) == ["a1x1", "a1y"]
    assert named(found, "a1x1").properties["X"] == "x.1"


def test_a_loop_within_properties_is_written_out(tmp_path: Path) -> None:
    template = resources(It=repository(X={LOOP: ["N", ["a", "b"], {"Key${N}": {"Ref": "N"}}]}))
    assert named(read(tmp_path, template), "It").properties["X"] == {"Keya": "a", "Keyb": "b"}


@pytest.mark.parametrize(("collection", "said"), [
    ({"Ref": "Unset"}, "the list of Fn::ForEach::Apps is known only once deployed"),
    ("a", "the list of Fn::ForEach::Apps is known only once deployed"),
    ([["a"]], "the list of Fn::ForEach::Apps is known only once deployed"),
])  # fmt: skip
def test_a_loop_over_an_unknown_list_is_judged_for_one_item(tmp_path: Path, collection: object, said: str) -> None:
    found = read(tmp_path, loop(collection))
    assert said in doubts(found)[0]
    assert len(ids(found)) == 1


def test_a_loop_of_another_shape_is_reported(tmp_path: Path) -> None:
    assert "does not have the arguments that it needs" in doubts(read(tmp_path, resources(**{LOOP: "x"})))[0]


def test_loops_that_multiply_end(tmp_path: Path) -> None:
    fragment: object = {"R${A}${B}${C}${D}${E}${F}": repository()}
    for name in "FEDCBA":
        fragment = {f"Fn::ForEach::{name}": [name, [f"{i}" for i in range(20)], fragment]}
    found = doubts(read(tmp_path, {"Resources": fragment}))
    assert any("makes more resources than a template can hold" in doubt for doubt in found)
