"""What is tried again, how often and after which pause: exponential back-off, full jitter, `Retry-After` obeyed.

The pauses come from outside (`RetryBudget.sleep`), so that a stop ends them and a test does not wait.
"""

import threading
import time
from collections.abc import Callable

from shared_ecr.findings.errors import UnavailableError
from shared_ecr.model.names import RegistryHost
from shared_ecr.records import record

# The set of go-containerregistry, which ECR's users have run against it for years.
TRANSIENT_STATUSES = frozenset({408, 429, 500, 502, 503, 504})
THROTTLED = 429


class TransientError(Exception):
    """One try failed in a way that another may not; caught where the step can be repeated, never shown."""

    def __init__(
        self, what: str, *, status: int | None = None, retry_after: float | None = None, was_silent: bool = False
    ) -> None:
        self.what, self.status, self.retry_after, self.was_silent = what, status, retry_after, was_silent
        super().__init__(what)

    @property
    def answer_was_lost(self) -> bool:
        """Whether the registry may have done what it was asked, and could not say so."""
        return self.status != THROTTLED


def _chance() -> float:
    """Draw between 0 and 1."""
    import random

    return random.random()  # noqa: S311 — it spreads pauses, and is not a secret


@record
class RetryBudget:
    """How often and how long one step may be tried; times are in seconds."""

    sleep: Callable[[float], object] = time.sleep
    tries: int = 5
    throttled_tries: int = 11
    """PutImage allows ten manifests a second for all callers of an account together: a fleet has to queue."""
    silent_tries: int = 3
    """A try that ends in silence has taken a minute or two already."""
    longest_total_wait: float = 120.0
    first_wait: float = 0.5
    longest_wait: float = 20.0
    chance: Callable[[], float] = _chance
    clock: Callable[[], float] = time.monotonic


class RetryState:
    """The tries of one step against one registry."""

    def __init__(self, patience: RetryBudget, host: RegistryHost, step: str) -> None:
        """Begin; *step* says what the registry is asked to do: `store the manifest 1.0 in team/app`."""
        self._patience, self._host, self._step = patience, host, step
        self._failures = 0
        self._waited = 0.0

    def is_last(self, error: TransientError) -> bool:
        """Whether the try that ended in *error* is the last one."""
        patience = self._patience
        allowed = patience.throttled_tries if error.status == THROTTLED else patience.tries
        return self._failures + 1 >= (patience.silent_tries if error.was_silent else allowed)

    def failed(self, error: TransientError) -> None:
        """Wait before the next try.

        Raises:
            UnavailableError: this was the last try, or the registry asks for more time than there is.
        """
        patience = self._patience
        wait = min(patience.longest_wait, patience.first_wait * 2.0**self._failures) * patience.chance()
        if error.retry_after is not None:
            wait = max(error.retry_after, 0.0)
        is_last = self.is_last(error)
        self._failures += 1
        if is_last:
            raise self._given_up(error) from error
        if self._waited + wait > patience.longest_total_wait:
            raise self._given_up(error, f", as the next would have to wait {wait:.0f} s") from error
        self._waited += wait
        patience.sleep(wait)

    def _given_up(self, error: TransientError, why: str = "") -> UnavailableError:
        what = f"{self._host} failed to {self._step}: {error.what}"
        return UnavailableError(f"{what}; gave up after {self._failures} tries{why}")


class RateLimit:
    """Allows at most *count* requests in any second, over all threads."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._moments: list[float] = []
        self._lock = threading.Lock()

    def wait(self, patience: RetryBudget) -> None:
        """Return when another request is allowed; the clock is the caller's, and the caller's stop ends the pause."""
        with self._lock:
            now = patience.clock()
            # Moments in the future are kept too: a thread waits for each of them.
            self._moments = [moment for moment in self._moments if moment > now - 1.0]
            is_full = len(self._moments) >= self._count
            mine = max(now, self._moments[-self._count] + 1.0) if is_full else now
            self._moments.append(mine)
        if mine > now:
            patience.sleep(mine - now)


def seconds_to_wait(retry_after: str | None, now: Callable[[], float] = time.time) -> float | None:
    """Read a `Retry-After`, which is a number of seconds or a date; None where it is absent or neither."""
    if retry_after is None:
        return None
    text = retry_after.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    # Few registries answer with a date; the import takes as long as a request.
    from email.utils import parsedate_to_datetime

    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now())
    except (ValueError, TypeError, OverflowError):
        return None
