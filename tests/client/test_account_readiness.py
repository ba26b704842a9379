"""What `bootstrap status` concludes from answers that are refused, half, or of another thing of the same name."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from shared_ecr.declaration import parse
from shared_ecr.deployment import account_readiness
from shared_ecr.deployment.account_readiness import AccountReadiness
from shared_ecr.deployment.bootstrap.environments import environments
from shared_ecr.deployment.bootstrap.readiness import Readiness
from shared_ecr.model.names import AccountId, Region

HOME = "111111111111"
ARN = f"arn:aws:iam::{HOME}:role"
REGISTRY = parse(
    f'version: 1\naccounts: {{home: "{HOME}"}}\n'
    "registry: {account: home, regions: [us-east-1], pull_through_cache: {hub: {upstream: docker-hub, "
    "secret: ecr-pullthroughcache/hub}}}\n"
    "repositories: {team/app: {grants: {push: [role: {account: home, name: team/ci}]}}}\n"
).registry


class AnsweringAws:
    """An account in which everything is ready, but for what a test answers otherwise."""

    def __init__(self, **answers: Any) -> None:
        self.answers: dict[str, Any] = {
            "get_parameter": {"Parameter": {"Value": "30"}},
            "describe_stacks": {"Stacks": [{"StackStatus": "UPDATE_COMPLETE"}]},
            "get_role": {"Role": {"Arn": f"{ARN}/team/ci", "AssumeRolePolicyDocument": {}}},
            "get_account_setting": {"value": "x"},
            "describe_secret": {"VersionIdsToStages": {"1": ["AWSCURRENT"]}},
            **answers,
        }

    def caller_account(self, _: Any) -> AccountId:
        return AccountId(HOME)

    def service(self, *_: Any) -> Any:
        return self

    cloudformation = ecr = service

    def close(self) -> None:
        """Nothing is open."""

    def __getattr__(self, operation: str) -> Any:
        answer = self.answers[operation]

        def call(**_: Any) -> Any:
            if isinstance(answer, str):
                raise ClientError({"Error": {"Code": answer, "Message": "no"}}, operation)
            return answer

        return call


def states(monkeypatch: pytest.MonkeyPatch, about: str, **answers: Any) -> list[Readiness]:
    monkeypatch.setattr(account_readiness, "AwsClients", lambda: AnsweringAws(**answers))
    reached = environments(REGISTRY, None)
    readiness = AccountReadiness(REGISTRY, reached, {each.name: "cdk bootstrap" for each in reached}, "hnb659fds")
    return [each.readiness for each in readiness.checks() if about in each.subject]


def test_one_region_is_looked_at_where_one_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        account_readiness, "AwsClients", lambda: AnsweringAws(describe_stacks=stack("ROLLBACK_COMPLETE"))
    )
    registry = parse(
        f'version: 1\nregistry: {{account: "{HOME}", regions: [us-east-1, eu-west-1], '
        "account_settings: {blob_mounting: true}}\n"
        "repositories: {team/app: {}}\n"
    ).registry
    reached = tuple(each for each in environments(registry, None) if each.region == Region("eu-west-1"))
    readiness = AccountReadiness(
        registry, reached, {each.name: "" for each in reached}, "hnb659fds", Region("eu-west-1")
    )
    assert {each.environment for each in readiness.checks()} == {f"aws://{HOME}/eu-west-1"}


def stack(status: str) -> dict[str, Any]:
    return {"Stacks": [{"StackStatus": status}]}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (stack("UPDATE_COMPLETE"), []),
        ("AccessDenied", [Readiness.UNKNOWN]),
        (stack("ROLLBACK_COMPLETE"), [Readiness.MISSING]),
        (stack("UPDATE_ROLLBACK_FAILED"), [Readiness.MISSING]),
        (stack("DELETE_FAILED"), [Readiness.MISSING]),
    ],
    ids=["deployed", "not readable", "first failure", "rollback failed", "deletion failed"],
)
def test_a_stack_that_cannot_be_read_or_deployed_is_not_ready(
    monkeypatch: pytest.MonkeyPatch, answer: Any, expected: list[Readiness]
) -> None:
    assert states(monkeypatch, "stack shared-ecr", describe_stacks=answer) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [("team/ci", Readiness.READY), ("other/ci", Readiness.MISSING), ("team/CI", Readiness.MISSING)],
)
def test_a_role_of_another_path_is_not_the_one_that_a_grant_names(
    monkeypatch: pytest.MonkeyPatch, name: str, expected: Readiness
) -> None:
    role = {"Role": {"Arn": f"{ARN}/{name}", "AssumeRolePolicyDocument": {}}}
    assert states(monkeypatch, "which grants name", get_role=role) == [expected]


@pytest.mark.parametrize(("more", "expected"), [({}, Readiness.READY), ({"DeletedDate": 1}, Readiness.MISSING)])
def test_a_secret_that_is_to_be_deleted_has_no_value(
    monkeypatch: pytest.MonkeyPatch, more: dict[str, int], expected: Readiness
) -> None:
    described = {"VersionIdsToStages": {"1": ["AWSCURRENT"]}, **more}
    assert states(monkeypatch, "value of the secret", describe_secret=described) == [expected]
