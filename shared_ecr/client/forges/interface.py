"""A forge: the comments of one pull request, and the HTTP API that reads and writes them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from shared_ecr.client.errors import CommentRefusedError
from shared_ecr.client.http.retries import TransientError
from shared_ecr.client.http.transport import Transport
from shared_ecr.findings.errors import UnavailableError
from shared_ecr.records import field, record

OK, CREATED, FORBIDDEN, NOT_FOUND = 200, 201, 403, 404
# 3,000 comments: a pull request with more of them is one that machines have filled.
MAX_PAGES = 30
PAGE = 100


@record
class Comment:
    """One comment, as the forge calls it."""

    id: int
    body: str
    author: str
    """The account that wrote it; empty where the forge names none."""

    def begins_with(self, line: str) -> bool:
        """Whether the first line is *line*, and not only something that begins with it."""
        return self.body.partition("\n")[0].rstrip() == line


class Forge(Protocol):
    """The comments of one pull request."""

    @property
    def job_log(self) -> str:
        """The address of the log of this job; empty where the environment does not say it."""
        ...

    def author(self) -> str:
        """Return the account that comments of this token are written by."""
        ...

    def comments(self) -> Iterator[Comment]:
        """Yield the comments, the oldest first."""
        ...

    def create(self, body: str) -> None:
        """Write another comment."""
        ...

    def update(self, comment: Comment, body: str) -> None:
        """Write *body* in the place of *comment*.

        Raises:
            CommentRefusedError: it belongs to another account.
        """
        ...


@record
class Api:
    """Asks a forge's HTTP API; the token is sent to its own address over TLS alone, and is not shown."""

    title: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    transport: Transport = field(repr=False)

    def ask(self, method: str, path: str, document: Mapping[str, str] | None = None) -> Any:
        """Return the answer's JSON.

        Raises:
            CommentRefusedError: the token has not the permission, or there is no such pull request.
            UnavailableError: there is no answer, or one that is not JSON.
        """
        body = None if document is None else json.dumps(document).encode()
        headers = {**self.headers, "Content-Type": "application/json", "Accept": "application/json"}
        try:
            with self.transport.send(method, f"{self.url}{path}", headers, body) as answer:
                content, status = answer.body, answer.status
        except TransientError as error:
            raise UnavailableError(f"{self.title} did not answer: {error}") from error
        if status in {401, FORBIDDEN, NOT_FOUND}:
            raise CommentRefusedError(
                f"{self.title} refused to {_verb(method)} comments ({status}): {_reason(content)}"
            )
        if status not in {OK, CREATED}:
            raise UnavailableError(f"{self.title} answered {status}: {_reason(content)}")
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


def comment_of(document: Mapping[str, Any], author: object) -> Comment | None:
    """Read one comment; None where it has no text or no number."""
    match document:
        case {"id": int() as number, "body": str() as body}:
            return Comment(number, body, author if isinstance(author, str) else "")
        case _:
            return None


def name_in(document: Any, *path: str) -> object:
    """Return the value at *path*, or None where an object of it is missing."""
    for key in path:
        document = document.get(key) if isinstance(document, dict) else None
    return document


def without_plain_http(url: str, title: str) -> str:
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


def _reason(content: bytes) -> str:
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return "no reason given"
    message = document.get("message") or document.get("error") if isinstance(document, dict) else None
    return str(message)[:200] if message else "no reason given"
