"""Two paths of our own beside MiniStack's: who is this, and put the clock forward."""

import json
import os
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs

from shared_ecr.local.clock import Clock

IDENTITY = "/_shared-ecr/identity"
CLOCK = "/_shared-ecr/clock"

AsgiScope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
AsgiApplication = Callable[[AsgiScope, Receive, Send], Awaitable[None]]


class Control:
    """An ASGI application that answers for itself and passes everything else on."""

    def __init__(self, application: AsgiApplication, *, nonce: str, clock: Clock) -> None:
        self._application, self._nonce, self._clock = application, nonce, clock

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        path = scope["path"] if scope["type"] == "http" else None
        if path == IDENTITY:
            await _answer(send, 200, {"nonce": self._nonce, "pid": os.getpid()})
        elif path == CLOCK:
            await self._move_clock(scope, send)
        else:
            await self._application(scope, receive, send)

    async def _move_clock(self, scope: AsgiScope, send: Send) -> None:
        """Advance by the `seconds` of the query, when posted; show the time either way."""
        if scope["method"] == "POST":
            try:
                seconds = float(parse_qs(scope["query_string"].decode("latin-1"))["seconds"][0])
                self._clock.advance(timedelta(seconds=seconds))
            except (KeyError, ValueError, OverflowError):
                await _answer(send, 400, {"message": "say by how many seconds: ?seconds=N"})
                return
        await _answer(send, 200, {"now": self._clock.now().isoformat()})


async def _answer(send: Send, status: int, document: dict[str, object]) -> None:
    body = json.dumps(document).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
