"""What a registry or its token service says when it refuses: its errors, read within bounds and without our secrets.

Source: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes
"""

import codecs
import json
import re
from collections.abc import Callable, Iterator

from shared_ecr.client.http.retries import TransientError
from shared_ecr.client.http.transport import HttpResponse
from shared_ecr.findings.errors import UnavailableError
from shared_ecr.records import record
from shared_ecr.text import visible

# A sentence is read, a page of HTML is not.
MAX_MESSAGE = 300
# Registries list one error; a list of hundreds is no help.
MAX_ERRORS = 3
FAILURES = 400


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
    """Read a body of no known form: a plain sentence, the `error` of a token service, or what a page is called.

    What comes with a success may hold a token, so it is shown only where it says that it is an error.
    """
    text = _decoded(body)
    if _is_web_page(body):
        return _words_of_page(text)
    # What is not text, such as a compressed page that no one asked for, has no words to show.
    whole = text if may_be_shown and "\0" not in text else ""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return whole
    if not isinstance(document, dict):
        return whole
    # https://datatracker.ietf.org/doc/html/rfc6749#section-5.2, and what Docker Hub and Harbor answer.
    keys = ("error", "error_description", "details", "message", "detail")
    return ": ".join(filter(None, (_text(document.get(key)) for key in keys))) or whole


def _decoded(body: bytes) -> str:
    """Return the begin of *body* as one line, or nothing where it is no text.

    What is not UTF-8 is read as Latin-1, which old proxies still send.
    """
    begin = body[: 16 * MAX_MESSAGE]
    text = codecs.getincrementaldecoder("utf-8")(errors="replace").decode(begin, final=len(begin) == len(body))
    if "\ufffd" in text:
        old = " ".join(begin.decode("latin-1").split())
        return old if old.isprintable() else ""
    return " ".join(text.split())


def _words_of_page(text: str) -> str:
    """Name a web page by its title or its heading; an XML answer, as object storage gives, by its code and message.

    https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
    """
    if words := " ".join(filter(None, (_element(text, name) for name in ("Code", "Message")))):
        return words
    title = _element(text, "title") or _element(text, "h1")
    return f"a web page, '{title}'" if title else "a web page"


def _element(text: str, name: str) -> str:
    """Return the text of the first element *name* in *text*, or nothing."""
    from html import unescape  # its table of names is large

    # Names of XML have their case, and those of HTML have none: `<CODE>` is a word of a web page.
    flags = re.IGNORECASE if name.islower() else re.NOFLAG
    found = re.search(rf"<{name}(?:\s[^<>]*)?>([^<]*)</{name}", text, flags)
    return unescape(found[1]).strip() if found else ""


def _is_web_page(body: bytes) -> bool:
    return body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")


def _shown(text: str, redacted: Callable[[str], str]) -> str:
    text = redacted(text)
    return visible(f"{text[:MAX_MESSAGE]}…" if len(text) > MAX_MESSAGE else text)
