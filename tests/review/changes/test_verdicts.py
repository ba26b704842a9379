"""The table of properties has every member of the published model, and each row leads to what it says."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from review.changes.row_examples import EXAMPLES, Example
from review.changes.test_attacks import found, side
from shared_ecr.review.changes.verdicts.ecr import PARAMETERS_ALONE, WITHOUT_A_PROPERTY
from shared_ecr.review.changes.verdicts.keys import KEY_ROWS
from shared_ecr.review.changes.verdicts.rows import ChangeEffect, Verdict
from shared_ecr.review.changes.verdicts.table import changed_paths, property_table
from shared_ecr.review.documents.terraform.attributes import ATTRIBUTES, Attributes
from shared_ecr.review.documents.terraform.translation import JOINED, TRANSLATIONS, renamed
from shared_ecr.review.sdk_calls.calls import CallPhase, SdkCall
from shared_ecr.review.sdk_calls.operations import OPERATIONS, OperationKind
from shared_ecr.review.sdk_calls.properties import called_resource, changed_properties
from unit.review.changes.published_schemas import TYPES_OF_ECR, leaves

DIRECTIONS = ("added", "changed", "removed")
VERDICTS = [
    pytest.param(type_, path, direction, getattr(row, direction), id=f"{type_} {path} {direction}")
    for type_, rows in property_table().items() for path, row in rows.items() for direction in DIRECTIONS
]  # fmt: skip
PUTS = [name for name, kind in OPERATIONS["ecr"].items() if kind is OperationKind.PUTS]
SERVICE = botocore.session.get_session().get_service_model("ecr")
# Of Terraform: what the service returns, what names the repository of a policy, and how long Terraform waits.
NO_PROPERTY = {"id", "arn", "registry_id", "region", "repository_url", "repository_uri", "repository", "timeouts"}
# A picture that people see in the gallery.
NO_PROPERTY |= {"logo_image_blob"}


@pytest.mark.parametrize("type_", [*TYPES_OF_ECR, *KEY_ROWS])
def test_every_property_of_the_published_schema_has_a_row(type_: str) -> None:
    without = {path for owner, path in WITHOUT_A_PROPERTY if owner == type_}
    assert {*property_table()[type_]} - without == leaves(type_)


def test_every_type_of_ecr_has_rows() -> None:
    assert sorted(each for each in property_table() if each.startswith("AWS::ECR::")) == TYPES_OF_ECR


def test_the_rows_of_functions_are_properties_of_functions() -> None:
    assert {*property_table()["AWS::Lambda::Function"]} <= leaves("AWS::Lambda::Function")


def members(shape: Any, path: str = "") -> Iterator[str]:
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            yield from members(member, f"{path}.{name}" if path else name)
    elif shape.type_name == "list":
        yield from members(shape.member, f"{path}[]")
    else:
        yield path


def written_at(path: str) -> dict[str, Any]:
    """Return parameters that have something at *path* and nowhere else."""
    value: Any = "a"
    for part in reversed(path.replace("[]", ".[]").split(".")):
        value = [value] if part == "[]" else {part: value}
    return dict(value)


@pytest.mark.parametrize("operation", PUTS)
def test_every_parameter_of_an_operation_that_puts_something_has_a_row(operation: str) -> None:
    shape = SERVICE.operation_model(operation).input_shape
    for path in members(shape) if shape else ():
        if path in PARAMETERS_ALONE:
            continue
        sent = SdkCall(CallPhase.CREATE, "ecr", operation, written_at(path))
        put = called_resource(sent)
        type_, properties = (
            (put.type, put.properties) if put else ("AWS::ECR::Repository", changed_properties({}, sent))
        )
        assert type_ == "Custom::EcrSetting" or any(rows_of(type_, properties or {})), path


def rows_of(type_: str, properties: Any) -> Iterator[str]:
    """Yield the rows that *properties* reach; a property that no row has is an error."""
    for path in paths(properties):
        above = [row for row in property_table()[type_] if row == path or path.startswith((f"{row}.", f"{row}[]"))]
        assert above, f"{type_} has no row for {path}"
        yield above[0]


def paths(value: Any, path: str = "") -> Iterator[str]:
    match value:
        case dict():
            for name, each in value.items():
                yield from paths(each, f"{path}.{name}" if path else name)
        case list():
            for each in value:
                yield from paths(each, f"{path}[]")
        case None:
            return
        case _:
            yield path


def sample(attributes: Attributes) -> Any:
    return {name: [sample(below)] if below else "a" for name, below in attributes.items()}


@pytest.mark.parametrize("type_", [type_ for type_ in ATTRIBUTES if type_.startswith(("aws_ecr_", "aws_ecrpublic_"))])
def test_every_attribute_of_terraform_becomes_a_property_that_has_a_row(type_: str) -> None:
    if type_ in JOINED:
        owner, name, _ = JOINED[type_]
        assert any(row.split(".")[0] == name for row in property_table()[owner])
        return
    if type_ not in TRANSLATIONS:
        assert type_ == "aws_ecr_account_setting"
        return
    translation = TRANSLATIONS[type_]
    for name, value in sample(ATTRIBUTES[type_]).items():
        if name in NO_PROPERTY:
            continue
        held = {"team": "a"} if name in {"tags", "tags_all", "resource_tags"} else value
        held = ["a"] if name == "applied_for" else held
        assert any(rows_of(translation.type, renamed({name: held}, translation.properties))), name


@pytest.mark.parametrize(("type_", "path", "direction", "verdict"), VERDICTS)
def test_a_verdict_is_reported_or_says_why_it_is_harmless(
    type_: str, path: str, direction: str, verdict: Verdict
) -> None:
    if verdict.effect is ChangeEffect.HARMLESS:
        assert verdict.why
        assert not verdict.codes
    else:
        assert verdict.codes
        assert [each for each in EXAMPLES if (each.type, each.path, each.direction) == (type_, path, direction)] or (
            (type_, path, direction) in WITHOUT_AN_EXAMPLE
        )


# A registry policy without its only property is not a template; removing the resource is another case.
WITHOUT_AN_EXAMPLE = {("AWS::ECR::RegistryPolicy", "PolicyText", "removed")} | {
    ("Custom::AWS", phase, "removed") for phase in ("Create", "Update", "Delete")
}


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: f"{each.type} {each.path} {each.direction}")
def test_a_change_leads_to_a_finding_of_its_row(example: Example, tmp_path: Path) -> None:
    row = property_table()[example.type][example.path]
    verdict: Verdict = getattr(row, example.direction)
    codes = {each.code for each in found(tmp_path, example.before, example.after)}
    assert codes & {*verdict.codes}, codes


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda each: f"{each.type} {each.path} {each.direction}")
def test_the_table_reads_the_direction_of_a_change(example: Example, tmp_path: Path) -> None:
    verdict: Verdict = getattr(property_table()[example.type][example.path], example.direction)
    (old,) = (each for _, each in side(tmp_path, "old", example.before).resources(example.type))
    (new,) = (each for _, each in side(tmp_path, "new", example.after).resources(example.type))
    assert dict(changed_paths(old, new))[example.path] == verdict


def test_a_property_that_no_row_has_is_not_taken_for_harmless(tmp_path: Path) -> None:
    before, after = (
        {"App": {"Type": "AWS::ECR::Repository", "DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain",
                 "Properties": {"RepositoryName": "team/app", "ShareWith": each}}}
        for each in ("none", "all")
    )  # fmt: skip
    codes = [(each.severity, each.code) for each in found(tmp_path, before, after)]
    assert ("error", "property-not-judged") in codes
