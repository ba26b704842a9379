"""When an answer about a scan is a result, for each kind of scanning.

basic       until COMPLETE; a scan that does not exist, or is older than a day, is started
enhanced    until ACTIVE, or COMPLETE where images are scanned on push alone, and then until there are findings or
            two looks a while apart that are equal: COMPLETE and ACTIVE come before the findings do
            (https://github.com/aws/aws-sdk/issues/289)
"""

from datetime import UTC, datetime, timedelta
from typing import Protocol, assert_never

from shared_ecr.client.scanning.looks import ScanLook, StartedScan
from shared_ecr.findings.vulnerabilities.scans import CompletedScan, MissingScan, ScanOutcome, UnfinishedScan
from shared_ecr.findings.vulnerabilities.statuses import BASIC_DONE, CONTINUOUS, ScanProgress, meaning_of
from shared_ecr.model.settings.scanning import ScanFrequency
from shared_ecr.records import field, record
from shared_ecr.text import visible

# The time between two equal looks without findings, after which none are expected.
SETTLED_AFTER_SECONDS = 15.0
# ECR starts one basic scan of an image in this time, and vulnerabilities become known daily.
RESCAN_AFTER = timedelta(hours=24)


class ScanSource(Protocol):
    """What a watch asks; `looks.ScanClient` is the one of AWS."""

    def look(self) -> ScanLook | None:
        """Return what is known of the scan now; None where there is no scan."""
        ...

    def start(self) -> StartedScan:
        """Start a scan, or say why none is started."""
        ...


class ScanWatch(Protocol):
    """Looks at one scan until it has a result."""

    def look(self, now: float) -> ScanOutcome | None:
        """Ask once, at *now* of a clock that counts seconds; None where a later look can say more."""
        ...

    def at_deadline(self) -> ScanOutcome:
        """Return what is known where no time is left."""
        ...


@record(frozen=False)
class BasicScanWatch:
    """Watches a scan that ECR does itself."""

    source: ScanSource
    today: datetime
    _is_started: bool = False
    _is_limited: bool = False
    """Whether ECR starts no scan today."""
    _replaced: ScanLook | None = None
    """The scan that a started one replaces."""
    _last: ScanLook | None = None

    def look(self, now: float) -> ScanOutcome | None:
        """Ask once; start a scan where there is none, or an old one."""
        del now  # a basic scan has a last status, so that no time between looks matters
        self._last = found = self.source.look()
        if found is None:
            return None if self._is_started or self._is_limited else self._start(None)
        meaning = meaning_of(found.status)
        match meaning.progress:
            case ScanProgress.RUNNING:
                return None
            case ScanProgress.NOT_SCANNED:
                return _missing(meaning.why, found)
            case ScanProgress.DONE if found.status != BASIC_DONE:
                why = f"its status {found.status} is not one of basic scanning, which the registry is configured for"
                return MissingScan(why)
            case ScanProgress.DONE:
                return self._completed(found)
            case _:
                assert_never(meaning.progress)

    def at_deadline(self) -> ScanOutcome:
        """Say how far the scan was; where none appears and none can be started, there is none."""
        if self._last is None and self._is_limited:
            return MissingScan("ECR has no scan of it, and starts none today: the limit of scans is reached")
        return _unfinished(self._last)

    def _completed(self, found: ScanLook) -> ScanOutcome | None:
        if found.is_contradictory:
            return None
        if self._is_started:
            # The answer can be the earlier one for a moment.
            is_earlier = self._replaced is not None and found.completed_at == self._replaced.completed_at
            return None if is_earlier else _result(found)
        if found.completed_at is None or self.today - found.completed_at > RESCAN_AFTER:
            return self._start(found)
        return _result(found)

    def _start(self, earlier: ScanLook | None) -> ScanOutcome | None:
        """Start a scan; *earlier* is the result that it replaces."""
        started = self.source.start()
        match started:
            case StartedScan.STARTED:
                self._is_started = True
                self._replaced = earlier
                return None
            case StartedScan.LIMITED if earlier is not None:
                return _result(earlier, "ECR starts no other scan today, so this result can be old")
            case StartedScan.LIMITED:
                # The scan of the push counts too, and can be known to ECR before it is shown.
                self._is_limited = True
                return None
            case StartedScan.UNSUPPORTED:
                return MissingScan("basic scanning does not support the type of the image")
            case StartedScan.ARCHIVED:
                return MissingScan("the image is archived, and archived images are not scanned")
            case _:
                assert_never(started)


@record(frozen=False)
class EnhancedScanWatch:
    """Watches what Inspector does."""

    source: ScanSource
    frequency: ScanFrequency | None = None
    """None where the caller stated the kind of scanning, so that the frequency is not known."""
    settled_after: float = field(default_factory=lambda: SETTLED_AFTER_SECONDS)
    _last: ScanLook | None = None
    _equal_since: float = 0.0

    def look(self, now: float) -> ScanOutcome | None:
        """Ask once; a look without findings is a result only where it equals one of a while ago."""
        found, earlier = self.source.look(), self._last
        self._last = found
        if found is None:
            return None
        if found != earlier:
            self._equal_since = now
        meaning = meaning_of(found.status)
        match meaning.progress:
            case ScanProgress.RUNNING:
                return None
            case ScanProgress.NOT_SCANNED:
                return _missing(meaning.why, found)
            case ScanProgress.DONE:
                return _result(found) if self._is_settled(found, now) else None
            case _:
                assert_never(meaning.progress)

    def at_deadline(self) -> ScanOutcome:
        """Say how far the scan was; that Inspector knows no scan of the image is not a scan that runs."""
        if self._last is None:
            return MissingScan("Inspector has no scan of it")
        return _unfinished(self._last)

    def _is_settled(self, found: ScanLook, now: float) -> bool:
        if found.is_contradictory:
            return False
        if found.enhanced:
            return True
        if found.status != CONTINUOUS and self.frequency is ScanFrequency.CONTINUOUS_SCAN:
            # COMPLETE without Inspector's findings is the answer of a basic scan from before.
            return False
        return now - self._equal_since >= self.settled_after


def _result(found: ScanLook, note: str = "") -> CompletedScan:
    at = found.completed_at.astimezone(UTC) if found.completed_at else None
    return CompletedScan(found.vulnerabilities, at, note)


def _missing(why: str, found: ScanLook) -> MissingScan:
    said = visible(" ".join(found.description.split())).rstrip(".")
    return MissingScan(f"{why} ({found.status}{f': {said}' if said else ''})")


def _unfinished(last: ScanLook | None) -> UnfinishedScan:
    if last is None:
        return UnfinishedScan("ECR does not show the scan yet")
    if last.is_contradictory:
        listed = len(last.vulnerabilities) or "none"
        return UnfinishedScan(f"ECR counts {last.counted} findings and lists {listed} yet")
    if meaning_of(last.status).progress is ScanProgress.DONE:
        return UnfinishedScan(f"the scan is {last.status}, and its findings can still follow")
    return UnfinishedScan(f"the scan is {last.status}")
