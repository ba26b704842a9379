"""The types of an ASGI application, and an answer with a JSON document."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

AsgiScope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
AsgiApplication = Callable[[AsgiScope, Receive, Send], Awaitable[None]]


async def whole_body(receive: Receive) -> bytes:
    """Read the body of a request to its end."""
    parts = []
    while True:
        event = await receive()
        parts.append(event.get("body", b""))
        if event["type"] != "http.request" or not event.get("more_body"):
            return b"".join(parts)


async def answer(send: Send, status: int, document: dict[str, object]) -> None:
    """Send *document* as the whole answer to a request."""
    await answer_bytes(send, status, "application/json", json.dumps(document).encode())


async def answer_bytes(send: Send, status: int, content_type: str, body: bytes) -> None:
    """Send *body* as the whole answer to a request."""
    headers = [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
