"""The accounts and Regions that a deployment of the registry reaches."""

from collections.abc import Iterator, Mapping

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import AccountId, Region
from shared_ecr.model.registry import RegistrySpec
from shared_ecr.records import record
from shared_ecr.text import did_you_mean, quoted


@record
class BootstrapEnvironment:
    """One account and Region that has to be bootstrapped."""

    account: AccountId
    region: Region
    purpose: str
    """Which stacks are deployed there, as a phrase."""
    trusted: AccountId | None = None
    """The account whose credentials deploy there, where it is another one."""

    @property
    def name(self) -> str:
        """The environment as CDK writes it."""
        return f"aws://{self.account}/{self.region}"


def environments(registry: RegistrySpec, deployer: AccountId | None = None) -> tuple[BootstrapEnvironment, ...]:
    """Return every environment once, in the order in which they are bootstrapped.

    Args:
        registry: what is deployed.
        deployer: the account whose credentials deploy; by default that of the registry.
    """
    deploys = deployer or registry.account
    found: dict[tuple[AccountId, Region], BootstrapEnvironment] = {}
    for account, region, purpose in _reached(registry):
        trusted = None if account == deploys else deploys
        found.setdefault((account, region), BootstrapEnvironment(account, region, purpose, trusted))
    return tuple(found.values())


def account_names(registry: RegistrySpec) -> Mapping[AccountId, str]:
    """Return the name that the declaration gives to each account."""
    return {account: name for name, account in registry.accounts.items()}


def _reached(registry: RegistrySpec) -> Iterator[tuple[AccountId, Region, str]]:
    for region in registry.regions:
        yield registry.account, region, "the registry"
    for account in registry.ci_roles.accounts if registry.ci_roles else ():
        yield account, registry.regions[0], "the roles of CI systems"
    if registry.builds:
        yield registry.builds.account, registry.builds.region, "the builds"
    for destination in registry.replica_registries:
        yield destination.account, destination.region, "replicas of the registry"


def account_called(text: str, registry: RegistrySpec) -> AccountId:
    """Return the account that *text* names: by the declaration's name for it, or by its id.

    Raises:
        InvalidValueError: the declaration has no such name.
    """
    if text in registry.accounts:
        return registry.accounts[text]
    if any(map(str.isalpha, text)):
        raise InvalidValueError(
            f"no account is named {quoted(text)}",
            why="Names are declared under 'accounts'",
            fix=did_you_mean(text, registry.accounts) or "Write the 12 digits",
            code="account-name",
        )
    return AccountId.parse(text)
