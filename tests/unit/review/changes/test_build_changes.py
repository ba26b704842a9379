import json
from pathlib import Path
from typing import Any

import pytest

from shared_ecr.model.names import Region
from shared_ecr.review.changes.rules.build_changes import builds_changed
from shared_ecr.review.deployments import Deployment
from shared_ecr.review.documents import DeploymentTarget, load_deployment

PLACE = DeploymentTarget("111111111111", Region("us-east-1"))
ROLE = "arn:aws:iam::111111111111:role/builds"
MAIN = [{"Type": "EVENT", "Pattern": "PUSH"}, {"Type": "HEAD_REF", "Pattern": "^refs/heads/main$"}]
ANY = [{"Type": "EVENT", "Pattern": "PUSH"}, {"Type": "HEAD_REF", "Pattern": "^refs/heads/.*$"}]


def repository(principal: Any = ROLE, action: str = "ecr:PutImage") -> dict[str, Any]:
    statement = {"Sid": "Push", "Effect": "Allow", "Principal": {"AWS": principal}, "Action": [action]}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return {
        "Type": "AWS::ECR::Repository",
        "Properties": {"RepositoryName": "team/app", "RepositoryPolicyText": policy},
    }


def project(role: Any = ROLE, location: str = "https://github.com/acme/app.git", **more: Any) -> dict[str, Any]:
    held = {
        "Name": "app",
        "ServiceRole": role,
        "Source": {"Type": "GITHUB", "Location": location, "BuildSpec": "version: 0.2"},
        "Triggers": {"Webhook": True, "FilterGroups": [MAIN]},
    }
    return {"Type": "AWS::CodeBuild::Project", "Properties": held | more}


def side(folder: Path, resources: dict[str, Any]) -> Deployment:
    path = folder / "app.json"
    path.write_text(json.dumps({"Parameters": {"Role": {"Type": "String"}}, "Resources": resources}))
    return load_deployment(path, PLACE)


def found(folder: Path, before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str]]:
    sides = side(folder, before), side(folder, after)
    return [(str(each.severity), each.code) for each in builds_changed(*sides)]


BEFORE = {"App": repository(), "Build": project()}
OTHER = project(location="https://github.com/evil/app.git")


@pytest.mark.parametrize(
    ("after", "findings"),
    [
        (OTHER, [("error", "build-source-changed")]),
        (project(SourceVersion="feature"), [("error", "build-source-changed")]),
        (project(Triggers={"Webhook": True, "FilterGroups": [MAIN, ANY]}), [("error", "build-started-by-more")]),
        (project(Triggers={"Webhook": True}), [("error", "build-started-by-more")]),
        (project(Environment={"Image": "other"}), [("warning", "build-commands-changed")]),
        (project(Triggers={"Webhook": True, "FilterGroups": []}), []),
        (project(Description="words"), []),
        (project(), []),
    ],
    ids=["source", "ref", "more refs", "no filter", "image", "nothing starts it", "description", "the same"],
)
def test_a_change_of_a_build_that_pushes_is_found(
    tmp_path: Path, after: dict[str, Any], findings: list[tuple[str, str]]
) -> None:
    assert found(tmp_path, BEFORE, {"App": repository(), "Build": after}) == findings


@pytest.mark.parametrize(
    "held",
    [repository(action="ecr:BatchGetImage"), repository("arn:aws:iam::111111111111:role/other")],
    ids=["it may pull", "another role pushes"],
)
def test_a_build_that_cannot_push_is_not_judged(tmp_path: Path, held: dict[str, Any]) -> None:
    assert found(tmp_path, {"App": held, "Build": project()}, {"App": held, "Build": OTHER}) == []


def test_a_grant_to_the_account_of_the_role_counts(tmp_path: Path) -> None:
    account = repository("arn:aws:iam::111111111111:root")
    changed = found(tmp_path, {"App": account, "Build": project()}, {"App": account, "Build": OTHER})
    assert changed == [("error", "build-source-changed")]


def test_a_policy_that_cannot_be_read_may_allow_the_role(tmp_path: Path) -> None:
    unknown = repository()
    unknown["Properties"]["RepositoryPolicyText"] = {"Fn::ImportValue": "policy"}
    changed = found(tmp_path, {"App": unknown, "Build": project()}, {"App": unknown, "Build": OTHER})
    assert changed == [("error", "build-source-changed")]


def test_a_role_that_is_not_known_is_a_warning_where_repositories_are_deployed(tmp_path: Path) -> None:
    role = {"Ref": "Role"}
    old, new = project(role), project(role, "https://github.com/evil/app.git")
    both = found(tmp_path, {"App": repository(), "Build": old}, {"App": repository(), "Build": new})
    assert both == [("warning", "build-source-changed")]
    assert found(tmp_path, {"Build": old}, {"Build": new}) == []


def test_a_second_project_with_the_role_of_the_first_is_found(tmp_path: Path) -> None:
    second = project(location="https://github.com/evil/app.git", Name="second")
    assert found(tmp_path, BEFORE, BEFORE | {"Second": second}) == [("error", "build-added")]


def test_a_project_that_changes_to_a_role_that_pushes_is_found(tmp_path: Path) -> None:
    before = {"App": repository(), "Build": project("arn:aws:iam::111111111111:role/none")}
    assert found(tmp_path, before, BEFORE) == [("error", "build-added")]


def test_a_project_whose_role_gains_access_is_found_by_its_access(tmp_path: Path) -> None:
    before = {"App": repository("arn:aws:iam::111111111111:role/other")}
    assert found(tmp_path, before, BEFORE) == []


def test_a_role_of_the_same_name_counts_since_a_template_alone_has_no_account(tmp_path: Path) -> None:
    elsewhere = repository("arn:aws:iam::555555555555:role/builds")
    changed = found(tmp_path, {"App": elsewhere, "Build": project()}, {"App": elsewhere, "Build": OTHER})
    assert changed == [("error", "build-source-changed")]
