"""Paths of our own beside MiniStack's: who answers here, set the clock forward, and give results of image scans.

None sends the secret access key: the caller gives a challenge and gets the proof (`proofs`), or gives a proof.
"""

import hashlib
import json
import os
from datetime import timedelta
from urllib.parse import parse_qs

from shared_ecr.local.asgi import AsgiApplication, AsgiScope, Receive, Send, answer, whole_body
from shared_ecr.local.clock import Clock
from shared_ecr.local.proofs import PROOF_HEADER, is_proof, proof_of

IDENTITY = "/_shared-ecr/identity"
CLOCK = "/_shared-ecr/clock"
SCAN_RESULTS = "/_shared-ecr/scan-results"
OWN_PATHS = frozenset({IDENTITY, CLOCK, SCAN_RESULTS})


class Control:
    """An ASGI application that answers for itself and passes everything else on."""

    def __init__(self, application: AsgiApplication, *, secret_access_key: str, clock: Clock) -> None:
        self._application, self._secret_access_key, self._clock = application, secret_access_key, clock

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        path = scope["path"] if scope["type"] == "http" else None
        if path == IDENTITY:
            challenge = scope["query_string"].decode("latin-1")
            proof = proof_of(self._secret_access_key, f"identity {challenge}")
            await answer(send, 200, {"proof": proof, "pid": os.getpid()})
        elif path == CLOCK:
            await self._move_clock(scope, send)
        elif path == SCAN_RESULTS:
            await self._take_scan_results(scope, receive, send)
        else:
            await self._application(scope, receive, send)

    async def _move_clock(self, scope: AsgiScope, send: Send) -> None:
        """Advance by the `seconds` of the query, when posted with a proof; show the time either way."""
        if scope["method"] == "POST":
            query = scope["query_string"].decode("latin-1")
            if not self._is_proven(scope, f"clock {query}"):
                await answer(send, 403, {"message": "only the process that started this AWS may set its clock"})
                return
            try:
                self._clock.advance(timedelta(seconds=float(parse_qs(query)["seconds"][0])))
            except (KeyError, ValueError, OverflowError):
                await answer(send, 400, {"message": "say by how many seconds: ?seconds=N"})
                return
        await answer(send, 200, {"now": self._clock.now().isoformat()})

    async def _take_scan_results(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Keep the results in the body, when posted with a proof over its digest."""
        body = await whole_body(receive)
        if scope["method"] != "POST" or not self._is_proven(scope, scan_results_statement(body)):
            await answer(send, 403, {"message": "only the process that started this AWS may give results of scans"})
            return
        # MiniStack's modules are imported with the application, after this one.
        from shared_ecr.local.ecr.scans import inject  # noqa: PLC0415 — see above

        try:
            inject(json.loads(body))
        except (KeyError, TypeError, ValueError, AttributeError) as fault:
            await answer(send, 400, {"message": f"these are no results of scans: {fault!r}"})
            return
        await answer(send, 200, {})

    def _is_proven(self, scope: AsgiScope, statement: str) -> bool:
        presented = dict(scope["headers"]).get(PROOF_HEADER.encode(), b"").decode("latin-1")
        return is_proof(self._secret_access_key, statement, presented)


def scan_results_statement(body: bytes) -> str:
    """Return what the proof of a request with results is computed for."""
    return f"scan-results {hashlib.sha256(body).hexdigest()}"
