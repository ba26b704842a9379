import json
from pathlib import Path
from typing import Any

import pytest

from shared_ecr.review.documents import InvalidDocumentError, load_deployment
from unit.review.documents.assemblies import load, stack, write
from unit.review.documents.reading import PLACE, doubts, ids, named, repository, resources

HASH = "5388bfaa.json"
CHILD = {
    **resources(App=repository(RepositoryName={"Ref": "Name"}, X={"Ref": "Later"})),
    "Parameters": {"Name": {"Type": "String"}, "Later": {"Type": "String"}},
}
GIVEN = {"Name": {"Fn::Sub": "${AWS::Region}/app"}, "Later": {"Fn::GetAtt": ["Key", "Arn"]}}
ASSETS = {"files": {"5388": {"source": {"path": "n.json"}, "destinations": {"here": {"objectKey": f"x/{HASH}"}}}}}


def nested(url: object = "n.json", **fields: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::CloudFormation::Stack",
        "Properties": {"TemplateURL": url, "Parameters": GIVEN},
        **fields,
    }


def parent(**bodies: Any) -> dict[str, Any]:
    return resources(**bodies, Key={"Type": "AWS::KMS::Key"})


def assembly(folder: Path, body: object, child: object = CHILD, **fields: Any) -> Path:
    artifacts = {
        "s": stack(**fields),
        "s.assets": {"type": "cdk:asset-manifest", "properties": {"file": "assets.json"}},
    }
    return write(folder, artifacts, s_template=parent(Nested=body), assets=ASSETS, n=child)


URL = {"Fn::Sub": f"https://s3.${{AWS::Region}}.${{AWS::URLSuffix}}/bucket/x/{HASH}"}


@pytest.mark.parametrize("body", [
    nested(URL), nested({"Ref": "Unset"}, Metadata={"aws:asset:path": "n.json"}), nested("n.json"),
], ids=["by the asset's address", "by the asset's path", "by its own path"])  # fmt: skip
def test_a_nested_stack_is_read_with_the_parameters_it_is_given(tmp_path: Path, body: object) -> None:
    read = load(assembly(tmp_path, body))
    app = named(read, "App")
    assert [each.name for each in read.stacks] == ["s", "s/Nested"]
    assert app.properties == {"RepositoryName": "eu-west-1/app", "X": "${Deployed:Key.Arn}"}
    assert (app.origin.stack, app.home) == ("s/Nested", read.stacks[0].home)
    assert (read.stacks[1].termination_protection, read.stacks[1].tool) == (None, "cdk")


def test_the_constructs_of_a_nested_stack_are_shown_apart_from_those_of_its_parent(tmp_path: Path) -> None:
    def entry(logical_id: str) -> list[dict[str, str]]:
        return [{"type": "aws:cdk:logicalId", "data": logical_id}]

    metadata = {
        "/S/App/Resource": entry("App"), "/S/N/App/Resource": entry("App"),
        "/S/N.NestedStack/N.NestedStackResource": entry("Nested"),
    }  # fmt: skip
    folder = assembly(tmp_path, nested("n.json"), metadata=metadata)
    write(folder, {"s": stack(metadata=metadata)}, s_template=parent(Nested=nested("n.json"), App=repository()))
    paths = [each.origin.construct_path for _, each in load(folder).resources("AWS::ECR::Repository")]
    assert paths == ["S/App/Resource", "S/N/App/Resource"]


@pytest.mark.parametrize("url", [
    "https://s3.amazonaws.com/bucket/other.json", "../n.json", "missing.json", {"Ref": "Unset"}, ["n.json"], "",
], ids=str)  # fmt: skip
def test_a_nested_stack_that_is_not_among_the_files_is_shown(tmp_path: Path, url: object) -> None:
    read = load(assembly(tmp_path / "cdk.out", nested(url)))
    assert len(read.stacks) == 1
    assert any("Nested: the template of this nested stack is not among the files" in doubt for doubt in doubts(read))


def test_a_template_may_nest_one_that_lies_beside_it(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "t.yaml").write_text(
        "Resources:\n  A:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: sub/a.yaml}\n"
    )
    (tmp_path / "sub" / "a.yaml").write_text(
        "Resources:\n  B:\n    Type: AWS::CloudFormation::Stack\n    Properties: {TemplateURL: b.yaml}\n"
    )
    (tmp_path / "sub" / "b.yaml").write_text("Resources: {App: {Type: AWS::ECR::Repository}}\n")
    read = load_deployment(tmp_path / "t.yaml", PLACE, shown_as="here/t.yaml")
    assert ids(read) == ["A", "B", "App"]
    assert [each.file for each in read.stacks] == ["here/t.yaml", "here/sub/a.yaml", "here/sub/b.yaml"]


def test_stacks_that_nest_themselves_end(tmp_path: Path) -> None:
    itself = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "t.json"}}
    (tmp_path / "t.json").write_text(json.dumps(resources(A=itself, B=itself)))
    read = load_deployment(tmp_path / "t.json", PLACE)
    assert len(read.stacks) == 501
    assert "is not among the files" in doubts(read)[-1]


def test_a_nested_template_that_is_broken_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidDocumentError, match=r"cdk\.out/n\.json:1:2"):
        load(assembly(tmp_path, nested("n.json"), "{"))
