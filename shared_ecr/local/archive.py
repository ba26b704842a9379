"""The archive: UpdateImageStorageClass, and what is no longer possible with an archived image.

An archived image is listed with its status and cannot be pulled (404); its signatures and other referrers are archived
with it. A restore takes up to 20 minutes in ECR. Here the image is ACTIVATING until it was described once, so that
anyone who waits meets both states without waiting. Pushing an archived image restores it at once.
https://docs.aws.amazon.com/AmazonECR/latest/userguide/archive_restore_image.html
"""

import json
from collections.abc import Callable
from typing import Any

from ministack.core.responses import error_response_json, get_account_id, json_response

from shared_ecr.local import hooks
from shared_ecr.local.clock import Clock
from shared_ecr.local.hooks import ApiHandler, OperationHandler, Reply

Document = dict[str, Any]
ACTIVE, ACTIVATING, ARCHIVED = "ACTIVE", "ACTIVATING", "ARCHIVED"
# The key of the status in the record of an image; MiniStack copies only the keys that it knows.
_STATUS, _ARCHIVED_AT, _ACTIVATED_AT = "imageStatus", "lastArchivedAt", "lastActivatedAt"
_UNPULLABLE = frozenset({ACTIVATING, ARCHIVED})


class ImageArchive:
    """Archives and restores images; their status is kept with the images."""

    def __init__(self, clock: Clock, restored: Callable[[str, str], None]) -> None:
        """Call *restored* with repository and digest of each image that is back: ECR replicates it then."""
        self._clock, self._restored = clock, restored

    def install(self) -> None:
        """Serve the operation, and keep archived images from pulls."""
        hooks.API_REQUEST.wrap(self._answering)
        hooks.RESOLVE_MANIFEST.wrap(_hiding)
        hooks.BATCH_GET_IMAGE.wrap(_failing)
        hooks.PUT_MANIFEST.wrap(self._restoring_manifests)
        hooks.PUT_IMAGE.wrap(self._restoring_images)

    def update(self, request: Document) -> Reply:
        """Serve `UpdateImageStorageClass`."""
        name, wanted = request["repositoryName"], request["imageId"]
        if name not in hooks.REPOSITORIES.read():
            return _refused("RepositoryNotFoundException", f"The repository with name '{name}' does not exist")
        image = hooks.FIND_IMAGE.read()(name, wanted)
        if image is None:
            return _refused(
                "ImageNotFoundException", f"The image with imageId {json.dumps(wanted)} does not exist in '{name}'"
            )
        status, is_restore = status_of(image), request["targetStorageClass"] == "STANDARD"
        if (status == ARCHIVED) is not is_restore:
            return _refused(
                "ImageStorageClassUpdateNotSupportedException", f"The image is {status} and cannot be moved so"
            )
        for each in (image, *_referrers(name, image["imageDigest"])):
            if (status_of(each) == ARCHIVED) is is_restore:
                self._move(each, is_restore=is_restore)
        return _reply(
            {
                "registryId": get_account_id(),
                "repositoryName": name,
                "imageId": image["imageId"],
                "imageStatus": status_of(image),
            }
        )

    def describe(self, name: str, digest: str) -> Document:
        """Return what DescribeImages shows of the status of an image; an image that was ACTIVATING is ACTIVE after."""
        image = hooks.FIND_IMAGE.read()(name, {"imageDigest": digest}) or {}
        shown = {key: image[key] for key in (_ARCHIVED_AT, _ACTIVATED_AT) if key in image}
        shown[_STATUS] = status_of(image)
        if shown[_STATUS] == ACTIVATING:
            self._activate(name, image)
        return shown

    def _move(self, image: Document, *, is_restore: bool) -> None:
        if is_restore:
            image[_STATUS] = ACTIVATING
        else:
            image[_STATUS], image[_ARCHIVED_AT] = ARCHIVED, self._clock.now().timestamp()

    def _activate(self, name: str, image: Document) -> None:
        image[_STATUS], image[_ACTIVATED_AT] = ACTIVE, self._clock.now().timestamp()
        self._restored(name, image["imageDigest"])

    def _answering(self, handle: ApiHandler) -> ApiHandler:
        async def handle_request(
            method: str, path: str, headers: dict[str, str], body: bytes, query_params: dict[str, Any]
        ) -> Reply:
            if headers.get("x-amz-target", "").rpartition(".")[2] == "UpdateImageStorageClass":
                try:
                    return self.update(json.loads(body))
                except ValueError:
                    return _refused("SerializationException", "the body is not JSON")
            return await handle(method, path, headers, body, query_params)

        return handle_request

    def _restoring_manifests(self, put: Callable[..., Reply]) -> Callable[..., Reply]:
        def put_manifest(name: str, ref: str, headers: dict[str, str], body: bytes) -> Reply:
            reply = put(name, ref, headers, body)
            if reply[0] < 300:  # noqa: PLR2004 — HTTP's success
                kind = "imageDigest" if ref.startswith("sha256:") else "imageTag"
                self._restore_pushed(name, {kind: ref})
            return reply

        return put_manifest

    def _restoring_images(self, put: OperationHandler) -> OperationHandler:
        def put_image(data: Document) -> Reply:
            reply = put(data)
            if reply[0] == 200:  # noqa: PLR2004 — HTTP's OK
                self._restore_pushed(data["repositoryName"], json.loads(reply[2])["image"]["imageId"])
            return reply

        return put_image

    def _restore_pushed(self, name: str, image_id: dict[str, str]) -> None:
        image = hooks.FIND_IMAGE.read()(name, image_id)
        if image is not None and status_of(image) != ACTIVE:
            self._activate(name, image)


def status_of(image: Document) -> str:
    """Return the status of an image's record."""
    return str(image.get(_STATUS, ACTIVE))


def _referrers(name: str, digest: str) -> list[Document]:
    manifests = hooks.MANIFEST_BLOBS.read().get(name, {})
    return [
        image
        for image in hooks.IMAGES.read().get(name, [])
        if (json.loads(manifests.get(image["imageDigest"], b"{}")).get("subject") or {}).get("digest") == digest
    ]


def _hiding(resolve: Callable[[str, str], Any]) -> Callable[[str, str], Any]:
    def resolve_manifest(name: str, ref: str) -> Any:
        found = resolve(name, ref)
        image = hooks.FIND_IMAGE.read()(name, {"imageDigest": found[0]}) if found[0] else None
        return (None, None, None) if image is not None and status_of(image) in _UNPULLABLE else found

    return resolve_manifest


def _failing(get: OperationHandler) -> OperationHandler:
    """Report archived images as failures: the model has one code that fits; which one AWS sends is not published."""

    def batch_get_image(data: Document) -> Reply:
        status, headers, body = get(data)
        if status != 200:  # noqa: PLR2004 — HTTP's OK
            return status, headers, body
        answer = json.loads(body)
        kept: list[Document] = []
        lost: list[Document] = []
        for each in answer["images"]:
            image = hooks.FIND_IMAGE.read()(data["repositoryName"], each["imageId"])
            (lost if image is not None and status_of(image) in _UNPULLABLE else kept).append(each)
        answer["images"] = kept
        answer["failures"] += [
            {"imageId": each["imageId"], "failureCode": "ImageInaccessible", "failureReason": "The image is archived"}
            for each in lost
        ]
        return _reply(answer)

    return batch_get_image


def _reply(document: Document) -> Reply:
    reply: Reply = json_response(document)
    return reply


def _refused(code: str, message: str) -> Reply:
    reply: Reply = error_response_json(code, message, 400)
    return reply
