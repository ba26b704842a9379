"""Take an inventory from ECR: every image of a repository, archived ones too, and what each index lists.

DescribeImages shows of a referrer what its subject is (`subjectManifestDigest`), so none are asked for one by one.
Sources: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DescribeImages.html,
https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchGetImage.html
"""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from shared_ecr.client.aws.deployed import RegistryClients
from shared_ecr.client.aws.faults import AwsRefusedError, asking_aws
from shared_ecr.fate.images import Image, RepositoryImages
from shared_ecr.fate.inventory.entries import INDEX_TYPES, EntryFault, read_image
from shared_ecr.findings.errors import RefusedError
from shared_ecr.model.names import EcrRegistry
from shared_ecr.records import record, replace

if TYPE_CHECKING:
    from types_boto3_ecr import ECRClient

# The most that each action takes or gives at once; fewer requests are the politest.
PAGE, BATCH = 1000, 100
# ECR publishes no limit for DescribeImages. Ten a second leaves room for anyone who deploys meanwhile.
SECONDS_BETWEEN_REQUESTS = 0.1
_ACCEPTED = sorted(INDEX_TYPES)


@record(frozen=False)
class RequestPacing:
    """Keeps requests apart; the clock and the pause can be others in tests."""

    seconds: float = SECONDS_BETWEEN_REQUESTS
    clock: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = time.sleep
    _last: float = float("-inf")

    def step(self) -> None:
        """Wait until the next request may be sent."""
        wait = self._last + self.seconds - self.clock()
        if wait > 0:
            self.pause(wait)
        self._last = self.clock()


def repository_names(clients: RegistryClients, registry: EcrRegistry) -> tuple[str, ...]:
    """List every repository of *registry*, in alphabetical order.

    Raises:
        AwsRefusedError: the caller may not list them.
        UnavailableError: no credentials or no network.
    """
    paginator = clients.ecr(registry.region).get_paginator("describe_repositories")
    with asking_aws(f"ecr:DescribeRepositories in {registry.region}"):
        pages = list(paginator.paginate(registryId=registry.account.digits))
    return tuple(sorted(each["repositoryName"] for page in pages for each in page["repositories"]))


def take_inventory(
    clients: RegistryClients,
    registry: EcrRegistry,
    name: str,
    said: Callable[[str], None],
) -> RepositoryImages:
    """Read every image of the repository *name*; show *said* how far it is.

    Raises:
        RefusedError: there is no such repository, the caller may not read it, or ECR answers what is not an image.
        UnavailableError: no credentials, no network, or throttled to the end.
    """
    client, pace = clients.ecr(registry.region), RequestPacing()
    images: list[Image] = []
    try:
        for page in _pages(client, registry, name, pace):
            images += [read_image(detail) for detail in page]
            said(f"{name}: {len(images)} images")
    except AwsRefusedError as refusal:
        if refusal.code == "RepositoryNotFoundException":
            raise RefusedError(
                f"{registry.host} has no repository {name}; deploy it first, or check the name"
            ) from refusal
        raise
    except EntryFault as fault:
        raise RefusedError(f"ECR described an image of {name} in a way that is not known here: {fault}") from fault
    lists = [image for image in images if image.media_type in INDEX_TYPES]
    children: dict[str, tuple[str, ...]] = {}
    for start in range(0, len(lists), BATCH):
        children |= _children(client, registry, name, lists[start : start + BATCH], pace)
        said(f"{name}: {min(start + BATCH, len(lists))} of {len(lists)} indexes read")
    with_children = (
        replace(image, children=children[image.digest]) if image.digest in children else image for image in images
    )
    return RepositoryImages(name, tuple(with_children), registry.account.digits, registry.region.name)


def _pages(client: "ECRClient", registry: EcrRegistry, name: str, pace: RequestPacing) -> Iterator[Sequence[Any]]:
    paginator = client.get_paginator("describe_images")
    with asking_aws(f"ecr:DescribeImages of {name} in {registry.region}"):
        pages = iter(
            paginator.paginate(
                registryId=registry.account.digits,
                repositoryName=name,
                # Without it, archived images are left out.
                filter={"imageStatus": "ANY"},
                PaginationConfig={"PageSize": PAGE},
            )
        )
        while True:
            pace.step()
            page = next(pages, None)
            if page is None:
                return
            yield page["imageDetails"]


def _children(
    client: "ECRClient", registry: EcrRegistry, name: str, lists: Iterable[Image], pace: RequestPacing
) -> dict[str, tuple[str, ...]]:
    """Read what each index lists; an archived one cannot be fetched and stays unknown, which reports say."""
    pace.step()
    with asking_aws(f"ecr:BatchGetImage of {name} in {registry.region}"):
        answer = client.batch_get_image(
            registryId=registry.account.digits,
            repositoryName=name,
            imageIds=[{"imageDigest": image.digest} for image in lists],
            acceptedMediaTypes=_ACCEPTED,
        )
    return {
        each["imageId"]["imageDigest"]: tuple(child["digest"] for child in _listed(each["imageManifest"]))
        for each in answer["images"]
    }


def _listed(manifest: str) -> list[dict[str, str]]:
    listed: list[dict[str, str]] = json.loads(manifest).get("manifests", [])
    return listed
