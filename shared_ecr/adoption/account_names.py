"""Names for the accounts of a declaration, so that each is written in one place."""

import re
from collections.abc import Mapping

from shared_ecr.adoption.yaml_writer import Commented

Plain = dict[str, object]
_ACCOUNT = re.compile(r"[0-9]{12}")
_ORGANIZATION = re.compile(r"(o-[a-z0-9]{10,32})(?:/.*)?")


class Accounts:
    """Collects the accounts and organizations that grants name."""

    def __init__(self, home: str) -> None:
        self._home = home
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
            case str() if _ACCOUNT.fullmatch(value) and value != self._home:
                name = f"account-{value}"
                self.names[name] = value
                return name
            case str():
                if match := _ORGANIZATION.fullmatch(value):
                    self.organizations.add(match[1])
                return value
            case Commented():
                return value
            case _:
                return value
