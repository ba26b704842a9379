"""The referrers API: which signatures, SBOMs and attestations the registry keeps about an image.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers
"""

import json
from collections.abc import Callable
from typing import Any

from shared_ecr.local import hooks
from shared_ecr.local.hooks import Reply
from shared_ecr.local.login import V2Handler
from shared_ecr.text.patterns import LazyPattern

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
_OK = 200
_CREATED = 201
_PATH = LazyPattern(r"/v2/(?P<name>.+)/referrers/(?P<digest>sha256:[0-9a-f]{64})")

PutManifest = Callable[[str, str, dict[str, str], bytes], Reply]


def install() -> None:
    """List referrers, and say at each push of one that they are listed."""
    hooks.REGISTRY_REQUEST.wrap(_listing)
    hooks.PUT_MANIFEST.wrap(_putting_manifests)


def referrers_of(manifests: dict[str, bytes], subject: str) -> list[dict[str, Any]]:
    """Return the descriptors of those *manifests* that have *subject* as their subject."""
    described = ((digest, raw, json.loads(raw)) for digest, raw in sorted(manifests.items()))
    return [_descriptor(digest, raw, document) for digest, raw, document in described if _subject(document) == subject]


def _listing(handle: V2Handler) -> V2Handler:
    async def handle_registry_request(
        method: str, path: str, headers: dict[str, str], body: bytes, query_params: dict[str, Any]
    ) -> Reply:
        match = _PATH.fullmatch(path)
        if match is None or method.upper() != "GET":
            return await handle(method, path, headers, body, query_params)
        name = match["name"]
        hooks.SELECT_REGISTRY.read()(name, headers, query_params)
        reply: Reply
        if name not in hooks.REPOSITORIES.read():
            message = f"repository name not known to registry: {name}"
            reply = hooks.REGISTRY_ERROR.read()(404, "NAME_UNKNOWN", message)
            return reply
        listed = referrers_of(hooks.MANIFEST_BLOBS.read().get(name, {}), match["digest"])
        answered = {"Content-Type": OCI_INDEX}
        if wanted := (query_params.get("artifactType") or [None])[0]:
            listed = [each for each in listed if each["artifactType"] == wanted]
            answered["OCI-Filters-Applied"] = "artifactType"
        document = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": listed}
        return _OK, answered, json.dumps(document).encode()

    return handle_registry_request


def _putting_manifests(put: PutManifest) -> PutManifest:
    def put_manifest(name: str, ref: str, headers: dict[str, str], body: bytes) -> Reply:
        status, answered, content = put(name, ref, headers, body)
        if status == _CREATED and (subject := _subject(json.loads(body))):
            answered = {**answered, "OCI-Subject": subject}
        return status, answered, content

    return put_manifest


def _subject(document: dict[str, Any]) -> str | None:
    return (document.get("subject") or {}).get("digest")


def _descriptor(digest: str, raw: bytes, document: dict[str, Any]) -> dict[str, Any]:
    """Describe a referrer; its artifact type is its own, or its config's media type."""
    artifact_type = document.get("artifactType") or (document.get("config") or {}).get("mediaType", "")
    described = {
        "mediaType": document.get("mediaType", ""),
        "digest": digest,
        "size": len(raw),
        "artifactType": artifact_type,
    }
    return described | ({"annotations": document["annotations"]} if document.get("annotations") else {})
