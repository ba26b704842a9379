"""Tags and digests: what names one image of a repository."""

import re
from typing import Self

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.records import record
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

# https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests
_TAG = LazyPattern(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_DIGEST = LazyPattern(r"sha256:[0-9a-f]{64}")
MAX_TAG_LENGTH = 128


@record(order=True)
class Tag:
    """A movable name of an image: letters, digits, `_`, `.` and `-`, at most 128, not led by `.` or `-`."""

    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a tag; refuse what the distribution specification refuses, proposing the nearest legal one."""
        if _TAG.fullmatch(text):
            return cls(text)
        from shared_ecr.text.characters import character, look_alike, plain  # noqa: PLC0415 — only errors pay for it

        legal = re.sub(r"[^A-Za-z0-9._-]", "_", plain(text)).lstrip(".-")[:MAX_TAG_LENGTH]
        alike = next((each for each in text if look_alike(each)), None)
        hidden = f": it has {character(alike)}" if alike else ""
        raise InvalidValueError(
            f"{quoted(text)} is not a tag{hidden}" if text else "the tag is empty",
            why="Tags are letters, digits, '_', '.' and '-', at most 128, and do not begin with '.' or '-'",
            fix=f"Did you mean '{legal}'?" if legal else "",
            code="tag-name",
        )

    def __str__(self) -> str:
        return self.text


@record(order=True)
class Digest:
    """The immutable name of a manifest or blob: `sha256:` and 64 hexadecimal digits."""

    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a digest; refuse other algorithms, which ECR does not store, and other lengths."""
        if not _DIGEST.fullmatch(text):
            raise InvalidValueError(
                f"{quoted(text)} is not a digest",
                why="sha256 is the only algorithm that ECR stores: 'sha256:' and 64 hexadecimal digits"
                if text.startswith("sha512:")
                else "A digest is 'sha256:' and 64 hexadecimal digits",
                code="digest",
            )
        return cls(text)

    @property
    def hex(self) -> str:
        """The 64 digits alone, as files of an OCI layout are named."""
        return self.text.removeprefix("sha256:")

    def __str__(self) -> str:
        return self.text
