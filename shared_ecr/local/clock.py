"""The clock of the embedded AWS, which can be set forward, so that a test need not wait for twelve hours."""

from datetime import UTC, datetime, timedelta


class Clock:
    """The time of day plus what it was advanced by."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def now(self) -> datetime:
        """Return the embedded AWS's time, in UTC."""
        return datetime.now(UTC) + self._ahead

    def advance(self, by: timedelta) -> None:
        """Set the clock forward, or backward with a negative number. The year 10000 is an OverflowError."""
        ahead = self._ahead + by
        _ = datetime.now(UTC) + ahead
        self._ahead = ahead
