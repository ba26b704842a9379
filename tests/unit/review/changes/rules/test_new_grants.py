"""A new repository that gives access outside is no loss, and its principals are named."""

import json
from pathlib import Path
from typing import Any

import pytest

from review.changes.test_attacks import found

PULL = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
KNOWN, UNKNOWN = "222222222222", "999999999999"
Body = dict[str, Any]


def policy(principal: object, condition: Body | None = None) -> Body:
    statement = {"Effect": "Allow", "Principal": principal, "Action": PULL}
    return {"Version": "2012-10-17", "Statement": [{**statement, **({"Condition": condition} if condition else {})}]}


def repository(name: str, held: Body) -> Body:
    return {"Type": "AWS::ECR::Repository", "Properties": {"RepositoryName": name, "RepositoryPolicyText": held}}


def template(held: Body) -> Body:
    properties = {"Prefix": "team", "AppliedFor": ["CREATE_ON_PUSH"], "RepositoryPolicy": json.dumps(held)}
    return {"Type": "AWS::ECR::RepositoryCreationTemplate", "Properties": properties}


def acting_for(account: str) -> Body:
    source = {"ArnLike": {"aws:SourceArn": f"arn:aws:lambda:us-east-1:{account}:function:*"}}
    return policy({"Service": "lambda.amazonaws.com"}, source)


OLD = {"Old": repository("team/old", policy({"AWS": KNOWN}))}


def granted(folder: Path, new: Body) -> list[tuple[str, str]]:
    findings = found(folder, OLD, {**OLD, "New": new})
    return [(each.severity, each.what) for each in findings if each.code == "access-granted-outside"]


@pytest.mark.parametrize("new", [
    repository("team/new", policy({"AWS": UNKNOWN})), template(policy({"AWS": UNKNOWN})),
], ids=["a repository", "a creation template"])  # fmt: skip
def test_a_principal_outside_is_named(tmp_path: Path, new: Body) -> None:
    ((severity, what),) = granted(tmp_path, new)
    assert (severity, f"any role of {UNKNOWN}" in what) == ("warning", True)


def test_a_service_that_acts_for_another_account_is_outside(tmp_path: Path) -> None:
    assert granted(tmp_path, repository("team/new", acting_for(UNKNOWN)))


@pytest.mark.parametrize("held", [policy({"AWS": KNOWN}), acting_for(KNOWN), acting_for("111111111111")], ids=[
    "a known account", "a service for a known account", "a service for the account of the registry",
])  # fmt: skip
def test_who_belongs_to_us_is_not_named(tmp_path: Path, held: Body) -> None:
    assert granted(tmp_path, repository("team/new", held)) == []
