"""Which images run, as ECS and Lambda say; what Kubernetes runs, `kubernetes` asks.

Sources: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html,
https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html
"""

from collections.abc import Callable, Iterator
from typing import Any, Protocol

from shared_ecr.client.aws.faults import asking_aws
from shared_ecr.fate.inventory.uses import ImageUse, find_uses
from shared_ecr.model.names import Region

# What DescribeTasks and DescribeServices take at once.
_TASKS, _SERVICES = 100, 10


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
    """Yield the image of every function that is deployed as one, by the digest it was resolved to.

    Raises:
        RefusedError: the caller lacks lambda:ListFunctions or lambda:GetFunction.
        UnavailableError: no credentials or no network.
    """
    client = clients.service("lambda", region)
    with asking_aws(f"lambda:ListFunctions in {region}"):
        for function in _listed(client, "list_functions", "Functions"):
            if function.get("PackageType") == "Image":
                name = function["FunctionName"]
                code = client.get_function(FunctionName=name)["Code"]
                yield from find_uses(
                    code.get("ResolvedImageUri") or code.get("ImageUri", ""), f"Lambda function {name}"
                )


# What `--in-use` of the command line can ask.
ASKED: dict[str, Callable[[UsageClients, Region], Iterator[ImageUse]]] = {"ecs": used_by_ecs, "lambda": used_by_lambda}


def _of_tasks(client: Any, cluster: str) -> Iterator[ImageUse]:
    tasks = list(_listed(client, "list_tasks", "taskArns", cluster=cluster))
    for start in range(0, len(tasks), _TASKS):
        for task in client.describe_tasks(cluster=cluster, tasks=tasks[start : start + _TASKS])["tasks"]:
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
        for service in described["services"]:
            definitions.setdefault(service["taskDefinition"], service["serviceName"])
    for arn, service in definitions.items():
        definition = client.describe_task_definition(taskDefinition=arn)["taskDefinition"]
        for container in definition.get("containerDefinitions", []):
            yield from find_uses(container.get("image", ""), f"ECS service {service}")


def _listed(client: Any, action: str, key: str, **arguments: str) -> Iterator[Any]:
    for page in client.get_paginator(action).paginate(**arguments):
        yield from page[key]


def _last(arn: str) -> str:
    return arn.rpartition("/")[2]
