"""Questions to an embedded AWS from outside: is it this one, and set its clock forward."""

import http.client
import json
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from shared_ecr.findings.errors import UnavailableError
from shared_ecr.local.control import CLOCK, IDENTITY
from shared_ecr.local.instance import LocalAws
from shared_ecr.local.proofs import PROOF_HEADER, is_proof, proof_of

# It answers within a millisecond, or is busy with an upload that it hashes in one piece.
PATIENCE_SECONDS = 10.0


def pid_behind(url: str, secret_access_key: str, patience_seconds: float = PATIENCE_SECONDS) -> int | None:
    """Return the pid of the embedded AWS at *url* if it proves that it knows the key; None where another answers.

    The key itself is not sent: another process may listen there by now.
    """
    challenge = secrets.token_hex(16)
    try:
        identity = _ask(url, "GET", f"{IDENTITY}?{challenge}", patience_seconds)
    except (OSError, http.client.HTTPException, ValueError):
        return None
    match identity:
        case {"proof": str(proof), "pid": int(pid)} if is_proof(secret_access_key, f"identity {challenge}", proof):
            return pid
        case _:
            return None


def is_running(aws: LocalAws) -> bool:
    """Whether *aws* itself still answers, and not a stranger who came by its port."""
    return pid_behind(aws.url, aws.secret_access_key) == aws.pid


def advance_clock(aws: LocalAws, by: timedelta) -> datetime:
    """Put the clock of *aws* forward, so that its tokens grow old, and return its new time.

    Raises:
        UnavailableError: it does not answer.
    """
    query = f"seconds={by.total_seconds()}"
    proof = {PROOF_HEADER: proof_of(aws.secret_access_key, f"clock {query}")}
    try:
        answer = _ask(aws.url, "POST", f"{CLOCK}?{query}", PATIENCE_SECONDS, proof)
    except (OSError, http.client.HTTPException) as error:
        raise UnavailableError(f"the embedded AWS at {aws.url} does not answer; start it again") from error
    return datetime.fromisoformat(answer["now"])


def _ask(
    url: str, method: str, path: str, patience_seconds: float, headers: Mapping[str, str] = MappingProxyType({})
) -> Any:
    address = urlsplit(url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=patience_seconds)
    try:
        connection.request(method, path, headers=dict(headers))
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()
