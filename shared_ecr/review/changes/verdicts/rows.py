"""One row of the table: what it means that a property is added, changed or removed."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeAlias

from shared_ecr.records import record

# The finding of changes that only the table judges.
LISTED = "property-changed"


class ChangeEffect(StrEnum):
    """The worst effect of a change."""

    DANGEROUS = "dangerous"
    """Images are lost, or can no longer be pulled."""
    LOSES = "loses"
    """A protection, a copy, a scan or a signature is lost."""
    WIDENS = "widens"
    """Principals gain access, or tags can be moved."""
    REFUSED = "refused"
    """AWS refuses the update."""
    HARMLESS = "harmless"


@record
class Verdict:
    """What one direction of a change means."""

    effect: ChangeEffect
    codes: tuple[str, ...] = ()
    """The findings that report it; each appears where the values are such that the effect occurs."""
    why: str = ""
    """Why it is harmless; of what only the table judges, why it matters."""

    @property
    def is_listed(self) -> bool:
        """Whether no rule but the table judges it."""
        return self.codes == (LISTED,)


@record
class PropertyRow:
    """What each direction of a change of one property means."""

    added: Verdict
    """The property is written where it was not, or a list has one more of it."""
    changed: Verdict
    removed: Verdict


Rows: TypeAlias = Mapping[str, PropertyRow]
"""By path: `Tags[].Key` is the key of each tag."""


def dangerous(*codes: str) -> Verdict:
    """Return the verdict on a change by which images are lost; *codes* report it."""
    return Verdict(ChangeEffect.DANGEROUS, codes)


def loses(*codes: str) -> Verdict:
    """Return the verdict on a change by which a protection is lost; *codes* report it."""
    return Verdict(ChangeEffect.LOSES, codes)


def widens(*codes: str) -> Verdict:
    """Return the verdict on a change by which access can be gained; *codes* report it."""
    return Verdict(ChangeEffect.WIDENS, codes)


def refused(*codes: str) -> Verdict:
    """Return the verdict on a change that AWS refuses; *codes* report it."""
    return Verdict(ChangeEffect.REFUSED, codes)


def harmless(why: str) -> Verdict:
    """Return the verdict on a change that takes nothing away and gives no access."""
    return Verdict(ChangeEffect.HARMLESS, why=why)


def listed(effect: ChangeEffect, why: str) -> Verdict:
    """Return a verdict that no rule but the table gives."""
    return Verdict(effect, (LISTED,), why)


def always(verdict: Verdict) -> PropertyRow:
    """Return a row with one verdict on every direction."""
    return PropertyRow(verdict, verdict, verdict)


ONE_VALUE = always(harmless("ECR accepts only one value"))
"""The row of a property that has one value."""
