"""What one image of an index is made for: operating system, architecture, and a variant of it.

Source: https://github.com/opencontainers/image-spec/blob/main/image-index.md, `platform`; the words are Go's.
"""

from typing import Self

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.records import record
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

_WORD = LazyPattern(r"[a-z0-9][a-z0-9._-]*")
# The names of `uname -m`, and those of registries.
_OTHER_NAMES = {"x86_64": "amd64", "x86-64": "amd64", "aarch64": "arm64", "i386": "386", "i686": "386"}
_SYSTEMS = frozenset({"linux", "windows", "freebsd"})
# Some builders write these variants and others leave them out, so they have no meaning.
# https://github.com/containerd/platforms/blob/main/database.go, normalizeArch
_IMPLIED = {"arm64": "v8", "amd64": "v1"}


@record(order=True)
class Platform:
    """`OS/ARCHITECTURE[/VARIANT]`, as `docker build --platform` takes it."""

    os: str
    architecture: str
    variant: str = ""
    """Empty if none is given; every variant is then selected. `v8` of arm64 and `v1` of amd64 are never said."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a platform; refuse an architecture without its system, and the names that `uname` gives."""
        parts = text.split("/")
        meant = [_OTHER_NAMES.get(part.lower(), part.lower()) for part in parts]
        is_whole = len(parts) in {2, 3} and all(map(_WORD.fullmatch, meant))
        if not is_whole or meant != parts:
            repaired = "/".join(meant) if is_whole else _completed(meant[0])
            raise InvalidValueError(
                f"{quoted(text)} is not a platform",
                why="It is written OS/ARCHITECTURE or OS/ARCHITECTURE/VARIANT, as in 'linux/arm64'",
                fix=f"Write '{repaired}'" if is_whole or len(parts) == 1 else "",
                code="platform",
            )
        return cls.of(*parts)

    @classmethod
    def of(cls, os: str, architecture: str, variant: str = "") -> Self:
        """Make a platform of the three words of a descriptor or a configuration."""
        return cls(os, architecture, "" if _IMPLIED.get(architecture) == variant else variant)

    def covers(self, other: "Platform") -> bool:
        """Whether an image for *other* is selected."""
        same = (self.os, self.architecture) == (other.os, other.architecture)
        return same and self.variant in {"", other.variant}

    def __str__(self) -> str:
        return "/".join(part for part in (self.os, self.architecture, self.variant) if part)


def _completed(word: str) -> str:
    """Return the platform that one word alone probably means."""
    return f"{word}/amd64" if word in _SYSTEMS else f"linux/{word if _WORD.fullmatch(word) else 'amd64'}"
