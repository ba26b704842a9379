"""Manifests and descriptors as untrusted JSON: parsed within bounds, their bytes never rewritten.

Source: https://github.com/opencontainers/image-spec/blob/main/manifest.md, image-index.md and descriptor.md
"""

import hashlib
import json
from collections.abc import Mapping

from shared_ecr.client.sources.interface import InvalidImageError, Manifest
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import Digest
from shared_ecr.records import record
from shared_ecr.text import quoted

# ECR's quota for a manifest, and the bound that other clients set to a configuration.
# https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html
MAX_MANIFEST_BYTES = 4 * 1024 * 1024
MAX_CONFIG_BYTES = 8 * 1024 * 1024
# An index of indexes exists; no one needs five levels, and a hostile image would like a thousand.
MAX_DEPTH = 4
MAX_MANIFESTS = 1000

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_INDEX = "application/vnd.docker.distribution.manifest.list.v2+json"
INDEX_TYPES = frozenset({OCI_INDEX, DOCKER_INDEX})
MANIFEST_TYPES = frozenset({OCI_MANIFEST, DOCKER_MANIFEST}) | INDEX_TYPES
# How an index.json names an image: by its tag, and by the whole reference, as docker, containerd and BuildKit write it.
REF_NAME = "org.opencontainers.image.ref.name"
IMAGE_NAME = "io.containerd.image.name"
ACCEPTED = ", ".join((OCI_MANIFEST, OCI_INDEX, DOCKER_MANIFEST, DOCKER_INDEX))


@record
class Descriptor:
    """What one document says of another: its type, its digest, its size."""

    media_type: str
    digest: Digest
    size: int
    names: tuple[str, ...] = ()
    """Under which names an index file lists it."""

    @property
    def is_elsewhere(self) -> bool:
        """Whether the blob may be on another server only, as base layers of Windows do."""
        return "foreign" in self.media_type or "nondistributable" in self.media_type


@record
class ManifestContent:
    """What a manifest names."""

    media_type: str
    children: tuple[Descriptor, ...]
    config: Descriptor | None
    layers: tuple[Descriptor, ...]
    subject: Digest | None = None
    """What a signature, an SBOM or an attestation is about."""

    @property
    def blobs(self) -> tuple[Descriptor, ...]:
        """The configuration, then the layers."""
        return (*((self.config,) if self.config else ()), *self.layers)

    def as_manifest(self, content: bytes, blobs: tuple[Digest, ...]) -> Manifest:
        """Join with the bytes it was read from, and the *blobs* that are to be moved."""
        children = tuple(child.digest for child in self.children)
        return Manifest(digest_of(content), self.media_type, content, blobs, children, self.subject)


def digest_of(content: bytes) -> Digest:
    """Compute the digest of *content*."""
    return Digest(f"sha256:{hashlib.sha256(content).hexdigest()}")


def json_object(content: bytes, place: str) -> Mapping[str, object]:
    """Read *content* as one JSON object."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise InvalidImageError.in_file(place, "this is not JSON") from error
    if not isinstance(document, dict):
        raise InvalidImageError.in_file(place, "this is JSON, but not an object")
    return document


def parse_manifest(content: bytes, place: str, announced: str = "") -> ManifestContent:
    """Read a manifest or an index.

    Refused: other types (schema 1 among them), a type that contradicts the *announced* one, a document that is
    manifest and index at once (CVE-2021-41190), digests that are not sha256, sizes out of bounds.
    """
    document = json_object(content, place)
    stated = document.get("mediaType")
    if stated is not None and announced and stated != announced:
        raise InvalidImageError.in_file(place, f"its mediaType is {quoted(str(stated))}, but is listed as {announced}")
    media_type = announced or (stated if isinstance(stated, str) else _guessed_type(document))
    if media_type not in MANIFEST_TYPES:
        raise InvalidImageError.in_file(place, f"a document of type {quoted(media_type)} is not an image manifest")
    if "manifests" in document and ("layers" in document or "config" in document):
        raise InvalidImageError.in_file(place, "it is a manifest and an index at once")
    if media_type in INDEX_TYPES:
        children = descriptors(document, "manifests", place)
        for child in children:
            if child.media_type not in MANIFEST_TYPES:
                raise InvalidImageError.in_file(
                    place, f"its entry of type {quoted(child.media_type)} is not a manifest"
                )
            _bounded(child, MAX_MANIFEST_BYTES, "manifest", place)
        return ManifestContent(media_type, children, None, (), _subject(document, place))
    config = _descriptor(document.get("config"), "config", place)
    _bounded(config, MAX_CONFIG_BYTES, "configuration", place)
    layers = descriptors(document, "layers", place)
    return ManifestContent(media_type, (), config, layers, _subject(document, place))


def descriptors(document: Mapping[str, object], key: str, place: str) -> tuple[Descriptor, ...]:
    """Read the list of descriptors under *key*."""
    entries = document.get(key)
    if not isinstance(entries, list):
        raise InvalidImageError.in_file(place, f"{key} is not a list")
    return tuple(_descriptor(entry, f"{key}[{i}]", place) for i, entry in enumerate(entries))


def _subject(document: Mapping[str, object], place: str) -> Digest | None:
    subject = document.get("subject")
    return None if subject is None else _descriptor(subject, "subject", place).digest


def _guessed_type(document: Mapping[str, object]) -> str:
    if document.get("schemaVersion") == 1:
        return "docker schema 1"
    return OCI_INDEX if "manifests" in document else OCI_MANIFEST


def _bounded(descriptor: Descriptor, limit: int, kind: str, place: str) -> None:
    if descriptor.size > limit:
        raise InvalidImageError.in_file(place, f"a {kind} of {descriptor.size} bytes is over the limit of {limit}")


def _descriptor(entry: object, at: str, place: str) -> Descriptor:
    if not isinstance(entry, dict):
        raise InvalidImageError.in_file(place, f"{at} is missing or not an object")
    media_type, size = entry.get("mediaType"), entry.get("size")
    if not isinstance(media_type, str):
        raise InvalidImageError.in_file(place, f"{at} has no mediaType")
    if isinstance(size, bool) or not isinstance(size, int) or size < 0:
        raise InvalidImageError.in_file(place, f"{at} has no size in bytes")
    if not isinstance(entry.get("digest"), str):
        raise InvalidImageError.in_file(place, f"{at} has no digest")
    try:
        digest = Digest.parse(str(entry["digest"]))
    except InvalidValueError as error:
        raise InvalidImageError.in_file(place, f"{at}: {error.what}. {error.why}") from error
    return Descriptor(media_type, digest, size, _names(entry.get("annotations")))


def _names(annotations: object) -> tuple[str, ...]:
    if not isinstance(annotations, dict):
        return ()
    found = [name for key in (REF_NAME, IMAGE_NAME) if isinstance(name := annotations.get(key), str)]
    return tuple(dict.fromkeys(map(short_name, found)))


def short_name(name: str) -> str:
    """Return *name* as `docker images` shows it: without Docker Hub's defaults."""
    return name.removeprefix("docker.io/").removeprefix("library/")
