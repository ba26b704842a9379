"""The bytes of an answer as HTTP/1.1: its head, and where its body ends; llhttp, the parser of Node.js, reads them.

Interim answers (`100 Continue`, `103 Early Hints`) are skipped.
https://www.rfc-editor.org/rfc/rfc9112, https://www.rfc-editor.org/rfc/rfc9110#section-15.2
"""

from collections.abc import Iterator

import httptools

from shared_ecr.client.http.timed_reader import MAX_HEAD_BYTES, TimedReader
from shared_ecr.text import visible

PART = 64 * 1024
MAX_HEADERS = 100
# It ends the use of HTTP on a connection and is not an interim answer; nothing here asks for it.
_SWITCHING, OK, NO_CONTENT, NOT_MODIFIED = 101, 200, 204, 304
_LONGEST_QUOTE = 60
# A chunk of one byte has its size and two line ends, and a proxy may add extensions.
_OVERHEAD_OF_ONE = 16


class InvalidHttpError(Exception):
    """What came is not an answer as HTTP demands; the text completes `it does not answer as HTTP demands:`."""


class BrokenOffError(ConnectionError):
    """The connection ended before the answer did."""


class ParsedResponse:
    """One answer while it is read."""

    def __init__(self, reader: TimedReader, *, to_head: bool) -> None:
        """Read the head; *to_head*: it answers a HEAD, which has no body whatever its headers say.

        Raises:
            InvalidHttpError: it is not HTTP/1.0 or HTTP/1.1, or it contradicts itself.
            BrokenOffError: the connection ended.
            SlowAnswerError: it takes too long.
            OSError: the connection broke, or nothing came in time.
        """
        self.status, self.reason, self.headers, self._version = 0, "", list[tuple[str, str]](), ""
        self._reader, self._to_head = reader, to_head
        self._has_head = self._is_whole = self._has_excess = False
        self._parts: list[bytes] = []
        self._overhead = 0
        self._parser = httptools.HttpResponseParser(self)
        # RFC 9112, 2.2 allows a line to end in LF alone, and small servers do that.
        # Old servers write the size of a chunk with spaces behind it.
        self._parser.set_dangerous_leniencies(
            lenient_optional_cr_before_lf=True, lenient_data_after_close=True, lenient_spaces_after_chunk_size=True
        )
        self._read_head()
        reader.begin_body()
        self._left = self._length()

    def header(self, name: str) -> str | None:
        """Return a header's value, whatever the case of *name*; values of several are joined by commas."""
        values = self.values(name)
        return ", ".join(values) if values else None

    def values(self, name: str) -> list[str]:
        """Return every value of a header that may come more than once."""
        wanted = name.lower()
        return [value for each, value in self.headers if each == wanted]

    def limit_body(self) -> None:
        """Give all of the body one short time, as it is not a layer."""
        self._reader.limit_body()

    @property
    def is_whole(self) -> bool:
        """Whether all of the body has been read."""
        return self._is_whole

    @property
    def may_be_followed(self) -> bool:
        """Whether the connection can be used for another request, now that all of this answer has been read."""
        tokens = {token.strip().lower() for token in (self.header("connection") or "").split(",")}
        is_kept = "keep-alive" in tokens if self._version == "1.0" else "close" not in tokens
        return is_kept and self._is_whole and not self._has_excess and self.status != _SWITCHING

    def body(self, size: int) -> Iterator[bytes]:
        """Yield the body: in parts of *size* bytes where its length is known, else as it comes."""
        while not self._is_whole or self._parts:
            if self._parts:
                yield self._parts.pop(0)
            elif self._left is None:
                self._feed_more()
            else:
                # Its end is known, so the parser need not copy it.
                part = self._gathered(min(size, self._left))
                self._is_whole = not self._left
                yield part

    def _feed_more(self) -> None:
        part = self._reader.read(PART)
        if part:
            try:
                self._feed(part)
            except httptools.HttpParserError as error:
                raise InvalidHttpError(visible(str(error))) from error
            self._limit_overhead(len(part), sum(map(len, self._parts)))
        elif self.header("transfer-encoding") is None:
            # Without a length, the end of the connection is the end of the body.
            self._is_whole = self._has_excess = True
        else:
            raise BrokenOffError

    def _limit_overhead(self, came: int, of_body: int) -> None:
        """Bound what comes between the chunks and behind them: an endless trailer would never be a part of the body."""
        self._overhead = max(0, self._overhead + came - (1 + _OVERHEAD_OF_ONE) * of_body)
        if self._overhead > MAX_HEAD_BYTES:
            raise InvalidHttpError(f"over {MAX_HEAD_BYTES} bytes came that are not of the body")

    def _gathered(self, size: int) -> bytes:
        """Read *size* bytes; TLS brings sixteen kilobytes at a time, which are too few for each step that follows."""
        assert self._left is not None  # noqa: S101 — the caller looks, for the type checker
        parts, missing = [], size
        while missing:
            parts.append(self._read(missing))
            missing -= len(parts[-1])
        self._left -= size
        return b"".join(parts)

    def _read(self, size: int) -> bytes:
        part = self._reader.read(size)
        if not part:
            raise BrokenOffError
        return part

    def _read_head(self) -> None:
        head = b""
        while True:
            part = self._read(PART)
            head += part
            try:
                self._feed(part)
            except httptools.HttpParserError as error:
                raise InvalidHttpError(_fault(head, error)) from error
            if len(self.headers) > MAX_HEADERS:
                raise InvalidHttpError(f"got more than {MAX_HEADERS} headers")
            if self._has_head:
                break
        if not self._version.startswith("1."):
            raise InvalidHttpError(f"it speaks 'HTTP/{self._version}'")

    def _feed(self, part: bytes) -> None:
        try:
            self._parser.feed_data(part)
        except httptools.HttpParserUpgrade:
            self._is_whole = True
        except httptools.HttpParserError:
            if not self._has_head or not (self._to_head or self._is_whole):
                raise
            # What follows an answer that is whole is no concern of it; the connection is not used again.
            self._has_excess = True

    def _length(self) -> int | None:
        """Return how many bytes of the body are still to come; None where only the parser or the end can say."""
        if self._to_head or self.status in {_SWITCHING, NO_CONTENT, NOT_MODIFIED}:
            self._has_excess = self._has_excess or bool(self._parts)
            self._parts, self._is_whole = [], True
        if self._is_whole or self.header("transfer-encoding") is not None:
            return None
        length = self.header("content-length")
        if length is None:
            return None
        left = int(length) - sum(map(len, self._parts))
        self._is_whole = not left
        return left

    # What the parser calls.

    def on_message_begin(self) -> None:
        """Begin another answer: the one before was an interim one, or this is what nothing asked for."""
        if self._has_head:
            self._has_excess = True
        else:
            self.headers, self.reason = [], ""

    def on_status(self, reason: bytes) -> None:
        """Take the reason of the status line."""
        if not self._has_head:
            self.reason += reason.decode("latin-1")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take one header; those behind a body are not looked at."""
        if not self._has_head:
            # Spaces behind a value are not a part of it. https://www.rfc-editor.org/rfc/rfc9112#section-5
            self.headers.append((name.decode("latin-1").lower(), value.decode("latin-1").strip(" \t")))

    def on_headers_complete(self) -> None:
        """Take the status."""
        status = self._parser.get_status_code()
        is_interim = status < OK and status != _SWITCHING
        if not self._has_head and not is_interim:
            self.status, self._has_head, self._version = status, True, self._parser.get_http_version()

    def on_body(self, part: bytes) -> None:
        """Take a part of the body."""
        if self._has_excess or self._is_whole:
            self._has_excess = True
        else:
            self._parts.append(part)

    def on_message_complete(self) -> None:
        """Note the end of the answer."""
        self._is_whole = self._has_head


def _fault(content: bytes, error: Exception) -> str:
    """Name what is wrong in what came, better than the parser does."""
    first, *others = content.decode("latin-1").split("\n")
    version, _, status = first.rstrip("\r").partition(" ")
    if not version.startswith("HTTP/") or (version.startswith("HTTP/1.") and not status[:3].isdigit()):
        return f"it begins with {_quoted(first)}"
    if not version.startswith("HTTP/1."):
        return f"it speaks {_quoted(version)}"
    lengths = [line.partition(":")[2] for line in others if line.lower().startswith("content-length:")]
    if lengths and "ontent-" in str(error):
        return f"its Content-Length is {' and '.join(map(_quoted, lengths))}"
    return visible(str(error))


def _quoted(text: str) -> str:
    return f"'{visible(text.strip()[:_LONGEST_QUOTE])}'"
