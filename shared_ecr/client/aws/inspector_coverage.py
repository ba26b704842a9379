"""Ask Amazon Inspector which images are in use.

Sources: https://docs.aws.amazon.com/inspector/v2/APIReference/API_ListCoverage.html,
https://docs.aws.amazon.com/inspector/latest/user/findings-understanding-locating-analyzing.html
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shared_ecr.client.aws.deployed import RegistryClients
from shared_ecr.client.aws.faults import asking_aws
from shared_ecr.client.aws.inventory import BATCH
from shared_ecr.client.aws.usage import UsageClients
from shared_ecr.fate.inventory.entries import INDEX_TYPES
from shared_ecr.fate.inventory.inspected import InspectedImage
from shared_ecr.model.names import EcrRegistry
from shared_ecr.text.patterns import LazyPattern

_IMAGE = "AWS_ECR_CONTAINER_IMAGE"
_RESOURCE = LazyPattern(
    r"arn:aws[a-z-]*:ecr:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{12}):repository/(?P<repository>.+)/"
    r"(?P<digest>sha256:[0-9a-f]{64})"
)
_UNKNOWN = {"os": "unknown", "architecture": "unknown"}


def inspected_images(clients: UsageClients, registry: EcrRegistry) -> Iterator[InspectedImage]:
    """Yield every image of *registry* that Inspector covers, or has covered.

    Raises:
        RefusedError: the caller lacks inspector2:ListCoverage, or Inspector is not enabled.
        UnavailableError: no credentials or no network, or Inspector does not exist in the Region.
    """
    client = clients.service("inspector2", registry.region)
    criteria = {
        "resourceType": [{"comparison": "EQUALS", "value": _IMAGE}],
        "accountId": [{"comparison": "EQUALS", "value": registry.account.digits}],
    }
    with asking_aws(f"inspector2:ListCoverage in {registry.region}"):
        for page in client.get_paginator("list_coverage").paginate(filterCriteria=criteria):
            yield from _images(page["coveredResources"])


def attestations_in(
    clients: RegistryClients, registry: EcrRegistry, repository: str, indexes: Sequence[str]
) -> frozenset[str]:
    """Return what the *indexes* list for the platform `unknown`: attestations, which no engine runs.

    Raises:
        RefusedError: the caller lacks ecr:BatchGetImage.
        UnavailableError: no credentials or no network.
    """
    found: set[str] = set()
    for start in range(0, len(indexes), BATCH):
        with asking_aws(f"ecr:BatchGetImage of {repository} in {registry.region}"):
            answer = clients.ecr(registry.region).batch_get_image(
                registryId=registry.account.digits,
                repositoryName=repository,
                imageIds=[{"imageDigest": digest} for digest in indexes[start : start + BATCH]],
                acceptedMediaTypes=sorted(INDEX_TYPES),
            )
        for image in answer["images"]:
            for entry in json.loads(image["imageManifest"]).get("manifests", []):
                if (entry.get("platform") or {}).items() >= _UNKNOWN.items():
                    found.add(entry["digest"])
    return frozenset(found)


def _images(resources: Sequence[Mapping[str, Any]]) -> Iterator[InspectedImage]:
    for resource in resources:
        named = _RESOURCE.fullmatch(resource.get("resourceId", ""))
        if resource.get("resourceType") != _IMAGE or named is None:
            continue
        figures = (resource.get("resourceMetadata") or {}).get("ecrImage") or {}
        yield InspectedImage(
            named["account"],
            named["region"],
            named["repository"],
            named["digest"],
            figures.get("inUseCount"),
            figures.get("lastInUseAt"),
            (resource.get("scanStatus") or {}).get("statusCode") == "ACTIVE",
        )
