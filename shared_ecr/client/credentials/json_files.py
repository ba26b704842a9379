"""JSON files of other programs, which may hold secrets: a fault is shown by its place and never quoted."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shared_ecr.documents.input_files import read_found
from shared_ecr.findings.errors import UnavailableError

# docker's file with a hundred logins has 60 kB; what is larger is another file.
MAX_BYTES = 4 * 1024 * 1024


def read_json_object(path: Path) -> dict[str, Any]:
    """Read the JSON object in *path*, the order of its keys kept; a missing or empty file is an empty one.

    Raises:
        UnavailableError: it cannot be read, or is not a JSON object; line and column are shown.
    """
    return parse_json_object(read_content(path), path)


def read_content(path: Path) -> bytes:
    """Read *path*, nothing where it is missing.

    Raises:
        UnavailableError: it cannot be read, or is larger than any such file.
    """
    try:
        content = read_found(path, MAX_BYTES + 1)
    except FileNotFoundError:
        return b""
    except OSError as fault:
        raise UnavailableError(f"{path} cannot be read: {fault.strerror or fault}") from fault
    if len(content) > MAX_BYTES:
        raise UnavailableError(f"{path} has over {MAX_BYTES} bytes; docker's configuration is never that large")
    return content


def parse_json_object(content: bytes, path: Path) -> dict[str, Any]:
    """Read *content*, which is that of *path*; otherwise like `read_json_object`."""
    if not content.strip():
        return {}
    try:
        document = json.loads(content.decode(), parse_constant=_no_constant)
    except UnicodeDecodeError as fault:
        before = content[: fault.start]
        line, column = before.count(b"\n") + 1, len(before.rpartition(b"\n")[2]) + 1
        # The exception itself holds the whole content.
        raise _broken(path, line, column, "the text is not UTF-8") from None
    except json.JSONDecodeError as fault:
        raise _broken(path, fault.lineno, fault.colno, _reason(fault)) from None
    except (RecursionError, ValueError):
        raise UnavailableError(f"{path} is not JSON that docker would read; correct or remove it") from None
    if not isinstance(document, dict):
        raise _broken(path, 1, 1, "the document is not a JSON object")
    return document


def members(document: Mapping[str, Any], key: str, path: Path) -> dict[str, Any]:
    """Return the object under *key*, empty where it is absent or null.

    Raises:
        UnavailableError: it is not an object.
    """
    found = document.get(key)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise UnavailableError(f"{path}: {key} is not a JSON object; correct it, or take it out")
    return found


def _no_constant(_: str) -> Any:
    """Refuse NaN and Infinity, which Python reads and docker does not."""
    raise ValueError


def _reason(fault: json.JSONDecodeError) -> str:
    """Return what is wrong; Python names its own codec where a text begins with a byte order mark."""
    if "BOM" in fault.msg:
        return "the text begins with a byte order mark (BOM), which editors on Windows write"
    return fault.msg[:1].lower() + fault.msg[1:]


def _broken(path: Path, line: int, column: int, what: str) -> UnavailableError:
    return UnavailableError(f"{path}:{line}:{column}: {what}; docker cannot read it either, correct or remove the file")
