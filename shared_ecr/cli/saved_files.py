"""Files that `--save` writes: each appears whole or not at all, and an error names it."""

import os
from contextlib import suppress
from pathlib import Path

from shared_ecr.findings.errors import UnavailableError


def write_whole(path: Path, text: str) -> None:
    """Write *text* to *path*: under another name first, so that no reader and no full disk sees a part of it.

    A path that is not a regular file, such as /dev/stdout or a named pipe, is written to directly.

    Raises:
        UnavailableError: the file cannot be written; what was there before is unchanged.
    """
    # A name in a template may hold half a character, which UTF-8 cannot write.
    content = text.encode(errors="backslashreplace")
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(content)
        else:
            _replace(path.resolve(), content)
    except OSError as fault:
        raise UnavailableError(f"cannot write {path}: {fault.strerror or fault}") from fault


def _replace(path: Path, content: bytes) -> None:
    import tempfile

    descriptor, draft = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
        # Temporary files are private; a report has the mode of the one that it replaces, or of any new file.
        Path(draft).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        Path(draft).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(draft).unlink()
        raise


def _umask() -> int:
    """Return the mask of this process; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
