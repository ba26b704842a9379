"""Asking an embedded AWS from outside: is it this one, and please put your clock forward."""

import http.client
import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from shared_ecr.errors import UnavailableError
from shared_ecr.local.control import CLOCK, IDENTITY
from shared_ecr.local.instance import LocalAws

# It answers within a millisecond, or is busy with an upload that it hashes in one piece.
PATIENCE_SECONDS = 10.0


def pid_behind(url: str, nonce: str, patience_seconds: float = PATIENCE_SECONDS) -> int | None:
    """Return the pid of the embedded AWS at *url* if it knows *nonce*; None where nothing or another answers."""
    try:
        identity = _ask(url, "GET", IDENTITY, patience_seconds)
    except (OSError, http.client.HTTPException, ValueError):
        return None
    match identity:
        case {"nonce": str(answered), "pid": int(pid)} if answered == nonce:
            return pid
        case _:
            return None


def is_running(aws: LocalAws) -> bool:
    """Whether *aws* itself still answers, and not a stranger who came by its port."""
    return pid_behind(aws.url, aws.nonce) == aws.pid


def advance_clock(aws: LocalAws, by: timedelta) -> datetime:
    """Put the clock of *aws* forward, so that its tokens grow old, and return its new time.

    Raises:
        UnavailableError: it does not answer.
    """
    try:
        answer = _ask(aws.url, "POST", f"{CLOCK}?seconds={by.total_seconds()}", PATIENCE_SECONDS)
    except (OSError, http.client.HTTPException) as error:
        raise UnavailableError(f"the embedded AWS at {aws.url} does not answer; start it again") from error
    return datetime.fromisoformat(answer["now"])


def _ask(url: str, method: str, path: str, patience_seconds: float) -> Any:
    address = urlsplit(url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=patience_seconds)
    try:
        connection.request(method, path)
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()
