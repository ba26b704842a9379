"""Many accounts at once: an organization, and a unit of it by its path."""

import re
from typing import Self

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import OrganizationId
from shared_ecr.records import record
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

# https://docs.aws.amazon.com/organizations/latest/APIReference/API_Root.html and API_OrganizationalUnit.html
_ROOT = LazyPattern(r"r-([0-9a-z]{4,32})")
_UNIT = LazyPattern(r"ou-([0-9a-z]{4,32})-[0-9a-z]{8,32}")
_GRAMMAR = "A path is o-ORGANIZATION/r-ROOT/ou-UNIT/, with further units below, and '*' at its end"
# https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
MAX_NESTED_UNITS = 5


@record(order=True)
class Organization:
    """Every principal of every account of an AWS Organization that its own IAM policies allow."""

    organization: OrganizationId

    def __str__(self) -> str:
        return f"organization {self.organization}"


@record(order=True)
class OrganizationalUnit:
    """Every principal of the accounts in one unit, which moves with the accounts that enter and leave it."""

    organization: OrganizationId
    root: str
    units: tuple[str, ...]
    """From the root down; the last one has the grant."""
    has_units_below: bool = True
    """Whether accounts in units below this unit are included."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a path as `aws:PrincipalOrgPaths` has it; refuse what would match no account, with the repair."""
        if text.startswith("ou-") and "/" not in text:
            raise _no_path(text, "It is the id of a unit, and a policy needs the whole path of the unit")
        if "//" in text:
            repaired = re.sub("/+", "/", text)
            raise _no_path(text, "It has an empty part, so that it matches no account", f"Write {quoted(repaired)}")
        parts = text.removesuffix("*").strip("/").split("/") if text != "*" else []
        if len(parts) > 1 and _UNIT.fullmatch(parts[1]):
            root = f"r-{parts[1].split('-')[1]}"
            repaired = "/".join((parts[0], root, *parts[1:], "*"))
            raise _no_path(text, "The part of the root is missing", f"Write {quoted(repaired)}")
        if not parts or not parts[0].startswith("o-") or (text.endswith("*") and not text.endswith("/*")):
            raise _no_path(text, _GRAMMAR)
        organization = OrganizationId.parse(parts[0])
        return cls.of(organization, *parts[1:2], units=tuple(parts[2:]), has_units_below=text.endswith("*"))

    @classmethod
    def of(
        cls, organization: OrganizationId, root: str = "", *, units: tuple[str, ...], has_units_below: bool = True
    ) -> Self:
        """Check the ids on the way down: of the right kinds, all of one root, at least one unit."""
        root_id = _ROOT.fullmatch(root)
        if not root_id:
            what = f"{quoted(root)} is not the root of an organization" if root else "the path has no root"
            raise _fault(what, "A root is 'r-' and 4 to 32 lower-case letters or digits")
        if not units:
            raise _fault(f"{quoted(root)} is the whole organization", "", "Write 'organization', or name a unit")
        if len(units) > MAX_NESTED_UNITS:
            raise _fault(f"the path is {len(units)} units deep", f"They are at most {MAX_NESTED_UNITS} deep")
        for unit in units:
            unit_id = _UNIT.fullmatch(unit)
            if not unit_id:
                why = "A unit is 'ou-', the letters of its root, '-' and 8 to 32 lower-case letters or digits"
                raise _fault(f"{quoted(unit)} is not an organizational unit", why)
            if unit_id[1] != root_id[1]:
                raise _fault(f"{quoted(unit)} is a unit of the root r-{unit_id[1]}, not of {root}", "")
        return cls(organization, root, units, has_units_below)

    @property
    def pattern(self) -> str:
        """The value for `aws:PrincipalOrgPaths`, whose own values end in a slash."""
        return "/".join((str(self.organization), self.root, *self.units, "*" if self.has_units_below else ""))

    def __str__(self) -> str:
        return f"organizational unit {self.pattern}"


def _no_path(text: str, why: str, fix: str = "") -> InvalidValueError:
    return _fault(f"{quoted(text)} is not the path of an organizational unit", why, fix)


def _fault(what: str, why: str, fix: str = "") -> InvalidValueError:
    fix = fix or "Write it like 'o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*'"
    return InvalidValueError(what, why=why, fix=fix, code="org-path")
