"""Names for the accounts of a declaration, so that each is written in one place."""

from collections import Counter
from collections.abc import Mapping

from shared_ecr.model.names.accounts import ACCOUNT_ID
from shared_ecr.text.patterns import LazyPattern

Plain = dict[str, object]
# A name with the digits of another account would mislead.
_NO_NAME = LazyPattern(r"[^a-z0-9]+")
_ORGANIZATION = LazyPattern(r"(o-[a-z0-9]{10,32})(?:/.*)?")


class Accounts:
    """Collects the accounts and organizations that grants name."""

    def __init__(
        self, home: str, known: Mapping[str, str] | None = None, declared: Mapping[str, str] | None = None
    ) -> None:
        """Start with what is known.

        Args:
            home: the account of the registry.
            known: what the organization calls its accounts, by id.
            declared: the names of a declaration that exists, by id; all other accounts keep their digits then.
        """
        self._home = home
        self._known = _distinct(known or {})
        self._declared = declared
        self.names: dict[str, str] = {}
        self.organizations: set[str] = set()

    def named(self, properties: Plain) -> Plain:
        """Return *properties* with names in the place of accounts, in grants alone."""
        if "grants" not in properties:
            return properties
        return {**properties, "grants": self._named(properties["grants"])}

    def _named(self, value: object) -> object:
        match value:
            case Mapping():
                return {key: self._named(each) for key, each in value.items()}
            case list():
                return [self._named(each) for each in value]
            case str() if ACCOUNT_ID.fullmatch(value) and value != self._home:
                return self._name(value)
            case str():
                if match := _ORGANIZATION.fullmatch(value):
                    self.organizations.add(match[1])
                return value
            case _:
                return value

    def _name(self, account: str) -> str:
        if self._declared is not None:
            return self._declared.get(account, account)
        name = self._known.get(account, f"account-{account}")
        self.names[name] = account
        return name


def _distinct(known: Mapping[str, str]) -> dict[str, str]:
    """Return a name for each account that has one of its own; all others keep their digits."""
    plain = {account: _NO_NAME.sub("-", name.lower()).strip("-") for account, name in known.items()}
    often = Counter(plain.values())
    return {
        account: name
        for account, name in plain.items()
        if often[name] == 1 and any(map(str.isalpha, name)) and not ACCOUNT_ID.search(name)
    }
