from pathlib import Path
from typing import Any

import pytest

from shared_ecr.review.deployments import RegistryHome
from shared_ecr.review.documents import InvalidDocumentError
from unit.review.documents.assemblies import load, stack, write
from unit.review.documents.reading import ACCOUNT, doubts, ids, named, repository, resources

TEMPLATE = resources(App=repository(X={"Fn::Sub": "${AWS::AccountId}/${AWS::Region}"}))


def test_a_stack_is_what_the_manifest_says(tmp_path: Path) -> None:
    properties = {"stackName": "shop", "terminationProtection": True, "requiresBootstrapStackVersion": 6}
    (read,) = load(write(tmp_path, {"a": stack(properties=properties)}, s_template=TEMPLATE)).stacks
    assert (read.name, read.file, read.home) == (
        "shop",
        "cdk.out/s.template.json",
        RegistryHome("222222222222", "eu-west-1"),
    )
    assert (read.termination_protection, read.bootstrap_version, read.tool) == (True, 6, "cdk")


def test_without_a_word_a_stack_is_called_like_its_artifact_and_not_protected(tmp_path: Path) -> None:
    (read,) = load(write(tmp_path, {"a": stack()}, s_template=TEMPLATE)).stacks
    assert (read.name, read.termination_protection, read.bootstrap_version) == ("a", False, None)


def test_an_assembly_without_a_stack_is_shown(tmp_path: Path) -> None:
    assert doubts(load(write(tmp_path, {"Tree": {"type": "cdk:tree"}}))) == [
        "cdk.out: the assembly has no stack, so nothing is judged"
    ]


@pytest.mark.parametrize(("environment", "expected"), [
    ("aws://222222222222/eu-west-1", "222222222222/eu-west-1"),
    ("aws://unknown-account/eu-west-1", f"{ACCOUNT}/eu-west-1"),
    ("aws://unknown-account/unknown-region", f"{ACCOUNT}/us-east-1"),
    ("aws://222222222222/mars-north-1", "222222222222/mars-north-1"),
    (None, f"{ACCOUNT}/us-east-1"),
])  # fmt: skip
def test_the_environment_says_where_a_stack_goes(tmp_path: Path, environment: object, expected: str) -> None:
    read = load(write(tmp_path, {"a": stack(environment=environment)}, s_template=TEMPLATE))
    assert named(read, "App").properties["X"] == expected


def test_the_name_of_the_stack_is_known_to_its_template(tmp_path: Path) -> None:
    template = resources(App=repository(X={"Ref": "AWS::StackName"}))
    assert named(load(write(tmp_path, {"a": stack()}, s_template=template)), "App").properties["X"] == "a"


def test_parameters_that_cdk_gives_are_known(tmp_path: Path) -> None:
    template = {**resources(App=repository(X={"Ref": "P"})), "Parameters": {"P": {"Type": "String"}}}
    artifact = stack(properties={"parameters": {"P": "x"}})
    assert named(load(write(tmp_path, {"a": artifact}, s_template=template)), "App").properties["X"] == "x"


def test_the_assemblies_of_stages_are_read(tmp_path: Path) -> None:
    write(tmp_path, {"p": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Prod"}}})
    write(tmp_path / "assembly-Prod", {"a": stack()}, s_template=TEMPLATE)
    (read,) = load(tmp_path).stacks
    assert read.file == "cdk.out/assembly-Prod/s.template.json"


METADATA = {
    "/S/App/Resource": [
        {"type": "aws:cdk:logicalId", "data": "App"},
        {"type": "aws:cdk:acknowledged-rules", "data": {"shared-ecr::policy-public": "wanted", "Pack::Rule": "known"}},
    ],
    "/S/App": [{"type": "aws:cdk:acknowledged-rules", "data": {"shared-ecr::policy-public": "further", "empty": " "}}],
    "/S": [{"type": "aws:cdk:acknowledged-rules", "data": {"of-the-stack": "for all"}}],
}


@pytest.mark.parametrize("where", ["artifact", "file"])
def test_the_path_of_a_construct_is_in_the_metadata(tmp_path: Path, where: str) -> None:
    fields: dict[str, Any] = {"metadata": METADATA} if where == "artifact" else {"additionalMetadataFile": "m.json"}
    read = load(write(tmp_path, {"a": stack(**fields)}, s_template=TEMPLATE, m=METADATA))
    assert named(read, "App").origin.construct_path == "S/App/Resource"


def test_what_is_acknowledged_at_a_construct_or_above_counts_and_the_nearest_reason_is_shown(tmp_path: Path) -> None:
    read = load(write(tmp_path, {"a": stack(metadata=METADATA)}, s_template=TEMPLATE))
    assert dict(named(read, "App").acknowledged) == {
        "of-the-stack": "for all", "policy-public": "wanted", "Pack::Rule": "known",
    }  # fmt: skip


def test_without_metadata_the_tree_has_the_path(tmp_path: Path) -> None:
    leaf = {"path": "Prod/S/App", "attributes": {"aws:cdk:cloudformation:logicalId": "App"}}
    other = {"path": "Test/S/App", "attributes": {"aws:cdk:cloudformation:logicalId": "App"}}
    tree = {"tree": {"path": "", "children": {"Prod": {"children": {"App": leaf}}, "Test": other}}}
    artifacts = {"a": stack(displayName="Prod/S"), "t": {"type": "cdk:tree", "properties": {"file": "tree.json"}}}
    read = load(write(tmp_path, artifacts, s_template=TEMPLATE, tree=tree))
    assert named(read, "App").origin.construct_path == "Prod/S/App"


def test_the_path_in_the_template_comes_first(tmp_path: Path) -> None:
    template = resources(App={**repository(), "Metadata": {"aws:cdk:path": "S/Own/Resource"}})
    read = load(write(tmp_path, {"a": stack(metadata=METADATA)}, s_template=template))
    assert named(read, "App").origin.construct_path == "S/Own/Resource"


@pytest.mark.parametrize("name", ["../out.json", "/etc/hosts", "link.json", "sub", "a\0b"])
def test_a_template_outside_of_the_folder_is_not_read(tmp_path: Path, name: str) -> None:
    folder = write(tmp_path / "cdk.out", {"a": stack(name)}, sub__x="{}")
    (tmp_path / "out.json").write_text('{"Resources": {"Stolen": {"Type": "T"}}}')
    (folder / "link.json").symlink_to(tmp_path / "out.json")
    read = load(folder)
    assert ids(read) == []
    assert "lies outside of the folder" in doubts(read)[0]


@pytest.mark.parametrize("name", ["..", "/", "."])
def test_an_assembly_outside_of_the_folder_or_in_itself_is_not_read(tmp_path: Path, name: str) -> None:
    artifact = {"type": "cdk:cloud-assembly", "properties": {"directoryName": name}}
    read = load(write(tmp_path, {"p": artifact, "q": artifact}))
    assert "lies outside of the folder, or around this one" in doubts(read)[0]


@pytest.mark.parametrize(("artifacts", "said"), [
    ({"a": {"type": "aws:cloudformation:stack"}}, "the artifact 'a' does not say where its file is"),
    ({"a": stack(additionalMetadataFile="none.json")}, "'none.json' cannot be read"),
])  # fmt: skip
def test_what_is_missing_beside_a_template_is_shown(tmp_path: Path, artifacts: dict[str, Any], said: str) -> None:
    assert any(said in doubt for doubt in doubts(load(write(tmp_path, artifacts, s_template=TEMPLATE))))


def test_artifacts_of_other_kinds_and_shapes_are_passed_over(tmp_path: Path) -> None:
    artifacts: dict[str, Any] = {"a": stack(), "b": "x", "c": {}, "d": {"type": "cdk:feature-flag-report"}}
    assert ids(load(write(tmp_path, artifacts, s_template=TEMPLATE))) == ["App"]


@pytest.mark.parametrize(("files", "said"), [
    ({}, "cdk.out/s.template.json: this file, which another document names, is not there"),
    ({"s_template": "{"}, "cdk.out/s.template.json:1:2: this is not JSON"),
])  # fmt: skip
def test_an_assembly_without_its_template_is_refused(tmp_path: Path, files: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidDocumentError) as refused:
        load(write(tmp_path, {"a": stack()}, **files))
    assert said in str(refused.value)


@pytest.mark.parametrize("text", ["{", "[]", '{"artifacts": []}', "{}"])
def test_what_is_no_manifest_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(InvalidDocumentError, match=r"cdk\.out/manifest\.json"):
        load(tmp_path)
