"""Findings that somebody has read and accepts, for a time and with a reason."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, order=True)
class Acknowledgement:
    """One finding accepted until a day; after it the finding blocks again."""

    code: str
    """The finding's code, such as `access-widened`."""
    repository: str | None
    """The repository it is accepted for; None for every one."""
    reason: str
    until: date
    """The last day on which it counts."""

    def covers(self, code: str, repository: str | None, today: date) -> bool:
        """Whether a finding of *code* at *repository* is accepted *today*."""
        return self.code == code and self.repository in {None, repository} and today <= self.until


def covering(
    acknowledged: Iterable[Acknowledgement], code: str, repository: str | None, today: date
) -> Acknowledgement | None:
    """Return the acknowledgement that accepts a finding *today*, or None: then it blocks."""
    return next((each for each in acknowledged if each.covers(code, repository, today)), None)
