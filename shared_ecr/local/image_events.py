"""The events that ECR sends to EventBridge: a completed push, a deletion, a move to the archive or out of it, a scan.

MiniStack sends none, and its PutEvents refuses the source `aws.ecr` as AWS does, so they are put below it. Rules of the
account match them and publish to their targets, as in AWS; they arrive at once, and each is sent once. A basic
scan counts as completed when its result is first asked for, since its results are given and nothing is scanned.
https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-eventbridge.html
"""

import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from shared_ecr.local import hooks
from shared_ecr.local.ecr.answers import new_store
from shared_ecr.local.hooks import Reply

Handler = Callable[[str, str, dict[str, str], bytes, dict[str, Any]], Awaitable[Any]]
Document = dict[str, Any]
_OK = 200
_SOURCE, _IMAGE_ACTION, _IMAGE_SCAN = "aws.ecr", "ECR Image Action", "ECR Image Scan"
# The scans whose completion was sent, by repository and digest.
_completed = new_store()


def install() -> None:
    """Send an event for each of them, whether an engine or the API did it."""
    hooks.API_REQUEST.wrap(_sending_for_calls)
    hooks.REGISTRY_REQUEST.wrap(_sending_for_registry)


def _sending_for_calls(handle: Handler) -> Handler:
    async def handle_request(
        method: str, path: str, headers: dict[str, str], body: bytes, query_params: dict[str, Any]
    ) -> Reply:
        operation = headers.get("x-amz-target", "").rpartition(".")[2]
        reply: Reply = await handle(method, path, headers, body, query_params)
        if reply[0] == _OK and operation in _EVENTS_OF:
            for detail in _EVENTS_OF[operation](json.loads(body), json.loads(reply[2])):
                _send(detail)
        if reply[0] == _OK and operation == "DescribeImageScanFindings":
            _send_scan(json.loads(reply[2]))
        return reply

    return handle_request


def _pushed(_: Document, answer: Document) -> Iterator[Document]:
    image = answer["image"]
    yield _detail("PUSH", image["repositoryName"], image["imageId"])


def _deleted(request: Document, answer: Document) -> Iterator[Document]:
    yield from (_detail("DELETE", request["repositoryName"], each) for each in answer["imageIds"])


def _moved(request: Document, answer: Document) -> Iterator[Document]:
    image_id = {"imageDigest": answer["imageId"]["imageDigest"]}
    target = {"target-storage-class": request["targetStorageClass"]}
    yield _detail("UPDATE_STORAGE_CLASS", answer["repositoryName"], image_id) | target


_EVENTS_OF: dict[str, Callable[[Document, Document], Iterator[Document]]] = {
    "PutImage": _pushed,
    "BatchDeleteImage": _deleted,
    "UpdateImageStorageClass": _moved,
}


def _sending_for_registry(handle: Handler) -> Handler:
    async def handle_registry_request(
        method: str, path: str, headers: dict[str, str], body: bytes, query_params: dict[str, Any]
    ) -> Reply | None:
        reply: Reply | None = await handle(method, path, headers, body, query_params)
        name, found, reference = path.removeprefix("/v2/").rpartition("/manifests/")
        if reply is None or not found:
            return reply
        is_tag = not reference.startswith("sha256:")
        match method, reply[0]:
            case "PUT", 201:
                digest = next((value for key, value in reply[1].items() if key.lower() == "docker-content-digest"), "")
                _send(_detail("PUSH", name, {"imageDigest": digest} | ({"imageTag": reference} if is_tag else {})))
            case "DELETE", 202:
                _send(_detail("DELETE", name, {"imageDigest": reference}))
            case _:
                pass
        return reply

    return handle_registry_request


def _send_scan(answer: Document) -> None:
    """Send that a basic scan is completed, the first time that its result is asked for."""
    name, digest = answer["repositoryName"], answer["imageId"]["imageDigest"]
    if answer["imageScanStatus"]["status"] != "COMPLETE" or (name, digest) in _completed:
        return
    _completed[name, digest] = True
    found = answer.get("imageScanFindings", {})
    counts = found.get("findingSeverityCounts") or Counter(each["severity"] for each in found.get("findings", ()))
    tag = answer["imageId"].get("imageTag")
    detail = {
        "scan-status": "COMPLETE",
        "repository-name": name,
        "finding-severity-counts": dict(counts),
        "image-digest": digest,
        "image-tags": [tag] if tag else [],
    }
    _send(detail, _IMAGE_SCAN)


def _detail(action: str, repository: str, image_id: Document) -> Document:
    detail = {
        "result": "SUCCESS",
        "repository-name": repository,
        "image-digest": image_id["imageDigest"],
        "action-type": action,
    }
    return detail | ({"image-tag": image_id["imageTag"]} if image_id.get("imageTag") else {})


def _send(detail: Document, detail_type: str = _IMAGE_ACTION) -> None:
    entry = {"Source": _SOURCE, "DetailType": detail_type, "Detail": json.dumps(detail), "Resources": []}
    hooks.PUT_EVENTS.read()({"Entries": [entry]}, allow_aws_source=True)
