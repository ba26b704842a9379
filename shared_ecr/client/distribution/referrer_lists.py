"""The list of what is about an image, kept under a tag for registries that keep none themselves.

Two writers at once must not lose each other's entry: the list is written on condition that it has not changed, where
the registry knows conditions, and read again in any case; an entry that is missing then is added again.
https://github.com/opencontainers/distribution-spec/blob/main/spec.md#referrers-tag-schema
"""

import json
from collections.abc import Mapping

from shared_ecr.client.distribution.refusals import NOT_FOUND, Refusal
from shared_ecr.client.distribution.repository import CREATED, OK, RemoteRepository
from shared_ecr.client.errors import PushRefusedError
from shared_ecr.client.http.transport import HttpResponse
from shared_ecr.client.sources.interface import Manifest
from shared_ecr.client.sources.manifests import MAX_MANIFEST_BYTES, OCI_INDEX, json_object
from shared_ecr.model.names import Digest, Tag

# As many writers at the same moment are more than one image has signers.
TRIES = 8
PRECONDITION_FAILED = 412


def enter(remote: RemoteRepository, manifest: Manifest, subject: Digest) -> bool:
    """Enter *manifest* into the list of what is about *subject*, unless the registry keeps that list itself.

    Returns whether the list under the tag was needed. What is in it already stays as it is.

    Raises:
        PushRefusedError: the tag names something else, may not move, or is rewritten by others without end.
        InvalidImageError: what the tag names is not a list.
    """
    if _is_kept(remote, subject):
        return False
    tag = Tag(f"sha256-{subject.hex}")
    for _ in range(TRIES):
        held = remote.ask("GET", f"{remote.url}/manifests/{tag}", f"read {tag}", {"Accept": OCI_INDEX})
        document = _document(remote, held, tag)
        entries = document["manifests"]
        assert isinstance(entries, list)  # noqa: S101 — `_document` refuses anything else
        if any(isinstance(entry, dict) and entry.get("digest") == str(manifest.digest) for entry in entries):
            return True
        content = json.dumps({**document, "manifests": [*entries, _entry(manifest)]}).encode()
        if len(content) > MAX_MANIFEST_BYTES:
            raise PushRefusedError(f"the list {tag} in {remote.name} is full: {len(content)} bytes are too many")
        _put(remote, tag, content, held)
    raise PushRefusedError(f"the list {tag} in {remote.name} changes each time it is written; push again later")


def _is_kept(remote: RemoteRepository, subject: Digest) -> bool:
    """Ask for the registry's own list: it may keep one and not have said so when the manifest was put."""
    url, step = f"{remote.url}/referrers/{subject}", "read the list of referrers"
    answer = remote.ask("GET", url, step, {"Accept": OCI_INDEX})
    return answer.status == OK and _type(answer) == OCI_INDEX


def _document(remote: RemoteRepository, held: HttpResponse, tag: Tag) -> Mapping[str, object]:
    if held.status == NOT_FOUND:
        return {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": []}
    if held.status != OK:
        raise Refusal.read(held, remote.exchange).error(remote.exchange, remote.name, f"read {tag}")
    document = json_object(held.body, f"{remote.exchange.registry}/{remote.name}:{tag}")
    if _type(held) != OCI_INDEX or not isinstance(document.get("manifests"), list):
        raise PushRefusedError(f"{tag} in {remote.name} is not a list of referrers; it was left as it is")
    return document


def _entry(manifest: Manifest) -> dict[str, object]:
    """Render what the list says of *manifest*: its type, that of its configuration failing that, its annotations."""
    document = json_object(manifest.content, str(manifest.digest))
    config = document.get("config")
    kind = document.get("artifactType") or (config.get("mediaType") if isinstance(config, dict) else None)
    annotations = document.get("annotations")
    return {
        "mediaType": manifest.media_type,
        "digest": str(manifest.digest),
        "size": manifest.size,
        **({"artifactType": kind} if kind else {}),
        **({"annotations": annotations} if isinstance(annotations, dict) else {}),
    }


def _put(remote: RemoteRepository, tag: Tag, content: bytes, held: HttpResponse) -> None:
    """Write the list, unless it has changed meanwhile; the caller reads it again then."""
    etag = held.header("ETag")
    condition = {"If-None-Match": "*"} if held.status == NOT_FOUND else {"If-Match": etag} if etag else {}
    answer = remote.put(tag, content, OCI_INDEX, condition)
    if answer.status not in {OK, CREATED, PRECONDITION_FAILED}:
        raise Refusal.read(answer, remote.exchange).error(remote.exchange, remote.name, f"store the list {tag}")


def _type(answer: HttpResponse) -> str:
    return (answer.header("Content-Type") or "").partition(";")[0].strip()
