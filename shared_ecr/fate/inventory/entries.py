"""One image as DescribeImages shows it, read into a value; what is wrong with it, where something is.

Source: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageDetail.html. An entry may besides carry
`childDigests`, the manifests that an index lists, which AWS's answer lacks.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from sys import intern
from typing import Any

from shared_ecr.fate.images import Image
from shared_ecr.fate.inventory.documents import Step
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.lifecycle.rules import StorageClass
from shared_ecr.text import did_you_mean, quoted
from shared_ecr.text.patterns import LazyPattern

_from_iso = datetime.fromisoformat
_is_digest = LazyPattern(r"sha256:[0-9a-f]{64}").fullmatch
_is_tag = LazyPattern(r"[!-~]+").fullmatch
# An image that is being restored counts as restored. Whether rules of the archive can reach it until then is not
# documented, so `possible_fates` applies them too.
_STORAGE_CLASSES = {
    "ACTIVE": StorageClass.STANDARD,
    "ACTIVATING": StorageClass.STANDARD,
    "ARCHIVED": StorageClass.ARCHIVE,
    "STANDARD": StorageClass.STANDARD,
    "ARCHIVE": StorageClass.ARCHIVE,
}
_STANDARD = StorageClass.STANDARD
INDEX_TYPES = frozenset(
    {
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
    }
)
KNOWN_TYPES = INDEX_TYPES | {
    "",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.docker.distribution.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v1+prettyjws",
    "application/vnd.oci.artifact.manifest.v1+json",
}


class EntryFault(Exception):  # noqa: N818 — it never leaves this package: reading makes a problem of it
    """What is wrong with one entry, and at which of its keys."""

    def __init__(self, fault: InvalidValueError, *path: Step) -> None:
        self.fault, self.path = fault, path
        super().__init__(fault)


def read_image(entry: Mapping[str, Any]) -> Image:
    """Read one entry.

    Raises:
        EntryFault: a field is missing, or is not what ECR writes.
    """
    get = entry.get
    digest, pushed, media_type = get("imageDigest"), get("imagePushedAt"), get("imageManifestMediaType", "")
    if type(digest) is not str or not _is_digest(digest):
        raise _fault(entry, "imageDigest", "a digest: 'sha256:' and 64 hexadecimal digits")
    if pushed is None:
        raise _fault(entry, "imagePushedAt", "a time")
    pulled, archived, activated = get("lastRecordedPullTime"), get("lastArchivedAt"), get("lastActivatedAt")
    tags, children, subject = get("imageTags"), get("childDigests"), get("subjectManifestDigest")
    status, size = get("imageStatus"), get("imageSizeInBytes", 0)
    if status is None:
        status = get("storageClass")
    if type(size) is not int or size < 0:
        raise _fault(entry, "imageSizeInBytes", "a number of bytes")
    if type(media_type) is not str:
        raise _fault(entry, "imageManifestMediaType", "a media type")
    return Image(
        digest,
        _time(entry, "imagePushedAt", pushed),
        () if tags is None else _tags(entry, tags),
        _STANDARD if status == "ACTIVE" or status is None else _storage_class(entry, status),
        # An empty time is not the same as no time: "never pulled" would follow from it.
        None if pulled is None else _time(entry, "lastRecordedPullTime", pulled),
        None if archived is None else _time(entry, "lastArchivedAt", archived),
        None if activated is None else _time(entry, "lastActivatedAt", activated),
        size,
        intern(media_type),
        () if children is None else _digests(entry, children),
        None if subject is None else _digests(entry, [subject], "subjectManifestDigest")[0],
        status == "ACTIVATING",
    )


def _time(entry: Mapping[str, Any], key: str, value: object) -> datetime:
    """Read a time as the CLI writes it (ISO 8601 with a zone), the wire (seconds since 1970), or boto3 (a value)."""
    try:
        if type(value) is str:
            time = _from_iso(value)
            if time.tzinfo is not None:
                return time
        elif isinstance(value, datetime):
            return value
        elif type(value) in {int, float}:
            return datetime.fromtimestamp(value, UTC)  # type: ignore[arg-type]  # the line above says so
    except (ValueError, OverflowError, OSError):
        pass
    raise _fault(entry, key, "a time with its zone, such as 2026-11-21T09:30:00+00:00")


def _tags(entry: Mapping[str, Any], value: object) -> tuple[str, ...]:
    if type(value) is not list:
        raise _fault(entry, "imageTags", "a list of tags")
    for tag in value:
        if type(tag) is not str or not _is_tag(tag):
            raise _fault(entry, "imageTags", "a list of tags, which are strings without spaces")
    return tuple(value)


def _digests(entry: Mapping[str, Any], value: object, key: str = "childDigests") -> tuple[str, ...]:
    if type(value) is not list or not all(type(each) is str and _is_digest(each) for each in value):
        raise _fault(entry, key, "digests: 'sha256:' and 64 hexadecimal digits each")
    return tuple(value)


def _storage_class(entry: Mapping[str, Any], value: object) -> StorageClass:
    found = _STORAGE_CLASSES.get(value) if type(value) is str else None
    if found is None:
        key = "storageClass" if entry.get("imageStatus") is None else "imageStatus"
        raise _fault(entry, key, "ACTIVE, ARCHIVED or ACTIVATING")
    return found


def _fault(entry: Mapping[str, Any], key: str, wanted: str) -> EntryFault:
    if key not in entry:
        what, code = f"the key '{key}' is missing", "inventory-field"
        fix = did_you_mean(key, entry) or "Save the whole answer, without '--query'"
        return EntryFault(InvalidValueError(what, fix=fix, code=code))
    return EntryFault(
        InvalidValueError(f"expected {wanted}, found {quoted(str(entry[key]))}", code="inventory-value"), key
    )
