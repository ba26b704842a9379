"""What an image is made of: a manifest needs its blobs, has their size, and takes its bytes along when it is deleted.

Plain MiniStack stores any bytes as a manifest, calls the manifest's own length the image's size, reports every
layer as unavailable, and serves deleted images by digest. The refusals are worded as ECR words them
(https://github.com/oras-project/oras-py/issues/54, https://github.com/int128/docker-manifest-create-action/pull/63);
their status is that of the distribution specification.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from ministack.core.responses import error_response_json, get_account_id, json_response

from shared_ecr.local import hooks
from shared_ecr.local.hooks import OperationHandler, Reply

PutManifest = Callable[[str, str, dict[str, str], bytes], Reply]


def install() -> None:
    """Check manifests, measure images, and forget deleted ones."""
    hooks.PUT_MANIFEST.wrap(_putting_manifests)
    hooks.DESCRIBE_IMAGES.wrap(_describing)
    hooks.BATCH_CHECK_LAYER_AVAILABILITY.wrap(_checking_layers)
    hooks.BATCH_DELETE_IMAGE.wrap(_deleting_images)
    hooks.DELETE_REPOSITORY.wrap(_deleting_repositories)


def blobs_of(manifest: Mapping[str, Any]) -> list[str]:
    """Return the digests a manifest needs: its config, and its layers but those fetched from elsewhere."""
    layers = [layer for layer in manifest.get("layers", []) if not layer.get("urls")]
    return [each["digest"] for each in (manifest.get("config"), *layers) if each]


def children_of(manifest: Mapping[str, Any]) -> list[str]:
    """Return the digests of the manifests that an index lists."""
    return [child["digest"] for child in manifest.get("manifests", [])]


def _putting_manifests(put: PutManifest) -> PutManifest:
    def put_manifest(name: str, ref: str, headers: dict[str, str], body: bytes) -> Reply:
        if name not in hooks.REPOSITORIES.read():
            return put(name, ref, headers, body)
        return _refused(name, ref, body) or put(name, ref, headers, body)

    return put_manifest


def _refused(name: str, ref: str, body: bytes) -> Reply | None:
    """Return the refusal of a manifest that is not one, lies about its digest, or comes before its parts."""
    refuse = hooks.REGISTRY_ERROR.read()
    reply: Reply
    actual = f"sha256:{hashlib.sha256(body).hexdigest()}"
    if ref.startswith("sha256:") and ref != actual:
        reply = refuse(400, "DIGEST_INVALID", f"the manifest has the digest {actual}")
        return reply
    try:
        manifest = json.loads(body)
        blobs, children = blobs_of(manifest), children_of(manifest)
    except (ValueError, TypeError, KeyError, AttributeError):
        reply = refuse(400, "MANIFEST_INVALID", "the manifest is not an image manifest and no index")
        return reply
    if missing := _missing(blobs, hooks.LAYER_BLOBS.read().get(name, {})):
        reply = refuse(404, "BLOB_UPLOAD_UNKNOWN", f"Layers with digests {_required(missing, name)}")
        return reply
    if missing := _missing(children, hooks.MANIFEST_BLOBS.read().get(name, {})):
        reply = refuse(404, "MANIFEST_BLOB_UNKNOWN", f"Images with digests {_required(missing, name)}")
        return reply
    return None


def _missing(wanted: list[str], held: Mapping[str, bytes]) -> list[str]:
    return sorted({digest for digest in wanted if digest not in held})


def _required(digests: list[str], name: str) -> str:
    return (
        f"'[{', '.join(digests)}]' required for pushing image into repository with name '{name}' "
        f"in the registry with id '{get_account_id()}' do not exist"
    )


def _describing(describe: OperationHandler) -> OperationHandler:
    def describe_images(data: dict[str, Any]) -> Reply:
        status, headers, body = describe(data)
        if status != 200:  # noqa: PLR2004 — HTTP's OK
            return status, headers, body
        name, details = data["repositoryName"], json.loads(body)["imageDetails"]
        if lost := _not_among(details, data.get("imageIds") or []):
            reply: Reply = error_response_json(
                "ImageNotFoundException",
                f"The image with imageId {json.dumps(lost)} does not exist within the repository with name '{name}' "
                f"in the registry with id '{get_account_id()}'",
                400,
            )
            return reply
        for detail in details:
            detail["imageSizeInBytes"] = _size(name, detail["imageDigest"])
        described: Reply = json_response({"imageDetails": details})
        return described

    return describe_images


def _not_among(details: list[dict[str, Any]], wanted: list[dict[str, str]]) -> dict[str, str] | None:
    """Return the first wanted image that was not found; MiniStack leaves it out, ECR says so."""
    digests = {None, *(detail["imageDigest"] for detail in details)}
    tags = {None, *(tag for detail in details for tag in detail["imageTags"])}
    for image in wanted:
        if image.get("imageDigest") not in digests or image.get("imageTag") not in tags:
            return image
    return None


def _size(name: str, digest: str) -> int:
    """Return the bytes of config and layers, of the largest image where *digest* is an index.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageDetail.html
    """
    raw = hooks.MANIFEST_BLOBS.read().get(name, {}).get(digest)
    if raw is None:
        return 0
    manifest = json.loads(raw)
    if children := children_of(manifest):
        return max(_size(name, child) for child in children)
    blobs = hooks.LAYER_BLOBS.read().get(name, {})
    return sum(len(blobs.get(blob, b"")) for blob in blobs_of(manifest))


def _checking_layers(check: OperationHandler) -> OperationHandler:
    def batch_check_layer_availability(data: dict[str, Any]) -> Reply:
        name = data.get("repositoryName", "")
        if name not in hooks.REPOSITORIES.read():
            return check(data)
        blobs = hooks.LAYER_BLOBS.read().get(name, {})
        layers = [
            {"layerDigest": digest, "layerAvailability": "AVAILABLE", "layerSize": len(blobs[digest])}
            if digest in blobs
            else {"layerDigest": digest, "layerAvailability": "UNAVAILABLE"}
            for digest in data.get("layerDigests", [])
        ]
        reply: Reply = json_response({"layers": layers, "failures": []})
        return reply

    return batch_check_layer_availability


def _deleting_images(delete: OperationHandler) -> OperationHandler:
    """Delete an image with its last tag only, and none that an index lists; MiniStack deletes all tags with one.

    https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchDeleteImage.html
    """

    def batch_delete_image(data: dict[str, Any]) -> Reply:
        name = data.get("repositoryName", "")
        if name not in hooks.REPOSITORIES.read():
            return delete(data)
        deleted: list[dict[str, str]] = []
        failures: list[dict[str, Any]] = []
        for image_id in data.get("imageIds", []):
            image, tag = hooks.FIND_IMAGE.read()(name, image_id), image_id.get("imageTag")
            if image and not image_id.get("imageDigest") and len(image["imageTags"]) > 1:
                deleted.append(_without_tag(image, tag))
            elif image and _is_listed(name, image["imageDigest"]):
                reason = "Requested image referenced by manifest list"
                failure = {"failureCode": "ImageReferencedByManifestList", "failureReason": reason}
                failures.append({"imageId": image_id, **failure})
            else:
                answer = json.loads(delete({**data, "imageIds": [image_id]})[2])
                deleted += answer["imageIds"]
                failures += answer["failures"]
        _forget_manifests(name)
        reply: Reply = json_response({"imageIds": deleted, "failures": failures})
        return reply

    return batch_delete_image


def _without_tag(image: dict[str, Any], tag: str) -> dict[str, str]:
    image["imageTags"].remove(tag)
    if image["imageId"].get("imageTag") == tag:
        image["imageId"]["imageTag"] = image["imageTags"][-1]
    return {"imageDigest": image["imageDigest"], "imageTag": tag}


def _is_listed(name: str, digest: str) -> bool:
    """Whether an index of the repository lists the manifest *digest*."""
    manifests = hooks.MANIFEST_BLOBS.read().get(name, {})
    held = (manifests.get(image["imageDigest"]) for image in hooks.IMAGES.read().get(name, []))
    return any(digest in children_of(json.loads(raw)) for raw in held if raw)


def _forget_manifests(name: str) -> None:
    held = {image["imageDigest"] for image in hooks.IMAGES.read().get(name, [])}
    manifests = hooks.MANIFEST_BLOBS.read().get(name, {})
    for digest in [digest for digest in manifests if digest not in held]:
        del manifests[digest]


def _deleting_repositories(delete: OperationHandler) -> OperationHandler:
    def delete_repository(data: dict[str, Any]) -> Reply:
        reply = delete(data)
        if reply[0] == 200:  # noqa: PLR2004 — HTTP's OK
            hooks.LAYER_BLOBS.read().pop(data["repositoryName"], None)
            hooks.MANIFEST_BLOBS.read().pop(data["repositoryName"], None)
        return reply

    return delete_repository
