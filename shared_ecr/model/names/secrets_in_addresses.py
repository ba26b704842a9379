"""Secrets in addresses, a login in front of the host or a key in a query: they are refused and never repeated.

Such a login would be written to logs and to lists of processes. Docker's grammar of references has no such parts.
https://github.com/distribution/reference/blob/main/reference.go
"""

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.text.patterns import LazyPattern

# Behind `@` there is a host, with a dot, a port or a path; `app:1.0@sha256:…` has a digest there.
_LOGIN = LazyPattern(r"(?:[A-Za-z][A-Za-z0-9+.-]*://)?[^/@]*:[^/@]*@(?![A-Za-z0-9+._-]+:[0-9A-Fa-f]{32})[^/@]*[./:]")
_QUERY = LazyPattern(r"[^?]*\?[^=]*=")


def refuse_secrets(text: str) -> None:
    """Do nothing unless *text* has a user name and a password in front of a host, or a query behind it.

    Raises:
        InvalidValueError: it has. The error repeats nothing of it.
    """
    if _LOGIN.match(text):
        raise InvalidValueError(
            "the registry host has a user name and a password in front of it (not repeated here)",
            why="Logs and other processes can read what is written there",
            fix="Write the host without them, and log in by 'shared-ecr login HOST --username NAME --password-stdin'",
            code="host",
        )
    if _QUERY.match(text):
        raise InvalidValueError(
            "the address has a query, '?NAME=VALUE' (not repeated here)",
            why="Registries and images are named without one, and it may hold a secret",
            fix="Write HOST/REPOSITORY without the '?' and what follows",
            code="host",
        )
