"""What a fake registry holds, and the rules of the specification and of ECR by which it takes more."""

import fnmatch
import hashlib
import json
import re
import threading
from collections import defaultdict
from dataclasses import dataclass, field

INDEX_TYPES = {
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
}
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


class RefusedError(Exception):
    """An error answer of the specification."""

    def __init__(self, status: int, code: str, message: str = "") -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message

    def body(self) -> bytes:
        return json.dumps({"errors": [{"code": self.code, "message": self.message}]}).encode()


@dataclass
class Repository:
    """One repository's blobs, manifests, tags and open uploads."""

    blobs: dict[str, bytes] = field(default_factory=dict)
    manifests: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, bytearray] = field(default_factory=dict)
    immutable: bool = False
    movable: tuple[str, ...] = ()
    """Tags that move all the same, with `*` for any characters."""

    def may_not_move(self, tag: str) -> bool:
        return self.immutable and tag in self.tags and not any(fnmatch.fnmatchcase(tag, each) for each in self.movable)

    def referrers(self, subject: str) -> list[dict[str, object]]:
        """What is about *subject*, as the specification lists it."""
        found: list[dict[str, object]] = []
        for digest, (media_type, content) in self.manifests.items():
            document = json.loads(content)
            if (document.get("subject") or {}).get("digest") == subject:
                kind = document.get("artifactType") or (document.get("config") or {}).get("mediaType")
                entry = {"mediaType": media_type, "digest": digest, "size": len(content), "artifactType": kind}
                found.append({**entry, "annotations": document.get("annotations", {})})
        return found

    def referenced(self) -> set[str]:
        """The blobs that a manifest names: only those can be mounted elsewhere."""
        found = set()
        for _, content in self.manifests.values():
            document = json.loads(content)
            found |= {entry["digest"] for entry in (document.get("config"), *document.get("layers", [])) if entry}
        return found


class Contents:
    """Every repository; locked by the server around each request."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.repositories: dict[str, Repository] = defaultdict(Repository)
        self.missing: set[str] = set()
        self.templates: set[str] = set()
        """Prefixes below which a push creates a repository that is missing."""
        self.is_mounting = True
        self._sessions = 0

    def repository(self, name: str, *, pushed_to: bool = False) -> Repository:
        if pushed_to and any(name.startswith(f"{prefix}/") for prefix in self.templates):
            self.missing.discard(name)
        if name in self.missing:
            raise RefusedError(404, "NAME_UNKNOWN", f"The repository with name '{name}' does not exist in the registry")
        return self.repositories[name]

    def begin(self, name: str) -> str:
        repository = self.repository(name, pushed_to=True)
        self._sessions += 1
        session = f"session-{self._sessions}"
        repository.sessions[session] = bytearray()
        return session

    def can_mount(self, target: str, digest: str, source: str) -> bool:
        if not self.is_mounting or source in self.missing or source not in self.repositories:
            return False
        held = self.repositories[source]
        # ECR mounts what a manifest names; what was uploaded and never named is not a layer of the source yet.
        if digest not in held.blobs or digest not in held.referenced():
            return False
        self.repositories[target].blobs[digest] = held.blobs[digest]
        return True

    def append(self, name: str, session: str, begin: int, content: bytes) -> None:
        """Take bytes; a session that has some already takes no second beginning, as at ECR."""
        held = self.repository(name).sessions.get(session)
        if held is None:
            raise RefusedError(404, "BLOB_UPLOAD_UNKNOWN", "no such session")
        if content and begin != len(held):
            message = f"First byte of the layer part is {begin} instead of {len(held)}"
            raise RefusedError(416, "BLOB_UPLOAD_INVALID", message)
        held += content

    def finish(self, name: str, session: str, digest: str) -> None:
        repository = self.repository(name)
        content = bytes(repository.sessions.pop(session))
        if f"sha256:{hashlib.sha256(content).hexdigest()}" != digest:
            raise RefusedError(400, "DIGEST_INVALID", "the bytes have another digest")
        repository.blobs[digest] = content

    def put_manifest(self, name: str, reference: str, media_type: str, content: bytes) -> str:
        repository = self.repository(name)
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        document = json.loads(content)
        if media_type in INDEX_TYPES:
            for child in document["manifests"]:
                if child["digest"] not in repository.manifests:
                    raise RefusedError(404, "REFERENCED_IMAGE_UNKNOWN", f"{child['digest']} is not there")
        else:
            for blob in (document["config"], *document["layers"]):
                if blob["digest"] not in repository.blobs and not blob.get("urls"):
                    raise RefusedError(404, "MANIFEST_BLOB_UNKNOWN", f"{blob['digest']} is not there")
        if DIGEST.fullmatch(reference):
            if reference != digest:
                raise RefusedError(400, "DIGEST_INVALID", "the manifest has another digest")
        elif repository.may_not_move(reference):
            message = (
                f"The image tag '{reference}' already exists in the '{name}' repository and cannot be overwritten "
                "because the repository is immutable."
            )
            raise RefusedError(400, "TAG_INVALID", message)
        else:
            repository.tags[reference] = digest
        repository.manifests[digest] = (media_type, content)
        return digest

    def manifest(self, name: str, reference: str) -> tuple[str, str, bytes]:
        repository = self.repository(name)
        digest = repository.tags.get(reference, reference)
        if digest not in repository.manifests:
            raise RefusedError(404, "MANIFEST_UNKNOWN", "no such manifest")
        return (digest, *repository.manifests[digest])

    def blob(self, name: str, digest: str) -> bytes:
        try:
            return self.repository(name).blobs[digest]
        except KeyError:
            raise RefusedError(404, "BLOB_UNKNOWN", "no such blob") from None
