"""Which images run, as ECS and Lambda say; what Kubernetes runs, `kubernetes` asks.

Sources: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html,
https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from shared_ecr.client.aws.faults import asking_aws
from shared_ecr.fate.inventory.uses import ImageUse, find_uses
from shared_ecr.findings.errors import RefusedError
from shared_ecr.model.names import Region
from shared_ecr.text import visible

# What DescribeTasks and DescribeServices take at once.
_TASKS, _SERVICES = 100, 10
# What Lambda calls the version that was not published.
_LATEST = "$LATEST"


class UsageClients(Protocol):
    """Makes clients of the services that run images. Their types are not installed, hence `Any`."""

    def service(self, name: str, region: Region) -> Any:
        """Return a client of the service called *name*."""
        ...


def used_by_ecs(clients: UsageClients, region: Region) -> Iterator[ImageUse]:
    """Yield the images of every running task, and of every task definition that a service would start.

    Raises:
        RefusedError: the caller lacks ecs:List* or ecs:Describe*.
        UnavailableError: no credentials or no network.
    """
    client = clients.service("ecs", region)
    with asking_aws(f"ecs:DescribeTasks in {region}"):
        for cluster in _listed(client, "list_clusters", "clusterArns"):
            yield from _of_tasks(client, cluster)
            yield from _of_services(client, cluster)


def used_by_lambda(clients: UsageClients, region: Region) -> Iterator[ImageUse]:
    """Yield the image of every version of each function that is deployed as one, by the digest it was resolved to.

    An alias can name any published version, so each of them counts, not the latest alone.
    https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html

    Raises:
        RefusedError: the caller lacks lambda:ListFunctions or lambda:GetFunction.
        UnavailableError: no credentials or no network.
    """
    client = clients.service("lambda", region)
    with asking_aws(f"lambda:ListFunctions in {region}"):
        for function in _listed(client, "list_functions", "Functions", FunctionVersion="ALL"):
            if function.get("PackageType") == "Image":
                yield from _of_function(client, function["FunctionName"], function.get("Version") or _LATEST)


# What `--in-use` of the command line can ask.
ASKED: dict[str, Callable[[UsageClients, Region], Iterator[ImageUse]]] = {"ecs": used_by_ecs, "lambda": used_by_lambda}


def _of_function(client: Any, name: str, version: str) -> Iterator[ImageUse]:
    qualifier = {} if version == _LATEST else {"Qualifier": version}
    code = client.get_function(FunctionName=name, **qualifier)["Code"]
    image = code.get("ResolvedImageUri") or code.get("ImageUri", "")
    called = ":".join((name, *qualifier.values()))
    if not image:
        raise RefusedError(f"Lambda does not say which image the function {called} uses; nothing is taken for unused")
    yield from find_uses(image, f"Lambda function {called}")


def _of_tasks(client: Any, cluster: str) -> Iterator[ImageUse]:
    tasks = list(_listed(client, "list_tasks", "taskArns", cluster=cluster))
    for start in range(0, len(tasks), _TASKS):
        described = client.describe_tasks(cluster=cluster, tasks=tasks[start : start + _TASKS])
        _refuse_failures(described, "ecs:DescribeTasks")
        for task in described["tasks"]:
            by = f"ECS task of {_last(task['taskDefinitionArn'])}"
            for container in task.get("containers", []):
                digest = container.get("imageDigest")
                reference = container.get("image", "")
                # The digest is what runs; the tag may have moved since.
                yield from find_uses(f"{reference.partition('@')[0]}@{digest}" if digest else reference, by)


def _of_services(client: Any, cluster: str) -> Iterator[ImageUse]:
    services = list(_listed(client, "list_services", "serviceArns", cluster=cluster))
    definitions: dict[str, str] = {}
    for start in range(0, len(services), _SERVICES):
        described = client.describe_services(cluster=cluster, services=services[start : start + _SERVICES])
        _refuse_failures(described, "ecs:DescribeServices")
        for service in described["services"]:
            # A service with task sets has no definition of its own, and a deployment that rolls out has two.
            parts = (service, *service.get("deployments", ()), *service.get("taskSets", ()))
            for arn in filter(None, (each.get("taskDefinition") for each in parts)):
                definitions.setdefault(arn, service["serviceName"])
    for arn, service in definitions.items():
        definition = client.describe_task_definition(taskDefinition=arn)["taskDefinition"]
        for container in definition.get("containerDefinitions", []):
            yield from find_uses(container.get("image", ""), f"ECS service {service}")


def _refuse_failures(answer: Mapping[str, Any], action: str) -> None:
    """Refuse an answer that lacks a part; one that ended meanwhile (`MISSING`) runs nothing any more.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html
    """
    for failure in answer.get("failures", ()):
        if (reason := failure.get("reason", "no reason")) != "MISSING":
            raise RefusedError(f"{action} did not describe {failure.get('arn', 'a part')}: {visible(reason)}")


def _listed(client: Any, action: str, key: str, **arguments: str) -> Iterator[Any]:
    for page in client.get_paginator(action).paginate(**arguments):
        yield from page[key]


def _last(arn: str) -> str:
    return arn.rpartition("/")[2]
