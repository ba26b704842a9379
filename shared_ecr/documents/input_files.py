"""Files are opened so that no one waits without end: neither for a pipe that nothing writes to, nor for a device.

A path that a user names may be a pipe, as `<(command)` of a shell is one, or a device such as `/dev/stdin`. What is
found at its usual place, such as docker's config.json, has to be a file.
https://man7.org/linux/man-pages/man7/fifo.7.html
"""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

# Within this time the other side of a pipe has been opened, or it never is.
WRITER_SECONDS = 5.0
LARGEST_TEXT = 64 * 1024 * 1024
_MIB = 1024 * 1024
# Windows lacks these, and opens no pipe by a path.
_NO_WAIT: int = getattr(os, "O_NONBLOCK", 0)
_OPEN_FLAGS: int = os.O_RDONLY | _NO_WAIT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


def read_named(path: Path, at_most: int, *, wait: float = WRITER_SECONDS) -> bytes:
    """Return the first *at_most* bytes of the file, the pipe or the device that a user named.

    Raises:
        OSError: it cannot be read, or nothing opened the pipe for writing within *wait* seconds.
    """
    return _read(path, at_most, wait)


def read_found(path: Path, at_most: int) -> bytes:
    """Return the first *at_most* bytes of the file at *path*, which no user named.

    Raises:
        OSError: it cannot be read, or is not a file.
    """
    return _read(path, at_most, None)


def read_text(path: Path, encoding: str = "utf-8", *, errors: str = "strict", at_most: int = LARGEST_TEXT) -> str:
    """Return the text of what a user named, with one line feed at the end of each line.

    Raises:
        OSError: it cannot be read, or has more than *at_most* bytes.
        UnicodeDecodeError: it is not text in *encoding*.
    """
    return read_bytes(path, at_most).decode(encoding, errors).replace("\r\n", "\n").replace("\r", "\n")


def read_bytes(path: Path, at_most: int = LARGEST_TEXT) -> bytes:
    """Return all bytes of what a user named.

    Raises:
        OSError: it cannot be read, or has more than *at_most* bytes.
    """
    content = read_named(path, at_most + 1)
    if len(content) > at_most:
        raise OSError(errno.EFBIG, f"it has over {at_most // _MIB} MiB", str(path))
    return content


def opened_pipe(path: Path, *, wait: float = WRITER_SECONDS) -> tuple[bytes, BinaryIO]:
    """Open the pipe that a user named; return the bytes that were read of it so far, and the rest as a stream.

    Raises:
        OSError: it cannot be opened, or nothing opened it for writing within *wait* seconds.
    """
    descriptor = os.open(path, _OPEN_FLAGS)
    try:
        begin = _begin_of_pipe(descriptor, path, wait)
        os.set_blocking(descriptor, True)
        return begin, os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def _read(path: Path, at_most: int, wait: float | None) -> bytes:
    descriptor = os.open(path, _OPEN_FLAGS)
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        if wait is None and not stat.S_ISREG(mode):
            raise OSError(errno.EINVAL, f"it is {_kind(mode)}, not a file", str(path))
        begin = _begin_of_pipe(descriptor, path, wait or 0.0) if stat.S_ISFIFO(mode) else b""
        if _NO_WAIT:
            os.set_blocking(descriptor, True)
        parts, left = [begin], at_most - len(begin)
        while left and (part := os.read(descriptor, min(left, _MIB))):
            parts.append(part)
            left -= len(part)
        return b"".join(parts)
    finally:
        os.close(descriptor)


def _kind(mode: int) -> str:
    return "a pipe" if stat.S_ISFIFO(mode) else "a device"


def _begin_of_pipe(descriptor: int, path: Path, seconds: float) -> bytes:
    """Wait until something was written into a pipe, or at least another program has it open; return what was read."""
    import select

    poll = select.poll()
    poll.register(descriptor, select.POLLIN | select.POLLHUP)
    if poll.poll(seconds * 1000):
        return b""
    try:
        begin = os.read(descriptor, 1)
    except BlockingIOError:
        # A program has it open and has written nothing so far.
        return b""
    if not begin:
        raise OSError(errno.ENXIO, "it is a pipe, and nothing writes to it", str(path))
    return begin
