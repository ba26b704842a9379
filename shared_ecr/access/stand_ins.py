"""Accounts and values that no policy names, to stand for all those that are not known."""

from collections.abc import Collection, Iterator, Sequence

from shared_ecr.access.policy_model import Policy
from shared_ecr.model.names.accounts import ACCOUNT_ID_IN_TEXT

OTHER_ORGANIZATION = "o-strangers00"
STRANGE_SERVICE = "any-other-service.amazonaws.com"
# Tried first, because a reader sees that they stand for others; an account can have any twelve digits.
_PLAIN = ("999999999999", "888888888888", "777777777777", "666666666666")
_HIGHEST, _TWO = 999_999_999_998, 2


def unnamed_accounts(policies: Sequence[Policy], others: Collection[str] = ()) -> tuple[str, str]:
    """Return two accounts that *policies* do not name and that are not among *others*."""
    named = {*others, *accounts_in(policies)}
    first, second, *_ = _unlike(named)
    return first, second


def accounts_in(policies: Sequence[Policy]) -> frozenset[str]:
    """Return every account that *policies* write out, in a principal, a resource or a condition."""
    return frozenset(
        account for policy in policies for text in _texts(policy) for account in ACCOUNT_ID_IN_TEXT.findall(text)
    )


def _texts(policy: Policy) -> Iterator[str]:
    for statement in policy.statements:
        yield from (text for _, text in statement.principal.written)
        yield from statement.resource.written if statement.resource else ()
        for condition in statement.conditions:
            yield from condition.values


def _unlike(named: Collection[str]) -> list[str]:
    found = [account for account in _PLAIN if account not in named]
    number = _HIGHEST
    while len(found) < _TWO:
        account = f"{number:012}"
        if account not in named:
            found.append(account)
        number -= 1
    return found


def unnamed_value(plain: str, taken: Collection[str]) -> str:
    """Return a value like *plain* that is not among *taken*: another account within it, or a longer text."""
    value = plain
    while value in taken:
        match = ACCOUNT_ID_IN_TEXT.search(value)
        if match:
            value = value.replace(match[0], f"{int(match[0]) - 1:012}")
        elif value[-1:].isdigit():
            # An address or a time: the digit before keeps its form.
            value = f"{value[:-1]}{(int(value[-1]) - 1) % 10}"
            if value == plain:
                return plain
        else:
            value = f"{value}-x"
    return value
