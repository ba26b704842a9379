"""A scan whose answers a test writes, and a clock that does not wait."""

from datetime import UTC, datetime, timedelta

from shared_ecr.client.scanning.looks import ScanLook, StartedScan
from shared_ecr.client.scanning.running import ScanTimer, wait_for_scans
from shared_ecr.client.scanning.watches import ScanWatch
from shared_ecr.findings.vulnerabilities.scans import ScanOutcome

NOW = datetime(2026, 11, 30, tzinfo=UTC)


class ScriptedScan:
    """A scan with its looks one after the other, the last one for good."""

    def __init__(self, *shown: ScanLook | None, start: StartedScan = StartedScan.STARTED) -> None:
        self.shown, self._start = list(shown), start
        self.seen: list[ScanLook | None] = []
        self.starts = 0

    def look(self) -> ScanLook | None:
        """Answer the next look."""
        self.seen.append(self.shown.pop(0) if len(self.shown) > 1 else self.shown[0])
        return self.seen[-1]

    def start(self) -> StartedScan:
        """Answer a start."""
        self.starts += 1
        return self._start


def outcome_of(watch: ScanWatch, seconds: float) -> ScanOutcome:
    """Wait *seconds* of a clock of its own."""
    clock = [0.0]

    def pause(length: float) -> None:
        clock[0] += length

    timer = ScanTimer(lambda: clock[0], pause, lambda: NOW)
    return wait_for_scans({"scan": watch}, timedelta(seconds=seconds), lambda _: None, timer)["scan"]
