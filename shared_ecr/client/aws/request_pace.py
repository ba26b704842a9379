"""The pace of many read requests: a rate that is halved when AWS throttles, and then grows slowly again."""

import threading
import time
from collections.abc import Callable

# AWS publishes no rates for these actions (https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html
# lists those of pulls and pushes alone). Twenty a second leave room for deployments and pulls.
DEFAULT_RATE = 20.0
_SLOWEST = 0.5
# After a throttle the rate grows by a twentieth with each second that passes without another.
_GROWTH = 1.05
# botocore's names for "too many requests".
THROTTLING = frozenset(
    {
        "Throttling", "ThrottlingException", "ThrottledException", "RequestThrottled", "RequestThrottledException",
        "RequestLimitExceeded", "TooManyRequestsException", "SlowDown", "LimitExceededException",
    }
)  # fmt: skip


class RequestPace:
    """Spaces the requests of several threads; a rate of None does not space them."""

    def __init__(
        self,
        rate: float | None = DEFAULT_RATE,
        clock: Callable[[], float] = time.monotonic,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._wanted = self._rate = rate
        self._clock, self._pause = clock, pause
        self._lock = threading.Lock()
        self._next = 0.0
        self._grown = 0.0
        self.throttled = 0

    def wait(self) -> None:
        """Return when the next request may be sent."""
        with self._lock:
            if self._rate is None or self._wanted is None:
                return
            now = self._clock()
            self._grow(now)
            start = max(now, self._next)
            self._next = start + 1 / self._rate
        if start > now:
            self._pause(start - now)

    def slow_down(self, seconds: float = 0.0) -> None:
        """Halve the rate, and send nothing for *seconds*, which is what `Retry-After` says."""
        with self._lock:
            now = self._clock()
            self.throttled += 1
            rate = self._rate if self._rate is not None else DEFAULT_RATE
            self._wanted = self._wanted if self._wanted is not None else DEFAULT_RATE
            self._rate = max(_SLOWEST, rate / 2)
            self._grown = now
            self._next = max(self._next, now + seconds)

    def _grow(self, now: float) -> None:
        if self._rate is not None and self._wanted is not None and self._rate < self._wanted:
            self._rate = min(self._wanted, self._rate * _GROWTH ** (now - self._grown))
            self._grown = now


def watch(client: object, service: str, pace: RequestPace) -> None:
    """Slow *pace* down at each answer of *client* that is a throttle; botocore itself repeats the request."""

    def seen(response: object = None, **_: object) -> None:
        match response:
            case (answer, {"Error": {"Code": str() as code}}) if code in THROTTLING:
                pace.slow_down(_retry_after(answer))
            case _:
                return

    events = client.meta.events  # type: ignore[attr-defined]  # each client of botocore has it, and no type says so
    events.register(f"needs-retry.{service}", seen)


def _retry_after(answer: object) -> float:
    headers = getattr(answer, "headers", None) or {}
    text = str(headers.get("Retry-After") or headers.get("retry-after") or "")
    return float(text) if text.isdigit() else 0.0
