"""Wait for several scans at once, with one deadline for all of them."""

import time
from collections.abc import Callable, Hashable, Mapping
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from shared_ecr.client.scanning.watches import ScanWatch
from shared_ecr.findings.vulnerabilities.scans import ScanOutcome
from shared_ecr.records import record
from shared_ecr.text import counted

# botocore's waiter for the end of a basic scan asks as often.
SECONDS_BETWEEN_LOOKS = 5.0
KeyT = TypeVar("KeyT", bound=Hashable)


def _now() -> datetime:
    return datetime.now(UTC)


def _length(seconds: float) -> str:
    minutes = round(seconds / 60)
    return counted(minutes, "minute") if minutes > 1 else counted(round(seconds), "second")


def _pause(seconds: float) -> None:
    time.sleep(seconds)


@record
class ScanTimer:
    """The clocks and the pause, which can be others in tests."""

    seconds: Callable[[], float] = time.monotonic
    pause: Callable[[float], None] = _pause
    now: Callable[[], datetime] = _now


def wait_for_scans(
    watches: Mapping[KeyT, ScanWatch], wait: timedelta, said: Callable[[str], None], timer: ScanTimer
) -> dict[KeyT, ScanOutcome]:
    """Look at every scan until it has a result or *wait* is over; each is looked at once at least.

    Raises:
        RefusedError: AWS refuses a question.
        UnavailableError: AWS cannot be asked any more, for instance because the credentials have expired.
    """
    deadline = timer.seconds() + wait.total_seconds()
    outcomes: dict[KeyT, ScanOutcome] = {}
    shown = 0
    while True:
        for key, watch in watches.items():
            if key not in outcomes and (outcome := watch.look(timer.seconds())) is not None:
                outcomes[key] = outcome
        waiting = [key for key in watches if key not in outcomes]
        left = deadline - timer.seconds()
        if not waiting or left <= 0:
            return outcomes | {key: watches[key].at_deadline() for key in waiting}
        if len(waiting) != shown:
            shown = len(waiting)
            said(f"waiting for {counted(shown, 'scan')}, {_length(left)} at most")
        timer.pause(min(SECONDS_BETWEEN_LOOKS, left))
