"""A time axis: where a time is between left and right, and which days are worth a mark."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from shared_ecr.records import record

_MARKS_AT_MOST = 10
_STEPS_IN_MONTHS = (1, 2, 3, 6, 12, 24, 60)
_STEPS_IN_DAYS = (1, 2, 7, 14)


@record
class Axis:
    """Times from *first* to *last* over the pixels from *left* to *right*."""

    first: datetime
    last: datetime
    left: float
    right: float

    def x(self, time: datetime) -> float:
        """Return where *time* is; times outside are at the ends."""
        length = (self.last - self.first).total_seconds()
        part = (time - self.first).total_seconds() / length if length else 1.0
        return self.left + (self.right - self.left) * min(max(part, 0.0), 1.0)

    def marks(self) -> Iterator[tuple[float, str]]:
        """Yield a handful of places with their days: days, weeks, months or years, whatever the length asks for."""
        length = self.last - self.first
        for days in _STEPS_IN_DAYS:
            if length / timedelta(days=days) <= _MARKS_AT_MOST:
                yield from ((self.x(day), f"{day:%-d %b}") for day in self._days(days))
                return
        months = length / timedelta(days=30.44)
        step = next((step for step in _STEPS_IN_MONTHS if months / step <= _MARKS_AT_MOST), _STEPS_IN_MONTHS[-1])
        for month in self._months(step):
            yield self.x(month), f"{month:%b %Y}" if month.month == 1 or step > 1 else f"{month:%b}"

    def _days(self, step: int) -> Iterator[datetime]:
        day = self.first.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        while day <= self.last:
            yield day
            day += timedelta(days=step)

    def _months(self, step: int) -> Iterator[datetime]:
        start = self.first.astimezone(UTC)
        number = start.year * 12 + start.month
        number += -number % step
        while (month := datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)) <= self.last:
            yield month
            number += step
