"""What a forge is to us: the comments of one pull request."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from shared_ecr.client.errors import CommentRefusedError
from shared_ecr.client.http.retries import TransientError
from shared_ecr.client.http.transport import Transport
from shared_ecr.errors import UnavailableError

OK, CREATED, FORBIDDEN, NOT_FOUND = 200, 201, 403, 404
# A pull request of more comments than this has been overrun by machines.
MAX_PAGES = 30
PAGE = 100


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment, as the forge calls it."""

    id: int
    body: str


class Forge(Protocol):
    """The comments of one pull request."""

    def comments(self) -> Iterator[Comment]:
        """Yield them, the oldest first."""
        ...

    def create(self, body: str) -> None:
        """Write another one."""
        ...

    def update(self, comment: Comment, body: str) -> None:
        """Write *body* in the place of *comment*.

        Raises:
            CommentRefusedError: it belongs to somebody else.
        """
        ...


@dataclass(frozen=True, slots=True)
class Api:
    """Asks a forge's HTTP API; the token goes to its own address over TLS alone, and is not shown."""

    title: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    transport: Transport = field(repr=False)

    def ask(self, method: str, path: str, document: Mapping[str, str] | None = None) -> Any:
        """Return the answer's JSON.

        Raises:
            CommentRefusedError: the token does not reach so far, or there is no such pull request.
            UnavailableError: nobody answers, or not with JSON.
        """
        body = None if document is None else json.dumps(document).encode()
        headers = {**self.headers, "Content-Type": "application/json", "Accept": "application/json"}
        try:
            with self.transport.send(method, f"{self.url}{path}", headers, body) as answer:
                content, status = answer.body, answer.status
        except TransientError as error:
            raise UnavailableError(f"{self.title} did not answer: {error}") from error
        if status in {401, FORBIDDEN, NOT_FOUND}:
            raise CommentRefusedError(f"{self.title} refused to {_verb(method)} comments ({status}): {_said(content)}")
        if status not in {OK, CREATED}:
            raise UnavailableError(f"{self.title} answered {status}: {_said(content)}")
        try:
            return json.loads(content)
        except (ValueError, RecursionError) as error:
            raise UnavailableError(f"{self.title} answered with something that is not JSON") from error

    def pages(self, path: str) -> Iterator[dict[str, Any]]:
        """Yield the objects of a list, page after page."""
        mark = "&" if "?" in path else "?"
        for page in range(1, MAX_PAGES + 1):
            found = self.ask("GET", f"{path}{mark}per_page={PAGE}&page={page}")
            objects = [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
            yield from objects
            if len(objects) < PAGE:
                return


def comment_of(document: Mapping[str, Any]) -> Comment | None:
    """Read one comment; None where it has no text or no number."""
    match document:
        case {"id": int() as number, "body": str() as body}:
            return Comment(number, body)
        case _:
            return None


def secure(url: str, title: str) -> str:
    """Return *url* without its last slash, refused where a token could be read on the way.

    Raises:
        UnavailableError: it is neither https nor this machine.
    """
    scheme, _, rest = url.rstrip("/").partition("://")
    host = rest.partition("/")[0].partition(":")[0]
    if scheme != "https" and host not in {"localhost", "127.0.0.1"}:
        raise UnavailableError(f"the address of {title}'s API is not https; no token is sent to it")
    return url.rstrip("/")


def _verb(method: str) -> str:
    return "show" if method == "GET" else "write"


def _said(content: bytes) -> str:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return "no reason given"
    message = document.get("message") or document.get("error") if isinstance(document, dict) else None
    return str(message)[:200] if message else "no reason given"
