"""The files of the token cache: written, listed and removed. `token_cache` says what they are, and reads them."""

import stat
import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from shared_ecr.client.credentials.locks import locked_file, unavailable
from shared_ecr.client.credentials.private_files import PRIVATE_FOLDER_MODE, make_private_folder, replace_file
from shared_ecr.client.credentials.token_cache import (
    DISABLE_VARIABLE,
    SUFFIX,
    CachedToken,
    folder_of,
    is_ours,
    name_of,
    read,
)
from shared_ecr.findings.errors import UnavailableError

_LOCK = ".lock"
# Two hosts or identities that share a lock wait for each other for a second; that is rare, and does no harm.
_LOCKS = 16


@contextmanager
def single_flight(host: str, environ: Mapping[str, str], seconds: float) -> Iterator[None]:
    """Let one process at a time ask ECR for the token of *host*; without a cache, every process may.

    The locks are sixteen empty files that stay; which one is taken depends on host and identity.

    Raises:
        UnavailableError: another process asks for longer than *seconds*, or the folder cannot be written.
    """
    path = _path(host, environ)
    if path is None:
        yield
        return
    _prepare(path.parent)
    # A file for each identity would never be removed, and runners have a new identity every hour.
    slot = zlib.crc32(path.name.encode()) % _LOCKS
    with locked_file(path.parent / f"{slot:x}{_LOCK}", seconds):
        yield


def store(token: CachedToken, environ: Mapping[str, str]) -> None:
    """Write *token* for the caller who has *environ*, and remove what has expired. Call it in `single_flight`.

    A token that is not one printable line is not kept.

    Raises:
        UnavailableError: the folder cannot be written, or belongs to another user.
    """
    path = _path(token.host, environ)
    if (
        path is None
        or not (token.username + token.secret).isascii()
        or not (token.username + token.secret).isprintable()
    ):
        return
    _prepare(path.parent)
    replace_file(path, token.lines().encode("ascii"))
    _remove(path.parent, lambda each: each != path and not _is_valid(each))


def hosts(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the hosts for which the caller with *environ* has a token that is still good."""
    return tuple(sorted(token.host for path in _files(environ) if (token := _own(path, environ))))


def all_hosts(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the hosts for which there is a file, of any caller and any age."""
    return tuple(sorted({_host_of(path) for path in _files({**environ, DISABLE_VARIABLE: ""})}))


def forget(environ: Mapping[str, str], is_out: Callable[[str], bool]) -> tuple[str, ...]:
    """Remove the tokens of every host that *is_out* names, of every caller; return those hosts.

    Raises:
        UnavailableError: the folder cannot be written.
    """
    removed: set[str] = set()
    # What was cached before the cache was switched off is removed too.
    for path in _files({**environ, DISABLE_VARIABLE: ""}):
        host = _host_of(path)
        if is_out(host):
            removed.add(host)
            try:
                path.unlink(missing_ok=True)
            except OSError as fault:
                raise unavailable("remove", path, fault) from fault
    return tuple(sorted(removed))


def _path(host: str, environ: Mapping[str, str]) -> Path | None:
    folder, name = folder_of(environ), name_of(host, environ)
    return Path(folder, name) if folder and name else None


def _prepare(folder: Path) -> None:
    """Make the folder, or close it to others where it is ours and open."""
    make_private_folder(folder)
    if is_ours(str(folder), stat.S_IFDIR):
        return
    try:
        if not folder.is_symlink():
            folder.chmod(PRIVATE_FOLDER_MODE)
    except OSError as fault:
        raise unavailable("close to others", folder, fault) from fault
    if not is_ours(str(folder), stat.S_IFDIR):
        raise UnavailableError(f"{folder} is not a folder of this user alone; remove it, or set XDG_CACHE_HOME")


def _files(environ: Mapping[str, str]) -> tuple[Path, ...]:
    folder = folder_of(environ)
    if folder is None or not is_ours(folder, stat.S_IFDIR):
        return ()
    with suppress(OSError):
        return tuple(path for path in Path(folder).iterdir() if path.suffix == SUFFIX)
    return ()


def _host_of(path: Path) -> str:
    """Return the host in a file's name, which no host's characters can confuse."""
    return path.name.rpartition("_")[0]


def _own(path: Path, environ: Mapping[str, str]) -> CachedToken | None:
    """Return the token in *path* where it is good, and of the caller who has *environ*."""
    token = read(str(path))
    return token if token and token.is_valid(time.time()) and path.name == name_of(token.host, environ) else None


def _is_valid(path: Path) -> bool:
    token = read(str(path))
    return token is not None and token.is_valid(time.time())


def _remove(folder: Path, is_out: Callable[[Path], bool]) -> None:
    """Remove tokens of no use; what cannot be removed does no harm."""
    with suppress(OSError):
        for path in folder.iterdir():
            if path.suffix == SUFFIX and is_out(path):
                path.unlink(missing_ok=True)
