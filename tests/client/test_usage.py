from collections.abc import Iterator
from typing import Any

from shared_ecr.client.aws.inventory import RequestPacing
from shared_ecr.client.aws.usage import used_by_ecs, used_by_lambda
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
