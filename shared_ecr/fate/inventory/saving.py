"""Write an inventory as a file that `reading` reads: JSON, an image a line, in an order that does not change."""

import json
import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from shared_ecr.fate.images import Image, RepositoryImages
from shared_ecr.fate.inventory.inventory import Inventory
from shared_ecr.fate.inventory.pages import OWN_KEY, OWN_VERSION
from shared_ecr.fate.inventory.uses import ImageUse, UnknownUses
from shared_ecr.findings.errors import UnavailableError
from shared_ecr.model.lifecycle.rules import StorageClass
from shared_ecr.records import record


@record
class UnreadRepository:
    """A repository that could not be read, or a service that did not say which images it uses."""

    what: str
    why: str


def save(
    inventory: Inventory,
    path: Path,
    taken_at: datetime,
    unread: Sequence[UnreadRepository] = (),
    unknown: Sequence[UnknownUses] = (),
) -> None:
    """Write *inventory* to *path*, whole or not at all; what is *unread* and *unknown* is recorded in it.

    Raises:
        UnavailableError: the file cannot be written.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        draft.write_text("".join(_lines(inventory, taken_at, unread, unknown)), encoding="utf-8")
        draft.replace(path)
    except OSError as fault:
        draft.unlink(missing_ok=True)
        raise UnavailableError(f"cannot write {path}: {fault.strerror or fault}") from fault


def _lines(
    inventory: Inventory, taken_at: datetime, unread: Sequence[UnreadRepository], unknown: Sequence[UnknownUses]
) -> Iterator[str]:
    yield f'{{"{OWN_KEY}": {OWN_VERSION}, "takenAt": {json.dumps(taken_at.isoformat())},\n "inUse": ['
    yield from _joined(_use(use) for use in inventory.uses)
    if unread:
        yield '],\n "notRead": ['
        yield from _joined({"what": each.what, "why": each.why} for each in unread)
    if unknown:
        yield '],\n "useNotKnown": ['
        yield from _joined(
            {"repositoryName": each.repository, "region": each.region, "what": each.what, "service": each.service}
            for each in unknown
        )
    yield '],\n "repositories": ['
    for number, repository in enumerate(inventory.repositories):
        yield ",\n  " if number else "\n  "
        yield from _repository(repository)
    yield "\n]}\n"


def _repository(repository: RepositoryImages) -> Iterator[str]:
    head = {"registryId": repository.account, "region": repository.region, "repositoryName": repository.name}
    yield f'{json.dumps(head)[:-1]}, "imageDetails": ['
    youngest_first = sorted(repository.images, key=lambda image: (-image.pushed_at.timestamp(), image.digest))
    yield from _joined(_image(image) for image in youngest_first)
    yield "]}"


def _joined(values: Iterator[dict[str, Any]]) -> Iterator[str]:
    for number, value in enumerate(values):
        yield f"{',' if number else ''}\n    {json.dumps(value)}"


def _image(image: Image) -> dict[str, Any]:
    times = {
        "lastRecordedPullTime": image.pulled_at,
        "lastArchivedAt": image.archived_at,
        "lastActivatedAt": image.activated_at,
    }
    return {
        "imageDigest": image.digest,
        "imageTags": list(image.tags),
        "imageSizeInBytes": image.size,
        "imagePushedAt": image.pushed_at.isoformat(),
        "imageStatus": _status(image),
        "imageManifestMediaType": image.media_type,
        **{key: time.isoformat() for key, time in times.items() if time},
        **({"childDigests": list(image.children)} if image.children else {}),
        **({"subjectManifestDigest": image.subject} if image.subject else {}),
    }


def _status(image: Image) -> str:
    if image.storage_class is StorageClass.ARCHIVE:
        return "ARCHIVED"
    return "ACTIVATING" if image.is_activating else "ACTIVE"


def _use(use: ImageUse) -> dict[str, Any]:
    return {"reference": str(use), "by": use.by}
