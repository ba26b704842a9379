"""Where the repositories are: as declared, as deployed, or whichever of the two can be known here.

A platform engineer has the declaration, a reader of the stack has its outputs, a CI job has one of them; each gets
the same answer. Nothing here imports boto3 unless AWS is asked.
"""

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

from shared_ecr.findings.errors import RefusedError, UsageError
from shared_ecr.model.names import AccountId, EcrRegistry, Region, RepositoryName
from shared_ecr.records import field, record, replace

if TYPE_CHECKING:
    from shared_ecr.client.aws.deployed import StackClients
    from shared_ecr.client.repository_addresses import Addresses, RepositoryAddress
    from shared_ecr.model.mutability import TagMutability
    from shared_ecr.model.registry import RegistrySpec


def _write_to_stderr(line: str) -> None:
    sys.stderr.write(f"{line}\n")


class UnknownRegionError(UsageError):
    """A deployed stack is to be asked, and neither the declaration nor the environment names a Region."""


@record(frozen=False)
class LookupCache:
    """What was read, kept for the next question of the same command; one thread reads while the others wait."""

    warn: Callable[[str], None] = _write_to_stderr
    """Takes a line that the user should know of; once, as each thing is read once."""
    lock: RLock = field(default_factory=RLock)
    declaration: "RegistrySpec | None" = None
    known: "dict[tuple[str | None, Region | None], Addresses]" = field(default_factory=dict)


@record
class RepositoryLocator:
    """What the user said of where to look; None where nothing was said.

    The declaration is read once. To read a changed file, make a new locator.
    """

    file: Path = Path("registry.yaml")
    stack: str | None = None
    region: Region | None = None
    memory: LookupCache = field(default_factory=LookupCache, repr=False, compare=False)

    def declaration(self) -> "RegistrySpec | None":
        """Return the declaration, where there is one; its problems are raised, its warnings shown by `check`."""
        return self.read() if self.file.exists() else None

    def read(self) -> "RegistrySpec":
        """Return the declaration.

        Raises:
            InvalidDeclarationError: it is missing or has problems.
        """
        from shared_ecr.declaration import load

        with self.memory.lock:
            if self.memory.declaration is None:
                self.memory.declaration = load(self.file, os.environ).registry
            return self.memory.declaration

    def in_region(self, region: Region) -> "RepositoryLocator":
        """Return the same place in another Region; what was read is shared."""
        return replace(self, region=region)


def declared(where: RepositoryLocator) -> "Addresses":
    """Return the declared repositories, in the Region asked for or the first declared.

    Raises:
        InvalidDeclarationError: the declaration is missing or has problems.
        UsageError: the Region is not declared.
    """
    from shared_ecr.declaration.addresses import read_names

    # Where anything is wrong, all of the declaration is read, so that every problem is reported.
    names = read_names(where.file, os.environ)
    return _addresses(names.account, names.regions, names.names, where) if names else _declared(where.read(), where)


def deployed(where: RepositoryLocator, clients: "StackClients | None" = None) -> "Addresses":
    """Return the repositories that the deployed stack's outputs name.

    Raises:
        NoSuchStackError: there is no such stack in that Region, for these credentials.
        RefusedError: the caller may not read the stack.
        UnavailableError: no credentials or no network.
        UsageError: no Region is known.
    """
    return _deployed(where, where.declaration(), clients)


def _deployed(where: RepositoryLocator, spec: "RegistrySpec | None", clients: "StackClients | None") -> "Addresses":
    """Return what `deployed` does, by a declaration that is read already."""
    from shared_ecr.client.aws.deployed import deployed_registry
    from shared_ecr.client.repository_addresses import Addresses
    from shared_ecr.model.stack_name import DEFAULT_STACK_NAME

    stack = where.stack or (spec.stack_name if spec else DEFAULT_STACK_NAME)
    region = where.region or (spec.regions[0] if spec else _region_of_environment())
    registry = deployed_registry(clients or _clients(), stack, region)
    if registry.warning:
        where.memory.warn(f"warning: {registry.warning}")
    return Addresses(registry.repositories, f"the stack {stack} in {region}")


def known(where: RepositoryLocator, clients: "StackClients | None" = None) -> "Addresses":
    """Return the repositories as deployed; as declared where the stack is out of the caller's reach.

    A stack of the same name in another account than the declared one is someone else's, and passed over. AWS is
    asked once for each Region.
    """
    key = where.stack, where.region
    with where.memory.lock:
        if key not in where.memory.known:
            where.memory.known[key] = _known(where, clients)
        return where.memory.known[key]


def _known(where: RepositoryLocator, clients: "StackClients | None") -> "Addresses":
    spec = where.declaration()
    try:
        addresses = _deployed(where, spec, clients)
    except RefusedError as refusal:
        if spec is None:
            raise
        from shared_ecr.client.aws.deployed import NoSuchStackError

        reason = "no such stack for these credentials" if isinstance(refusal, NoSuchStackError) else "not readable"
        place = f"the stack deployed in {where.region}" if where.region else "the deployed stack"
        where.memory.warn(f"{place} is out of reach ({reason}); addresses are those of {where.file}")
        return _declared(spec, where)
    if spec and any(not _is_in(repository, spec) for repository in addresses.repositories):
        return _declared(spec, where)
    return addresses


def declared_mutability(where: RepositoryLocator, name: RepositoryName) -> "TagMutability | None":
    """Return what the declaration says of moving tags, or None where it says nothing of *name*."""
    spec = where.declaration()
    repository = spec.repository(name) if spec else None
    return repository.tag_mutability if repository else None


def _declared(spec: "RegistrySpec", where: RepositoryLocator) -> "Addresses":
    return _addresses(spec.account, spec.regions, (each.name for each in spec.repositories), where)


def _addresses(
    account: AccountId, regions: Sequence[Region], names: Iterable[RepositoryName], where: RepositoryLocator
) -> "Addresses":
    # A push to another registry looks no address up.
    from shared_ecr.client.repository_addresses import Addresses, RepositoryAddress

    region = where.region or regions[0]
    if region not in regions:
        raise UsageError(f"{where.file} declares no registry in {region}, only in {_listed(regions)}")
    home = EcrRegistry(account, region)
    return Addresses(tuple(RepositoryAddress.at(home, name) for name in names), str(where.file))


def _is_in(repository: "RepositoryAddress", spec: "RegistrySpec") -> bool:
    registry = repository.host.ecr
    return registry is not None and registry.account == spec.account


def _listed(regions: Iterable[Region]) -> str:
    return ", ".join(map(str, regions))


def _region_of_environment() -> Region:
    text = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if not text:
        raise UnknownRegionError("no Region is known: pass --region, set AWS_REGION, or run where the declaration is")
    return Region.parse(text)


def _clients() -> "StackClients":
    from shared_ecr.client.aws.clients import AwsClients

    return AwsClients()
