"""A path inside the source of a build, such as its Dockerfile."""

import re
from typing import Self

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.records import record
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

# A shell, YAML and every builder read these characters as they are written; a first '-' would be an option.
_SEGMENT = LazyPattern(r"(?!-)[\w.@+~-]+(?: [\w.@+~-]+)*", re.ASCII)


@record(order=True)
class SourcePath:
    """A path below the root of the source, with `/` on every system; `.` is the root itself."""

    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a path; refuse one that leads out of the source, and characters that a shell reads differently."""
        if text.startswith(("/", "~")) or re.match(r"[A-Za-z]:", text):
            raise _outside(text, "it is absolute")
        segments = [each for each in text.split("/") if each not in {"", "."}]
        if ".." in segments:
            raise _outside(text, "'..' leads out of the source, or can do so through a link")
        if not text or not all(map(_SEGMENT.fullmatch, segments)):
            raise InvalidValueError(
                f"{quoted(text)} is not a path of the source",
                why="A path is segments of letters, digits, ' ' and '._@+~-', separated by '/'; none begins with '-'",
                fix="Write it from the root of the source, such as 'docker/Dockerfile'",
                code="source-path",
            )
        return cls("/".join(segments) or ".")

    def __str__(self) -> str:
        return self.text


def _outside(text: str, why: str) -> InvalidValueError:
    return InvalidValueError(
        f"{quoted(text)} is outside of the source",
        why=f"A build has only the files of its source, and {why}",
        fix="Write a path from the root of the source, such as 'docker/Dockerfile'",
        code="source-path-outside",
    )
