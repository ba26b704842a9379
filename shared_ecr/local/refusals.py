"""How the gate refuses a request, in the format that the caller's SDK reads: JSON, XML of queries, or XML of S3."""

from collections.abc import Mapping
from xml.sax.saxutils import escape

from shared_ecr.local.asgi import Send, answer, answer_bytes

FORBIDDEN = 403


async def refuse(send: Send, headers: Mapping[str, str], message: str, kind: str = "AccessDeniedException") -> None:
    """Answer 403 with *message*."""
    error = f"<Code>{kind}</Code><Message>{escape(message)}</Message>"
    if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        body = f"<ErrorResponse><Error><Type>Sender</Type>{error}</Error></ErrorResponse>"
        await answer_bytes(send, FORBIDDEN, "text/xml", body.encode())
    elif "/s3/aws4_request" in headers.get("authorization", ""):
        await answer_bytes(send, FORBIDDEN, "application/xml", f"<Error>{error}</Error>".encode())
    else:
        await answer(send, FORBIDDEN, {"__type": kind, "message": message})
