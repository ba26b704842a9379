"""Warn where `null` does not mean "none": it clears the inherited value, and the default of the package applies."""

from shared_ecr.declaration.reader import Reading, join
from shared_ecr.documents.nodes import Mapping, Scalar
from shared_ecr.findings.errors import InvalidValueError

# What applies instead of nothing, and what to write.
_DEFAULTS = {
    "lifecycle": (
        "untagged images expire 14 days after their push",
        "Write 'lifecycle: {none: true, reason: …}' for no lifecycle policy",
    ),
    "encryption": ("the stack creates a KMS key", "Write 'encryption: kms', or 'aes256' for no key"),
    "tag_mutability": (
        "no tag can be moved to another image",
        "Write 'tag_mutability: immutable', or 'mutable' for tags that can be moved",
    ),
    "scan_on_push": ("each image is scanned when it is pushed", "Write 'scan_on_push: true', or 'false' for no scan"),
}


def warn_of_nulls(reading: Reading, own: Mapping, path: str, resolved: Mapping | None = None) -> None:
    """Warn of each `null` of *own* that a reader takes for "none", where *resolved* has no other value."""
    for entry in own.entries:
        key, value = entry.key.text, entry.value
        is_null = isinstance(value, Scalar) and value.value is None
        if key in _DEFAULTS and is_null and (resolved is None or resolved.get(key) is None):
            applies, fix = _DEFAULTS[key]
            fault = InvalidValueError(
                f"null does not mean none: {applies}",
                why="null clears the values of defaults and profiles, and then the default of the package applies",
                fix=fix,
                code="null-default",
            )
            reading.warn(value, join(path, key), fault)
