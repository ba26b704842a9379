from collections.abc import Iterator
from typing import Any

import pytest

from shared_ecr.client.aws.inventory import RequestPacing
from shared_ecr.client.aws.usage import used_by_ecs, used_by_lambda
from shared_ecr.findings.errors import RefusedError
from shared_ecr.model.names import Region

HOST = "111111111111.dkr.ecr.us-east-1.amazonaws.com"
REGION = Region.parse("us-east-1")
DIGEST = f"sha256:{'1' * 64}"


class FakeService:
    """Answers as a client does: pages by the name of the action, everything else as it is set."""

    def __init__(self, pages: dict[str, list[dict[str, Any]]], answers: dict[str, Any]) -> None:
        self._pages, self._answers = pages, answers

    def service(self, name: str, region: Region) -> Any:
        return self

    def get_paginator(self, action: str) -> Any:
        pages = self._pages[action]

        class Paginator:
            def paginate(self, **arguments: str) -> Iterator[dict[str, Any]]:
                return iter(pages)

        return Paginator()

    def __getattr__(self, action: str) -> Any:
        return lambda **arguments: self._answers[action]


ECS = FakeService(
    {
        "list_clusters": [{"clusterArns": ["cluster"]}],
        "list_tasks": [{"taskArns": ["task"]}],
        "list_services": [{"serviceArns": ["service"]}],
    },
    {
        "describe_tasks": {
            "tasks": [
                {
                    "taskDefinitionArn": "arn:aws:ecs:us-east-1:111111111111:task-definition/api:7",
                    "containers": [{"image": f"{HOST}/team/app:v1", "imageDigest": DIGEST}, {"image": "nginx"}],
                }
            ]
        },
        "describe_services": {"services": [{"serviceName": "api", "taskDefinition": "arn"}]},
        "describe_task_definition": {"taskDefinition": {"containerDefinitions": [{"image": f"{HOST}/team/app:v2"}]}},
    },
)


def test_a_running_task_uses_the_digest_it_was_started_from() -> None:
    used = next(iter(used_by_ecs(ECS, REGION)))
    assert (used.tag, used.digest, used.by) == ("v1", DIGEST, "ECS task of api:7")


def test_a_service_uses_what_it_would_start() -> None:
    assert [(use.tag, use.by) for use in used_by_ecs(ECS, REGION)][1:] == [("v2", "ECS service api")]


def test_a_function_uses_the_digest_it_was_resolved_to() -> None:
    functions = [{"FunctionName": "f", "PackageType": "Image"}, {"FunctionName": "zip", "PackageType": "Zip"}]
    answer = {"Code": {"ImageUri": f"{HOST}/team/app:v1", "ResolvedImageUri": f"{HOST}/team/app@{DIGEST}"}}
    service = FakeService({"list_functions": [{"Functions": functions}]}, {"get_function": answer})
    assert [(use.digest, use.by) for use in used_by_lambda(service, REGION)] == [(DIGEST, "Lambda function f")]


class FunctionVersions(FakeService):
    """A function with two published versions; Lambda lists them where it is asked for all."""

    def __init__(self) -> None:
        super().__init__({}, {})

    def get_paginator(self, action: str) -> Any:
        class Paginator:
            def paginate(self, **arguments: str) -> Iterator[dict[str, Any]]:
                versions = ["$LATEST", "1", "2"] if arguments.get("FunctionVersion") == "ALL" else ["$LATEST"]
                return iter([{"Functions": [_version(each) for each in versions]}])

        return Paginator()

    def get_function(self, FunctionName: str, Qualifier: str = "latest") -> dict[str, Any]:  # noqa: N803 — AWS's names
        return {"Code": {"ImageUri": f"{HOST}/team/app:{Qualifier}"}}


def _version(version: str) -> dict[str, str]:
    return {"FunctionName": "f", "PackageType": "Image", "Version": version}


def test_each_published_version_of_a_function_uses_its_own_image() -> None:
    used = [(use.tag, use.by) for use in used_by_lambda(FunctionVersions(), REGION)]
    assert used == [("latest", "Lambda function f"), ("1", "Lambda function f:1"), ("2", "Lambda function f:2")]


def test_a_function_whose_image_is_not_said_is_not_taken_for_unused() -> None:
    service = FakeService({"list_functions": [{"Functions": [_version("$LATEST")]}]}, {"get_function": {"Code": {}}})
    with pytest.raises(RefusedError, match="which image the function f uses"):
        list(used_by_lambda(service, REGION))


def _ecs(service: dict[str, Any], **answers: Any) -> FakeService:
    pages: dict[str, list[dict[str, Any]]] = {
        "list_clusters": [{"clusterArns": ["cluster"]}],
        "list_tasks": [{"taskArns": ["task"]}],
        "list_services": [{"serviceArns": ["service"]}],
    }
    definition = {"taskDefinition": {"containerDefinitions": [{"image": f"{HOST}/team/app:v2"}]}}
    described = {
        "describe_tasks": {"tasks": []},
        "describe_services": {"services": [{"serviceName": "api", **service}]},
    }
    return FakeService(pages, {**described, "describe_task_definition": definition, **answers})


@pytest.mark.parametrize("part", ["deployments", "taskSets"])
def test_a_service_without_a_definition_of_its_own_uses_those_of_its_parts(part: str) -> None:
    assert [use.tag for use in used_by_ecs(_ecs({part: [{"taskDefinition": "arn"}]}), REGION)] == ["v2"]


@pytest.mark.parametrize("action", ["describe_tasks", "describe_services"])
def test_a_part_that_ecs_does_not_describe_is_refused(action: str) -> None:
    answer = {"tasks": [], "services": [], "failures": [{"arn": "arn", "reason": "ACCESS_DENIED"}]}
    with pytest.raises(RefusedError, match="ACCESS_DENIED"):
        list(used_by_ecs(_ecs({"taskDefinition": "arn"}, **{action: answer}), REGION))


def test_a_task_that_ended_meanwhile_uses_nothing() -> None:
    ended = {"tasks": [], "failures": [{"arn": "arn", "reason": "MISSING"}]}
    service = _ecs({"taskDefinition": "arn"}, describe_tasks=ended)
    assert [use.tag for use in used_by_ecs(service, REGION)] == ["v2"]


def test_requests_are_kept_apart() -> None:
    now = [0.0]
    waits: list[float] = []
    pace = RequestPacing(0.1, lambda: now[0], waits.append)
    pace.step()
    now[0] = 0.04
    pace.step()
    now[0] = 9.0
    pace.step()
    assert [round(wait, 2) for wait in waits] == [0.06]
