"""Restore archived images: ask for each, and wait until ECR has it back.

A restore takes up to 20 minutes, in which the image cannot be pulled; ECR then scans and replicates it as if it had
been pushed. One image a request; AWS publishes no rate for it.
https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_UpdateImageStorageClass.html,
https://docs.aws.amazon.com/AmazonECR/latest/userguide/archive_restore_image.html
"""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta

from shared_ecr.client.aws.deployed import RegistryClients
from shared_ecr.client.aws.faults import asking_aws
from shared_ecr.client.aws.inventory import RequestPacing
from shared_ecr.client.aws.selected_images import SelectedImages, image_details
from shared_ecr.findings.errors import UnavailableError
from shared_ecr.model.names import Digest, EcrRegistry
from shared_ecr.records import record, replace

ARCHIVED, ACTIVATING, ACTIVE = "ARCHIVED", "ACTIVATING", "ACTIVE"
# Twenty minutes are AWS's figure; a poll every quarter of a minute is no load.
SECONDS_BETWEEN_LOOKS = 15.0


@record
class StoredImage:
    """One image, with where it is stored now."""

    registry: EcrRegistry
    repository: str
    digest: Digest
    tags: tuple[str, ...]
    size: int
    status: str
    """ARCHIVED, ACTIVATING or ACTIVE."""

    def __str__(self) -> str:
        tags = f" ({', '.join(self.tags)})" if self.tags else ""
        return f"{self.repository}@{self.digest}{tags}"


def stored_images(clients: RegistryClients, selected: Iterable[SelectedImages]) -> Iterator[StoredImage]:
    """Yield each image that is named, once, with its status.

    Raises:
        RefusedError: there is no such repository or image, or the caller may not look.
        UnavailableError: no credentials or no network.
    """
    pace, seen = RequestPacing(), set()
    for each in selected:
        for detail in image_details(clients, each, pace):
            digest = Digest.parse(detail["imageDigest"])
            key = each.registry, each.repository, digest
            if key not in seen:
                seen.add(key)
                tags, size = tuple(detail.get("imageTags", ())), int(detail.get("imageSizeInBytes", 0))
                yield StoredImage(*key, tags, size, str(detail.get("imageStatus", ACTIVE)))


def restore(clients: RegistryClients, image: StoredImage) -> StoredImage:
    """Ask ECR to restore *image*, and return it with the status of the answer; one that is not archived stays as it is.

    Raises:
        RefusedError: the caller lacks ecr:UpdateImageStorageClass, or ECR does not restore the image.
        UnavailableError: no credentials or no network.
    """
    if image.status != ARCHIVED:
        return image
    with asking_aws(f"ecr:UpdateImageStorageClass of {image.repository} in {image.registry.region}"):
        answer = clients.ecr(image.registry.region).update_image_storage_class(
            registryId=image.registry.account.digits,
            repositoryName=image.repository,
            imageId={"imageDigest": image.digest.text},
            targetStorageClass="STANDARD",
        )
    return replace(image, status=str(answer["imageStatus"]))


def restored(
    clients: RegistryClients,
    images: Sequence[StoredImage],
    limit: timedelta,
    *,
    pause: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[StoredImage]:
    """Yield each of *images* when it can be pulled again.

    Raises:
        UnavailableError: one is still being restored after *limit*.
    """
    deadline, waiting = clock() + limit.total_seconds(), list(images)
    while waiting:
        still: list[StoredImage] = []
        for image in waiting:
            selected = SelectedImages(image.registry, image.repository, image.digest)
            (now,) = stored_images(clients, [selected])
            if now.status == ACTIVE:
                yield now
            else:
                still.append(now)
        waiting = still
        if waiting and clock() >= deadline:
            raise UnavailableError(
                f"{waiting[0]} is {waiting[0].status} after {limit}; ECR continues: run the command again to wait"
            )
        if waiting:
            pause(SECONDS_BETWEEN_LOOKS)
