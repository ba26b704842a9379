"""Logins that someone hands over for one run: by the caller, on standard input, in the environment."""

import sys
from collections.abc import Mapping
from typing import IO

from shared_ecr.client.credentials.interface import Credentials
from shared_ecr.findings.errors import UsageError
from shared_ecr.model.names import RegistryHost

# A token of a cloud's identity service has some thousand characters; what is longer is a file given by mistake.
MAX_PASSWORD = 64 * 1024


class GivenLogins:
    """The logins a caller already has, by host; Docker Hub's under any of its names."""

    def __init__(self, logins: Mapping[RegistryHost, Credentials]) -> None:
        self._logins = {host.canonical: credentials for host, credentials in logins.items()}

    def credentials_for(
        self,
        host: RegistryHost,
        *,
        renew: bool = False,  # noqa: ARG002 — nothing fresher is to be had
    ) -> Credentials | None:
        """Return what was given for *host*; it is the same when it was refused."""
        return self._logins.get(host.canonical)

    def place_of(self, host: RegistryHost) -> str | None:
        """Return where the login of *host* comes from, for messages; None where there is none."""
        return "the login given" if host.canonical in self._logins else None


def read_password(stream: IO[str] | None = None) -> str:
    """Read a password from *stream*, to its end; by default from standard input.

    One line end behind it is not part of it: `echo` and the end of a file add one, and registries answer 400 to it.

    Raises:
        UsageError: there is none, or it cannot be one: too long, several lines, or characters that cannot be seen.
    """
    try:
        text = (stream or sys.stdin).read(MAX_PASSWORD + 1)
    except UnicodeDecodeError:
        # The exception holds what was read.
        raise UsageError("the password on standard input is not text in UTF-8") from None
    return checked_password(text, "standard input")


def checked_password(text: str, place: str) -> str:
    """Return *text*, which came from *place*, without a line end behind it; refuse what can be no password.

    Raises:
        UsageError: see `read_password`; the text itself is never shown.
    """
    password = text.removesuffix("\n").removesuffix("\r")
    if not password:
        raise UsageError(f"there is no password in {place}; give one, or nothing at all to continue without a login")
    if len(password) > MAX_PASSWORD:
        raise UsageError(f"what is in {place} has over {MAX_PASSWORD} characters; that is not a password")
    if not password.isprintable():
        raise UsageError(
            f"the password in {place} has several lines or a character that cannot be printed; write it alone, "
            "on one line"
        )
    return password
