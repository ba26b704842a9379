"""ECR's tokens on disk, for docker's credential helper, which is another process at each pull.

`$XDG_CACHE_HOME/shared-ecr` (mode 0700) holds a file (0600) for each host, which is account, Region and kind of
endpoint, and each identity (`identity`). What is not ours alone is not read: a file or folder of another user,
one that others may open, a symbolic link. A file that is broken or of another version is as good as none.

The server says how old a token is: its lifetime is the time between the server's `Date` and `expiresAt`, and
this machine's clock only measures what has passed since. A clock that was set back makes a token stale.

Reading imports nothing but builtins; writing is `token_files`.
"""

import os
import stat
import time

from shared_ecr.client.credentials.file_ownership import CLOSE_IN_CHILDREN, NO_LINK, NO_WAIT, is_ours_alone
from shared_ecr.client.credentials.identity import home_of, identity

TYPE_CHECKING = False

if TYPE_CHECKING:
    from collections.abc import Mapping

DISABLE_VARIABLE = "SHARED_ECR_DISABLE_CACHE"
SUFFIX = ".token"
# The first line of each file; another format gets another number.
_HEADING = "shared-ecr token 1"
_LINES = 8
_MAX_BYTES = 64 * 1024
# https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html
_LONGEST_SECONDS = 12 * 3600.0


class CachedToken:
    """A user name and token that ECR gave, and when; `repr` shows neither. No record: those load `typing`."""

    __slots__ = ("expires_at", "host", "issued_at", "lifetime", "renew_at", "secret", "username")

    def __init__(self, host: str, username: str, secret: str, times: "tuple[float, float, float, float]") -> None:
        self.host, self.username, self.secret = host, username, secret
        self.issued_at, self.lifetime, self.renew_at, self.expires_at = times
        """Seconds: two moments of this machine's clock, with a duration between, and one of the server's."""

    def is_fresh(self, now: float) -> bool:
        """Whether it has more than half its life to live."""
        return self.is_valid(now) and now < self.renew_at

    def is_valid(self, now: float) -> bool:
        """Whether ECR accepts it still."""
        return self.lifetime <= _LONGEST_SECONDS and 0 <= now - self.issued_at < self.lifetime and now < self.expires_at

    def with_renewal_at(self, moment: float) -> "CachedToken":
        """Return the same token, to be renewed at another moment."""
        times = (self.issued_at, self.lifetime, moment, self.expires_at)
        return CachedToken(self.host, self.username, self.secret, times)

    def lines(self) -> str:
        """Render the content of its file."""
        times = (self.issued_at, self.lifetime, self.renew_at, self.expires_at)
        return "\n".join((_HEADING, self.host, self.username, self.secret, *map(repr, times), ""))

    def __repr__(self) -> str:
        return f"<token for {self.host}>"

    def __reduce__(self) -> str:
        """Refuse to be pickled."""
        raise TypeError("tokens are written by their cache alone")


def folder_of(environ: "Mapping[str, str]") -> str | None:
    """Return the folder of the cache, or None where it is switched off or has no place."""
    if environ.get(DISABLE_VARIABLE, "0") not in {"", "0"}:
        return None
    cache = environ.get("XDG_CACHE_HOME", "")
    # https://specifications.freedesktop.org/basedir-spec/latest/: a path that is not absolute is to be ignored.
    if not os.path.isabs(cache):  # noqa: PTH117 — pathlib costs as much as Python's start
        home = home_of(environ)
        cache = f"{home}/.cache" if home else ""
    return f"{cache}/shared-ecr" if cache else None


def name_of(host: str, environ: "Mapping[str, str]") -> str | None:
    """Return the name of the file for *host*, or None where that could not be a host's: it becomes part of a path."""
    if len(host) > 200 or not host.isascii() or not host.replace("-", "").replace(".", "").isalnum():  # noqa: PLR2004 — the longest name of a file is 255
        return None
    return f"{host}_{identity(environ)}{SUFFIX}"


def cached(host: str, environ: "Mapping[str, str]") -> CachedToken | None:
    """Return the cached token for *host* and the caller who has *environ*, fresh or not; None where there is none."""
    folder, name = folder_of(environ), name_of(host, environ)
    if folder is None or name is None or not is_ours(folder, stat.S_IFDIR):
        return None
    found = read(f"{folder}/{name}")
    return found if found and found.host == host else None


def fresh(host: str, environ: "Mapping[str, str]") -> CachedToken | None:
    """Return a token for *host* that is worth to be used as it is, or None."""
    found = cached(host, environ)
    return found if found and found.is_fresh(time.time()) else None


def is_ours(path: str, kind: int) -> bool:
    """Whether *path* is of the *kind* (`stat.S_IFDIR`, `stat.S_IFREG`), belongs to us, and is closed to all others."""
    try:
        return is_ours_alone(os.lstat(path), kind)
    except (OSError, ValueError):
        return False


def read(path: str) -> CachedToken | None:
    """Read one file; None where it is absent, not ours alone, broken or of another version."""
    try:
        descriptor = os.open(path, os.O_RDONLY | CLOSE_IN_CHILDREN | NO_LINK | NO_WAIT)
    except (OSError, ValueError):
        return None
    try:
        if not is_ours_alone(os.fstat(descriptor), stat.S_IFREG):
            return None
        content = os.read(descriptor, _MAX_BYTES)
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return _parsed(content)


def _parsed(content: bytes) -> CachedToken | None:
    """Read the lines of a file; every one must be there and end with a newline, as the last would be cut first."""
    try:
        lines = content.decode("ascii").split("\n")
        if len(lines) != _LINES + 1 or lines[0] != _HEADING or lines[_LINES]:
            return None
        issued_at, lifetime, renew_at, expires_at = map(float, lines[4:_LINES])
    except ValueError:
        return None
    _, host, username, secret = lines[:4]
    return (
        CachedToken(host, username, secret, (issued_at, lifetime, renew_at, expires_at))
        if username and secret
        else None
    )
