"""What a fake registry does wrong on purpose, as values: where, how often, what."""

import re
from dataclasses import dataclass, field
from threading import Event


@dataclass(frozen=True)
class Reply:
    """Answer this instead, after reading the request, and do nothing."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


@dataclass(frozen=True)
class Reset:
    """Break the connection hard after so many bytes of the body (all of them: None), and do nothing."""

    after_bytes: int | None = 0


@dataclass(frozen=True)
class LoseAnswer:
    """Do what was asked, and break the connection instead of saying so."""


@dataclass(frozen=True)
class CutAnswer:
    """Announce the whole answer and break the connection after so many bytes of it."""

    after_bytes: int


@dataclass(frozen=True)
class Hold:
    """Show `reached`, then wait for `go` before the request is looked at."""

    reached: Event
    go: Event


@dataclass(frozen=True)
class Drain:
    """Take a blob of any size and keep nothing of it but its digest."""


Action = Drain | Reply | Reset | LoseAnswer | CutAnswer | Hold


@dataclass
class Fault:
    """An action for the requests of one kind: `times` of them, after the first `after`."""

    method: str
    """Empty for any."""
    path: str
    """A regular expression that is searched in path and query."""
    action: Action
    times: int = 1
    after: int = 0
    fired: int = field(default=0, init=False)

    def applies(self, method: str, path: str) -> bool:
        """Whether it is this request's turn; counts it."""
        if (self.method and method != self.method) or not re.search(self.path, path):
            return False
        if self.after > 0:
            self.after -= 1
            return False
        if self.fired >= self.times:
            return False
        self.fired += 1
        return True


EXPIRED = Reply(403, (("Content-Type", "text/plain"),), b"Your Authorization Token has expired. Please run again.")
THROTTLED = Reply(429, (), b'{"errors":[{"code":"TOOMANYREQUESTS","message":"Rate exceeded"}]}')
