"""Findings that are accepted, for a time and with a reason, and which acceptances count.

An acknowledgement counts from the previous side: an acknowledgement in the same change does not accept its finding,
because the author of a change would then decide about it alone (docs/adr/0021-acknowledgements-count-from-before.md).
"""

from collections.abc import Iterable
from datetime import date, timedelta

from shared_ecr.records import record
from shared_ecr.text.patterns import LazyPattern

# After a year, the reason must be checked again.
AT_MOST = timedelta(days=366)
# What a declaration says of a repository that it deletes with a reason, in place of the code of a finding.
ON_REMOVAL = "on_removal"
# What it says of a repository that has no lifecycle policy, with a reason.
NO_LIFECYCLE = "no_lifecycle"
_UNTIL_REMOVED = frozenset({ON_REMOVAL, NO_LIFECYCLE})
# One decision that several findings need: the first change makes a removal easier, and the template shows it.
_ALSO = {
    "removal-weakened": frozenset({"removal-empties", "removal-deletes"}),
    "removal-empties": frozenset({"removal-weakened", "removal-deletes"}),
    ON_REMOVAL: frozenset({"removal-weakened", "removal-empties", "removal-deletes", "repository-deleted"}),
    NO_LIFECYCLE: frozenset({"lifecycle-missing"}),
}
Place = tuple[str | None, str | None]
"""The account and the Region of a finding; None where no document says it."""
ANYWHERE: Place = (None, None)
_UNTIL = LazyPattern(r"\buntil (?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})\.?\s*$")


@record(order=True)
class Acknowledgement:
    """One finding accepted until a day; after it the finding blocks again."""

    code: str
    """The finding's code, such as `access-widened`."""
    repository: str | None
    """The repository it is accepted for; None for every one."""
    reason: str
    until: date
    """The last day on which it counts; `date.min` where it names none, and so never counts."""
    accounts: tuple[str, ...] = ()
    """The accounts that it is for; empty where it is for any, as beside a resource, which is in one."""
    region: str = ""
    """The Region that it is for; empty where it is for any."""

    @classmethod
    def in_metadata(cls, code: str, reason: str) -> "Acknowledgement":
        """Return what the metadata of a resource accepts, with its last day at the end of *reason*.

        The reasons of `on_removal` and of `lifecycle: {none: true}` are the exception: each explains a key of the
        declaration, and holds until that is removed.
        """
        if code in _UNTIL_REMOVED:
            return cls(code, None, reason, date.max)
        match = _UNTIL.search(reason)
        try:
            until = date.fromisoformat(match["day"]) if match else date.min
        except ValueError:
            until = date.min
        return cls(code, None, reason, until)

    @property
    def has_day(self) -> bool:
        """Whether it names its last day."""
        return self.until != date.min

    @property
    def holds_until_removed(self) -> bool:
        """Whether it is the reason of a key of the declaration, which names no day."""
        return self.code in _UNTIL_REMOVED

    def is_about(self, code: str, repository: str | None, place: Place = ANYWHERE) -> bool:
        """Whether it accepts a finding of *code* at *repository* in *place*, if it counts at all.

        A finding whose account or Region is not known can be in the one that is named.
        """
        account, region = place
        is_there = account in {None, *(self.accounts or (account,))} and region in {None, self.region or region}
        return is_there and code in {self.code, *_ALSO.get(self.code, ())} and self.repository in {None, repository}

    def faults(self, today: date) -> str:
        """Return why it does not count *today*, as a sentence; empty where it does."""
        if self.holds_until_removed:
            return ""
        if not self.has_day:
            return "Its acknowledgement does not count: end the reason with its last day, 'until YYYY-MM-DD'"
        if not any(letter.isalnum() for letter in _UNTIL.sub("", self.reason)):
            return "Its acknowledgement does not count: write a reason in front of its last day"
        if today > self.until:
            return f"Its acknowledgement does not count: it ended on {self.until}"
        if self.until - today > AT_MOST:
            return f"Its acknowledgement does not count: {self.until} is more than a year ahead"
        return ""


@record
class Acceptance:
    """Whether a finding is accepted, and by what."""

    acknowledgement: Acknowledgement | None = None
    is_new: bool = False
    """Whether the acknowledgement comes with the change that it accepts."""
    refused: str = ""
    """Why an acknowledgement of the finding does not count, as a sentence; empty where there is none."""


@record
class Acknowledgements:
    """The acknowledgements of both sides."""

    written: tuple[Acknowledgement, ...] = ()
    """Those of the new side, or of the only one."""
    previous: tuple[Acknowledgement, ...] | None = None
    """Those of the previous side; None where there is no previous side, so that nothing can come with a change."""
    accepts_new: bool = False
    """Whether one that comes with the change counts too."""
    unknown_before: str = ""
    """Why the acknowledgements of the previous side are not known, as a sentence; empty where they are."""

    def also(
        self, written: Iterable[Acknowledgement], previous: Iterable[Acknowledgement] | None
    ) -> "Acknowledgements":
        """Return these and others, such as those beside one resource."""
        has_previous = self.previous is not None or previous is not None
        both = (*(self.previous or ()), *(previous or ())) if has_previous else None
        return Acknowledgements((*self.written, *written), both, self.accepts_new, self.unknown_before)

    def accepting(self, code: str, repository: str | None, today: date, place: Place = ANYWHERE) -> Acceptance:
        """Return whether a finding of *code* at *repository* in *place* is accepted *today*."""
        written = [each for each in self.written if each.is_about(code, repository, place)]
        before = written if self.previous is None else self.previous
        previous = [each for each in before if each.is_about(code, repository, place)]
        if counting := next((each for each in previous if not each.faults(today)), None):
            return Acceptance(counting)
        new = next((each for each in written if not each.faults(today)), None)
        if new is None:
            return Acceptance(refused=next((each.faults(today) for each in (*written, *previous)), ""))
        if self.accepts_new:
            return Acceptance(new, is_new=True)
        why = self.unknown_before or "An acknowledgement counts from the previous side"
        return Acceptance(is_new=True, refused=f"It is acknowledged by this change itself ({new.reason}). {why}")
