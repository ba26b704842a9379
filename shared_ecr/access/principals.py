"""The Principal or NotPrincipal element of a statement: whom it means.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
"""

from enum import IntEnum
from typing import Self

from shared_ecr.access.callers import Caller, CallerKind
from shared_ecr.model.names.accounts import ACCOUNT_ID
from shared_ecr.records import field, record
from shared_ecr.text.patterns import LazyPattern

_ROOT = LazyPattern(r"arn:(aws[a-z-]*):iam::([0-9]{12}):root")


class PrincipalType(IntEnum):
    """The keys of a Principal element, in the order in which we show them."""

    AWS = 0
    Service = 1
    Federated = 2
    CanonicalUser = 3


class PrincipalMatch(IntEnum):
    """How a statement means a caller."""

    NOT = 0
    BY_ACCOUNT = 1
    """Its account is named: inside the account that delegates, and grants no one by itself."""
    DIRECTLY = 2


@record
class PrincipalElement:
    """Everyone a statement means, or with *negated* everyone it does not."""

    negated: bool
    written: tuple[tuple[PrincipalType, str], ...]
    everyone: bool = field(compare=False)
    accounts: frozenset[tuple[str, str]] = field(compare=False)
    """Partition and account; the bare twelve digits have no partition."""
    names: frozenset[str] = field(compare=False)
    services: frozenset[str] = field(compare=False)
    providers: frozenset[str] = field(compare=False)

    @classmethod
    def of(cls, written: tuple[tuple[PrincipalType, str], ...], *, negated: bool) -> Self:
        """Sort what is *written* by what it means; what names no one (eleven digits, a wildcard) means no one."""
        accounts: set[tuple[str, str]] = set()
        arns: set[str] = set()
        aws = [text for kind, text in written if kind is PrincipalType.AWS]
        for text in aws:
            if root := _ROOT.fullmatch(text):
                accounts.add((root[1], root[2]))
            elif ACCOUNT_ID.fullmatch(text):
                accounts.add(("", text))
            else:
                arns.add(text)
        return cls(
            negated,
            written,
            everyone="*" in aws,
            accounts=frozenset(accounts),
            names=frozenset(arns),
            services=frozenset(text for kind, text in written if kind is PrincipalType.Service),
            providers=frozenset(text for kind, text in written if kind is PrincipalType.Federated),
        )

    def means(self, caller: Caller) -> PrincipalMatch:
        """Return whether and how the element means *caller*."""
        listed = self._lists(caller)
        if self.negated:
            return PrincipalMatch.DIRECTLY if listed is PrincipalMatch.NOT else PrincipalMatch.NOT
        return listed

    def _lists(self, caller: Caller) -> PrincipalMatch:
        if self.everyone:
            return PrincipalMatch.DIRECTLY
        if caller.kind is CallerKind.SERVICE:
            return PrincipalMatch.DIRECTLY if caller.service in self.services else PrincipalMatch.NOT
        if caller.kind is CallerKind.FEDERATED:
            return PrincipalMatch.DIRECTLY if caller.service in self.providers else PrincipalMatch.NOT
        if not self.names.isdisjoint(caller.names):
            return PrincipalMatch.DIRECTLY
        if caller.account and not self.accounts.isdisjoint({(caller.partition, caller.account), ("", caller.account)}):
            return PrincipalMatch.BY_ACCOUNT
        return PrincipalMatch.NOT

    def __str__(self) -> str:
        listed = ", ".join(text for _, text in self.written)
        return f"everyone but {listed}" if self.negated else "everyone" if self.everyone else listed
