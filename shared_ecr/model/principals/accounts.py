"""Principals with their own permissions: accounts and roles."""

import re
from typing import Self

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import AccountId
from shared_ecr.model.text_grammar import TextGrammar
from shared_ecr.records import record
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

# Path and name of a role: https://docs.aws.amazon.com/IAM/latest/APIReference/API_Role.html
_ROLE = TextGrammar(
    pattern=LazyPattern(r"(?:[!-.0-~]+/)*[\w+=,.@-]{1,64}", re.ASCII),
    what="a role name",
    why="A role is its path and at most 64 letters, digits and '+=,.@_-'",
    code="principal-role",
)
_ROLE_ARN = LazyPattern(r"arn:(?P<partition>aws[a-z-]*):iam::(?P<account>[^:]*):(?P<kind>[a-z-]+)/(?P<name>.+)")


@record(order=True)
class Account:
    """Every principal of an account that the account's own IAM policies allow."""

    account: AccountId

    def __str__(self) -> str:
        return f"account {self.account}"


@record(order=True)
class Role:
    """One IAM role; it must exist when the policy is stored, else ECR refuses the whole policy."""

    account: AccountId
    name: str
    """With its path, without a leading slash: `ci/deployer`."""

    @classmethod
    def parse(cls, account: AccountId, name: str) -> Self:
        """Read a role's path and name; refuse wildcards, which no principal may have, and illegal characters."""
        if name.startswith("arn:"):
            own = name.partition(":role/")[2]
            raise InvalidValueError(
                f"{quoted(name)} is an ARN, and not the name of a role",
                why="ECR refuses a policy that names a role which does not exist",
                fix=f"Write {quoted(own)}" if own else "Write the path and the name of the role",
                code="principal-role",
            )
        bare = name.removeprefix("/").removeprefix("role/")
        if "*" in bare or "?" in bare:
            raise InvalidValueError(
                f"{quoted(name)} has a wildcard",
                why="ECR refuses wildcards in a principal",
                fix="Name the role, or grant its whole account with 'account:'",
                code="principal-wildcard",
            )
        return cls(account, _ROLE.require(bare, written=name))

    @classmethod
    def from_arn(cls, arn: str) -> Self:
        """Read a role's ARN; refuse users, groups, sessions and instance profiles, and say what to write instead."""
        match = _ROLE_ARN.fullmatch(arn)
        if arn.startswith("arn:") and ":sts:" in arn and ":assumed-role/" in arn:
            role = arn.split(":assumed-role/", 1)[1].split("/", 1)[0]
            raise InvalidValueError(
                f"{quoted(arn)} is a session of a role",
                fix=f"Name the role itself: {quoted(role)}",
                code="principal-session",
            )
        if not match:
            raise InvalidValueError(
                f"{quoted(arn)} is not a role ARN",
                why="A role's ARN is arn:PARTITION:iam::ACCOUNT:role/NAME",
                fix="" if arn.startswith("arn:") else f"Write {{account: ACCOUNT, name: {arn}}}",
                code="principal-arn",
            )
        if match["kind"] != "role":
            raise InvalidValueError(
                f"{quoted(arn)} is {'an' if match['kind'][0] in 'aeio' else 'a'} {match['kind'].replace('-', ' ')}",
                why="Only roles are granted by name: users have keys that are valid for years, groups are "
                "no principals",
                fix="Name the role, or grant the account",
                code="principal-kind",
            )
        return cls.parse(AccountId.parse(match["account"]), match["name"])

    def arn(self, partition: str) -> str:
        """Return the ARN of the role in *partition*."""
        return f"arn:{partition}:iam::{self.account}:role/{self.name}"

    def __str__(self) -> str:
        return f"role {self.name} of account {self.account}"
