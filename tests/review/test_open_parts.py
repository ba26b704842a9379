"""A part that is open on both sides does not hide that the rest of its property changes."""

import json
from pathlib import Path
from typing import Any

import pytest

from review.changes.attacks.keys import ALIAS, key
from review.changes.attacks.templates import Body, allow, auto_delete, lifecycle, policy, repository, resource
from review.two_sides import blocking, reviewed, template

OPEN: dict[str, Body] = {"Parameters": {name: {"Type": "String"} for name in ("Open", "Key")}}
PULLER = {"AWS": "arn:aws:iam::222222222222:root"}
UNKNOWN = {"Ref": "Open"}


def found(folder: Path, before: Body, after: Body) -> set[str]:
    old, new = (each if "Type" not in each else {"App": each} for each in (before, after))
    return blocking(reviewed(folder, template(old, **OPEN), template(new, **OPEN)))


def counted(days: int) -> Body:
    """Return a lifecycle policy with a count that only a deployment knows, and an age."""
    text = lifecycle(("v*", 77), ("dev*", days)).replace("77", "${Open}")
    return repository(LifecyclePolicy={"LifecyclePolicyText": {"Fn::Sub": text}})


def with_statement(**statement: Any) -> Body:
    return repository(RepositoryPolicyText=policy({**allow(PULLER), **statement}))


def copies(*regions: str) -> Body:
    destinations = [{"Region": each, "RegistryId": UNKNOWN} for each in regions]
    rules = {"Rules": [{"Destinations": destinations}]}
    return {"It": resource("AWS::ECR::ReplicationConfiguration", ReplicationConfiguration=rules)}


def scans(*filters: str) -> Body:
    listed = [{"Filter": each, "FilterType": "WILDCARD"} for each in filters]
    rules = [{"ScanFrequency": UNKNOWN, "RepositoryFilters": listed}]
    return {"It": resource("AWS::ECR::RegistryScanningConfiguration", ScanType="ENHANCED", Rules=rules)}


def registry(principal: Any) -> Body:
    held = policy(allow(principal, UNKNOWN, Resource="*"))
    return {"App": repository(), "It": resource("AWS::ECR::RegistryPolicy", PolicyText=held)}


def excluding(*values: str) -> Body:
    prefix = "ImageTagMutabilityExclusionFilter"
    listed = [{f"{prefix}Type": "WILDCARD", f"{prefix}Value": each} for each in values]
    return repository(ImageTagMutability=UNKNOWN, ImageTagMutabilityExclusionFilters=listed)


def tagged(value: str, **condition: Any) -> Body:
    held = policy(allow("*", Condition=condition or UNKNOWN))
    return repository(RepositoryPolicyText=held, Tags=[{"Key": "team", "Value": value}])


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param(counted(100), counted(1), id="the age beside an open count"),
        pytest.param(with_statement(Action=UNKNOWN), with_statement(Action=UNKNOWN, Principal="*"), id="open actions"),
        pytest.param(with_statement(Effect=UNKNOWN), with_statement(Effect=UNKNOWN, Principal="*"), id="open effect"),
        pytest.param(registry(PULLER), registry("*"), id="the registry policy"),
        pytest.param(copies("eu-west-1", "us-west-2"), copies("eu-west-1"), id="destinations"),
        pytest.param(scans("a/*", "b/*"), scans("a/*"), id="scans"),
        pytest.param(excluding("dev*"), excluding("*"), id="exclusions"),
        pytest.param(
            tagged("a", StringEquals={"aws:ResourceTag/team": UNKNOWN}),
            tagged("b", StringEquals={"aws:ResourceTag/team": UNKNOWN}), id="a tag that a condition asks for",
        ),
    ],
)  # fmt: skip
def test_a_change_beside_an_open_part_blocks(tmp_path: Path, before: Body, after: Body) -> None:
    assert "change-unknown" in found(tmp_path, before, after)


@pytest.mark.parametrize(("now", "codes"), [(False, {"change-unknown"}), (True, set())])
def test_a_scan_that_may_have_been_on_and_is_off_now_blocks(tmp_path: Path, codes: set[str], *, now: bool) -> None:
    before, after = (repository(ImageScanningConfiguration={"ScanOnPush": each}) for each in (UNKNOWN, now))
    assert found(tmp_path, before, after) == codes


@pytest.mark.parametrize("made", [counted(100), with_statement(Action=UNKNOWN), registry(PULLER), scans("a/*")])
def test_the_same_open_parts_on_both_sides_do_not_block(tmp_path: Path, made: Body) -> None:
    assert found(tmp_path, made, made) == set()


def test_a_role_of_the_same_stack_is_judged_in_a_policy_that_changes(tmp_path: Path) -> None:
    role = {"Role": resource("AWS::IAM::Role")}
    named = {"AWS": [{"Fn::GetAtt": ["Role", "Arn"]}, PULLER["AWS"]]}
    before, after = (repository(RepositoryPolicyText=policy(allow(named, each))) for each in (["ecr:*"], ["ecr:List*"]))
    assert found(tmp_path, {"App": before, **role}, {"App": after, **role}) == set()


@pytest.mark.parametrize("written", [UNKNOWN, {"EncryptionType": "KMS", "KmsKey": UNKNOWN}])
def test_a_key_is_in_use_where_it_is_open_which_key_a_repository_has(tmp_path: Path, written: Any) -> None:
    app = repository(EncryptionConfiguration=written)
    assert "key-disabled" in found(tmp_path, {"App": app, "Key": key()}, {"App": app, "Key": key(Enabled=False)})


def test_an_alias_is_in_use_where_it_is_open_which_key_a_repository_has(tmp_path: Path) -> None:
    app = repository(EncryptionConfiguration={"EncryptionType": "KMS", "KmsKey": UNKNOWN})
    moved = json.loads(json.dumps(ALIAS))
    moved["Properties"]["TargetKeyId"] = "another"
    before, after = (template({"App": app, "Alias": each}, **OPEN) for each in (ALIAS, moved))
    result = reviewed(tmp_path, before, after)
    assert "property-changed" in {each.finding.code for each in result.findings}


OTHER = repository("team/other")
NAMED_LATER = repository() | {"Properties": repository()["Properties"] | {"RepositoryName": UNKNOWN}}


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ({}, {"Empty": auto_delete("else/where")}, "removal-weakened"),
        ({"Empty": auto_delete("else/where")}, {"Empty": auto_delete("else/2")}, "images-deleted"),
        ({"Empty": auto_delete("else/where")}, {}, "images-deleted"),
        ({}, {"Empty": auto_delete("team/app"), "App": NAMED_LATER}, "removal-weakened"),
    ],
)
def test_the_images_of_a_repository_of_another_stack_are_not_deleted_in_silence(
    tmp_path: Path, before: Body, after: Body, code: str
) -> None:
    more = {"App": NAMED_LATER} if "App" in after else {}
    assert code in found(tmp_path, {"Other": OTHER, **more, **before}, {"Other": OTHER, **after})
