"""The identifiers of accounts and organizations."""

import re
from typing import Self

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.records import record
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

ACCOUNT_DIGITS = 12
ACCOUNT_ID = LazyPattern(r"[0-9]{12}")
# The id of an account within another text, such as an ARN or the value of a condition.
ACCOUNT_ID_IN_TEXT = LazyPattern(r"(?<![0-9])[0-9]{12}(?![0-9])")
_SEPARATED = LazyPattern(r"[0-9][0-9 _.-]*[0-9]")
# https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html
_ORGANIZATION = LazyPattern(r"o-[a-z0-9]{10,32}")


@record(order=True)
class AccountId:
    """The twelve digits of an AWS account, kept as text: a leading zero is part of it."""

    digits: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an account id; refuse separators and any other number of digits, naming the repair."""
        if ACCOUNT_ID.fullmatch(text):
            return cls(text)
        bare = re.sub(r"[^0-9]", "", text) if _SEPARATED.fullmatch(text) else ""
        if bare != text and len(bare) == ACCOUNT_DIGITS:
            raise InvalidValueError(
                f"{quoted(text)} has separators",
                fix=f"Write only the 12 digits: '{bare}'",
                code="account-id-format",
            )
        if re.fullmatch(r"[0-9]{9,11}", text):
            raise InvalidValueError(
                f"{quoted(text)} has {len(text)} digits, AWS account ids have 12",
                why="A leading zero is easily lost in a spreadsheet or an unquoted value",
                fix=f"Write '{text.zfill(ACCOUNT_DIGITS)}' if that is the account",
                code="account-id",
            )
        within = re.fullmatch(r"\s*(?:arn:[a-z-]*:[a-z]*:[a-z0-9-]*:)?([0-9]{12})(?::.*)?\s*", text)
        raise InvalidValueError(
            f"{quoted(text)} is not an account id",
            why="An account id has 12 digits",
            code="account-id",
            fix=f"Write '{within[1]}'" if within else "Write it in quotes, such as '012345678901'",
        )

    def __str__(self) -> str:
        return self.digits


@record(order=True)
class OrganizationId:
    """The id of an AWS Organization, `o-` and 10 to 32 lower-case letters or digits."""

    text: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read an organization id; refuse ARNs, roots, units and wildcards."""
        if _ORGANIZATION.fullmatch(text):
            return cls(text)
        if text.startswith(("r-", "ou-")) or "/" in text:
            what = f"{quoted(text)} names a part of an organization"
        else:
            what = f"{quoted(text)} is not an organization id"
        raise InvalidValueError(
            what,
            why="An organization id is 'o-' and 10 to 32 lower-case letters or digits",
            code="org-id",
            fix="'aws organizations describe-organization' prints it as Id",
        )

    def __str__(self) -> str:
        return self.text
