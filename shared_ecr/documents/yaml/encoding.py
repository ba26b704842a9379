"""Bytes to text: UTF-8, with or without a byte order mark, and nothing else."""

import codecs

from shared_ecr.documents.yaml.faults import SyntaxFault
from shared_ecr.documents.yaml.source import SourceText
from shared_ecr.findings.problems import Position, Problem, Severity

# The longer marks first: UTF-32's little-endian mark begins with UTF-16's.
_OTHER_MARKS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)


def decode(data: bytes, file: str) -> SourceText | Problem:
    """Decode *data* as UTF-8, or say where and why it is something else."""
    data = data.removeprefix(codecs.BOM_UTF8)
    if other := _other_unicode(data):
        what = f"the file is encoded as {other}, not as UTF-8"
        why = "Windows editors and PowerShell's '>' write files in this encoding"
        return Problem("encoding", Severity.ERROR, what, why, _repair(file, other), file=file, position=Position(1, 1))
    try:
        return SourceText(file, data.decode())
    except UnicodeDecodeError as error:
        before = SourceText(file, data[: error.start].decode())
        byte = data[error.start : error.start + 1]
        what = f"the byte 0x{byte.hex().upper()} is not UTF-8"
        guess = byte.decode("windows-1252", errors="replace")
        why = f"In Windows-1252 it is '{guess}', so the file was probably saved as that" if guess.isprintable() else ""
        return before.problem(
            len(before.text), SyntaxFault("encoding", what, why=why, fix=_repair(file, "WINDOWS-1252"))
        )


def _other_unicode(data: bytes) -> str | None:
    for mark, name in _OTHER_MARKS:
        if data.startswith(mark):
            return name
    # UTF-16 without a mark: every second byte of ASCII text is zero.
    first = data[:4]
    if len(first) == len(b"a\0b\0") and (first[0::2] == b"\0\0") != (first[1::2] == b"\0\0"):
        return "UTF-16"
    return None


def _repair(file: str, encoding: str) -> str:
    return f"Save it as UTF-8, for example with: iconv -f {encoding} -t UTF-8 {file}"
