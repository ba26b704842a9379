"""The JSON documents of a file: one, several behind each other, or one a line; and where in it a value is."""

import json
from collections.abc import Iterator, Sequence
from json.decoder import scanstring  # type: ignore[attr-defined]  # its stub knows the module, not this function
from pathlib import Path
from typing import Any

from shared_ecr.documents.input_files import read_bytes
from shared_ecr.findings.problems import InvalidDeclarationError, Position, Problem, Severity
from shared_ecr.records import record
from shared_ecr.text.patterns import LazyPattern

_BLANK = LazyPattern(r"[ \t\n\r]*")
_BLANK_OR_COMMA = LazyPattern(r"[ \t\n\r,:]*")
_DECODER = json.JSONDecoder()
Step = str | int


@record
class InventoryText:
    """A file's text under the name that its problems call it."""

    file: str
    text: str

    def documents(self) -> Iterator[tuple[int, Any]]:
        """Yield each JSON document and where it begins.

        Raises:
            InvalidDeclarationError: the text is not JSON, ends in the middle of it, or is empty.
        """
        at = _BLANK.match(self.text).end()  # type: ignore[union-attr]  # it matches nothing as well
        if at == len(self.text):
            raise self._refused(0, "the file is empty", "inventory-empty", "An empty file is not an empty repository")
        while at < len(self.text):
            try:
                value, end = _DECODER.raw_decode(self.text, at)
            except json.JSONDecodeError as fault:
                raise self._broken(fault) from fault
            yield at, value
            at = _BLANK.match(self.text, end).end()  # type: ignore[union-attr]  # it matches nothing as well

    def position(self, document: int, path: Sequence[Step]) -> Position:
        """Return where the value at *path* is, in the document that begins at *document*.

        Found by reading the text once more up to there: only problems pay for it.
        """
        at = document
        for step in path:
            inside = self._inside(at, step)
            if inside is None:
                break
            at = inside
        return self.place(at)

    def place(self, at: int) -> Position:
        """Return line and column of the character at *at*."""
        return Position(self.text.count("\n", 0, at) + 1, at - self.text.rfind("\n", 0, at))

    def _inside(self, at: int, step: Step) -> int | None:
        """Return where the member *step* of the value at *at* begins, or None where it has none."""
        opening = self.text[at]
        if opening != ("[" if isinstance(step, int) else "{"):
            return None
        number, at = 0, at + 1
        while True:
            at = _BLANK_OR_COMMA.match(self.text, at).end()  # type: ignore[union-attr]  # it matches nothing as well
            if self.text[at] in "]}":
                return None
            key: Step = number
            if opening == "{":
                key, at = scanstring(self.text, at + 1, True)  # noqa: FBT003 — it takes no names
                at = _BLANK_OR_COMMA.match(self.text, at).end()  # type: ignore[union-attr]  # it matches nothing as well
            if key == step:
                return at
            _, at = _DECODER.raw_decode(self.text, at)
            number += 1

    def _broken(self, fault: json.JSONDecodeError) -> InvalidDeclarationError:
        if fault.pos >= len(self.text.rstrip()) or fault.msg.startswith("Unterminated string"):
            what = "the file ends in the middle of its JSON"
            return self._refused(
                fault.pos,
                what,
                "inventory-truncated",
                "An inventory with missing images does not show every image that expires",
            )
        what = f"not JSON: {fault.msg[0].lower()}{fault.msg[1:]}"
        return self._refused(fault.pos, what, "inventory-json", "", "Save the answer with '--output json'")

    def _refused(self, at: int, what: str, code: str, why: str = "", fix: str = "") -> InvalidDeclarationError:
        fix = fix or "Fetch it again: 'shared-ecr images --save FILE' or 'aws ecr describe-images'"
        return InvalidDeclarationError(
            [Problem(code, Severity.ERROR, what, why, fix, file=self.file, position=self.place(at))]
        )


def read_text(path: Path) -> InventoryText:
    """Read the file at *path*: UTF-8, or UTF-16 as PowerShell redirects it.

    Raises:
        InvalidDeclarationError: the file cannot be read.
    """
    try:
        content = read_bytes(path, _LARGEST)
        return InventoryText(str(path), content.decode("utf-8-sig" if content[:2] not in _UTF16 else "utf-16"))
    except OSError as fault:
        what = f"cannot be read: {fault.strerror or fault}"
    except UnicodeDecodeError:
        what = "is not text in UTF-8"
    raise InvalidDeclarationError([Problem("file-unreadable", Severity.ERROR, what, file=str(path))])


# That of a hundred thousand images has 60 MB.
_LARGEST = 512 * 1024 * 1024
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
