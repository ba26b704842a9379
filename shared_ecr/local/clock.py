"""The clock of the embedded AWS, which may be put forward so that twelve hours need not be waited for."""

from datetime import UTC, datetime, timedelta


class Clock:
    """The time of day plus what it was advanced by."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        """Return the embedded AWS's time, in UTC."""
        return datetime.now(UTC) + self._ahead

    def advance(self, by: timedelta) -> None:
        """Put the clock forward; backward is possible and of no known use. Refuse, by OverflowError, the year 10000."""
        ahead = self._ahead + by
        _ = datetime.now(UTC) + ahead
        self._ahead = ahead
