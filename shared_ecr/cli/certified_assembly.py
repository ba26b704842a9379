"""The checksums of the synthesized app that was certified: a later synthesis must not be deployed in its place."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from shared_ecr.findings.errors import UsageError

CHECKSUMS = "certified.sha256"


def checksums(assembly: Path) -> str:
    """Return the SHA-256 of each file of *assembly*, a folder or one template, as `sha256sum -c` reads it.

    Raises:
        UsageError: a file cannot be read.
    """
    try:
        return "".join(f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path}\n" for path in _files_of(assembly))
    except OSError as error:
        raise UsageError(f"{assembly}: {error.strerror}: {error.filename}") from error


def _files_of(assembly: Path) -> Iterator[Path]:
    if not assembly.is_dir():
        yield assembly
        return
    for root, folders, names in os.walk(assembly):
        # What begins with a dot is written by the CDK CLI: the zipped assets in .cache, for example.
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(root, name) for name in sorted(names) if not name.startswith(".") and not _is_lock(name))


def _is_lock(name: str) -> bool:
    """Whether it is one of the CDK CLI's locks, such as `read.4711.1.lock`, which come and end with its processes."""
    return name.endswith(".lock")
