"""What a registry or its token service says when it refuses: its errors, read within bounds and without our secrets.

Source: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes
"""

import json
import re
from collections.abc import Callable, Iterator

from shared_ecr.client.http.retries import TransientError
from shared_ecr.client.http.transport import HttpResponse
from shared_ecr.findings.errors import UnavailableError
from shared_ecr.records import record
from shared_ecr.text import visible
from shared_ecr.text.patterns import LazyPattern

# A sentence is read, a page of HTML is not.
MAX_MESSAGE = 300
# Registries list one error; a list of hundreds is no help.
MAX_ERRORS = 3
FAILURES = 400
_TITLE = LazyPattern(r"<title[^>]*>(.{0,200}?)</title", re.IGNORECASE | re.DOTALL)


@record
class ErrorAnswer:
    """One answer that is not a success."""

    status: int
    code: str = ""
    """The code of the first error, such as `DENIED`; empty where the body is not of the specification's form."""
    message: str = ""
    details: str = ""
    """What the registry adds to the message, and its further errors."""
    is_web_page: bool = False

    @classmethod
    def read(cls, answer: HttpResponse, redacted: Callable[[str], str]) -> "ErrorAnswer":
        """Read *answer*; a body that breaks off or is too large says nothing."""
        try:
            body = answer.body
        except (TransientError, UnavailableError):
            body = b""
        errors = list(_errors(body))
        if not errors:
            sentence = _sentence(body, may_be_shown=answer.status >= FAILURES)
            return cls(answer.status, message=_shown(sentence, redacted), is_web_page=_is_web_page(body))
        code, message, detail = errors[0]
        more = [" ".join(filter(None, error)) for error in errors[1:MAX_ERRORS]]
        details = "; ".join(part for part in (detail, *more) if part and part != message)
        return cls(answer.status, _shown(code, redacted)[:80], _shown(message, redacted), _shown(details, redacted))

    @property
    def words(self) -> str:
        """Code, message and details on one line; empty where nothing was said."""
        said = " ".join(part for part in (self.code, self.message) if part)
        return f"{said} ({self.details})" if self.details and said else said or self.details

    @property
    def said(self) -> str:
        """The status and the words."""
        return f"{self.status} {self.words}".rstrip()


def _errors(body: bytes) -> Iterator[tuple[str, str, str]]:
    """Yield code, message and detail of each error of the specification's form."""
    try:
        listed = json.loads(body)["errors"]
    except (ValueError, RecursionError, LookupError, TypeError):
        return
    for error in listed if isinstance(listed, list) else ():
        if isinstance(error, dict):
            code, message, detail = (error.get(key) for key in ("code", "message", "detail"))
            yield _text(code), _text(message), _text(detail)


def _text(value: object) -> str:
    """Write *value*, which a registry may choose freely, as a text; nothing for what is empty."""
    if isinstance(value, str):
        return value
    return json.dumps(value, separators=(", ", ": ")) if value not in (None, {}, [], "") else ""


def _sentence(body: bytes, *, may_be_shown: bool) -> str:
    """Read a body of no known form: a plain sentence, the `error` of a token service, or the title of a web page.

    What comes with a success may hold a token, so it is shown only where it says that it is an error.
    """
    text = " ".join(body[: 16 * MAX_MESSAGE].decode("utf-8", "replace").split())
    if _is_web_page(body):
        from html import unescape  # its table of names is large

        title = _TITLE.search(text)
        return f"a web page, '{unescape(title[1]).strip()}'" if title and title[1].strip() else "a web page"
    # What is not text, such as a compressed page that no one asked for, has no words to show.
    whole = text if may_be_shown and "\ufffd" not in text and "\0" not in text else ""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return whole
    if not isinstance(document, dict):
        return whole
    # https://datatracker.ietf.org/doc/html/rfc6749#section-5.2, and what Docker Hub and Harbor answer.
    keys = ("error", "error_description", "details", "message", "detail")
    return ": ".join(filter(None, (_text(document.get(key)) for key in keys))) or whole


def _is_web_page(body: bytes) -> bool:
    return body.lstrip().startswith(b"<")


def _shown(text: str, redacted: Callable[[str], str]) -> str:
    text = redacted(text)
    return visible(f"{text[:MAX_MESSAGE]}…" if len(text) > MAX_MESSAGE else text)
