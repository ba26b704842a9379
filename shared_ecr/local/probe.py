"""Questions to an embedded AWS from outside: is it this one, set its clock forward, give it results of image scans."""

import http.client
import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from shared_ecr.findings.errors import UnavailableError, UsageError
from shared_ecr.local.control import CLOCK, IDENTITY, SCAN_RESULTS, scan_results_statement
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
    """Whether *aws* itself still answers, and not another program that listens on its port now."""
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


def give_scan_results(
    aws: LocalAws,
    scans: Sequence[Mapping[str, Any]] = (),
    coverage: Sequence[Mapping[str, Any]] | None = None,
    *,
    account: str = "",
    region: str = "",
) -> None:
    """Let *aws* answer with results of image scans, and with the coverage of Amazon Inspector.

    Args:
        aws: the embedded AWS.
        scans: each with `repositoryName`, `imageDigest` (without it, every image of the repository has the results),
            `looks` and `start`. A look is what
            DescribeImageScanFindings answers (`imageScanStatus`, `imageScanFindings`), or the code of an error; each is
            answered once, and the last one again and again. `start` is the code with which StartImageScan is refused.
        coverage: the `coveredResources` of Inspector's ListCoverage.
        account: whose registry; that of *aws* by default.
        region: where; that of *aws* by default.

    Raises:
        UsageError: the results have another shape.
        UnavailableError: it does not answer.
    """
    document: dict[str, Any] = {
        "account": account or aws.account.digits, "region": region or aws.region.name, "scans": list(scans),
    }  # fmt: skip
    if coverage is not None:
        document["coverage"] = list(coverage)
    body = json.dumps(document).encode()
    proof = {PROOF_HEADER: proof_of(aws.secret_access_key, scan_results_statement(body))}
    try:
        answer = _ask(aws.url, "POST", SCAN_RESULTS, PATIENCE_SECONDS, proof, body=body)
    except (OSError, http.client.HTTPException) as error:
        raise UnavailableError(f"the embedded AWS at {aws.url} does not answer; start it again") from error
    if "message" in answer:
        raise UsageError(f"the embedded AWS at {aws.url} refused the results of scans: {answer['message']}")


def _ask(  # noqa: PLR0913 — the parts of a request
    url: str,
    method: str,
    path: str,
    patience_seconds: float,
    headers: Mapping[str, str] = MappingProxyType({}),
    *,
    body: bytes | None = None,
) -> Any:
    address = urlsplit(url)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=patience_seconds)
    try:
        connection.request(method, path, body, headers=dict(headers))
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()
