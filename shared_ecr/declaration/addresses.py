"""Read what the addresses of repositories depend on, and nothing else: the account, the Regions and the names.

`shared-ecr uri` is called in loops of scripts, and three quarters of its time were the readers of grants, lifecycle
rules and settings, which no address depends on (docs/adr/0064-an-address-needs-no-grants.md).
"""

from collections.abc import Mapping as MappingOf
from pathlib import Path

from shared_ecr.declaration.accounts import read_accounts
from shared_ecr.declaration.composing import composed
from shared_ecr.declaration.home import read_home
from shared_ecr.declaration.keys import KEYS, VERSION
from shared_ecr.declaration.reader import Reading
from shared_ecr.documents.nodes import Mapping, Scalar
from shared_ecr.documents.yaml import load_document
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.findings.problems import Severity
from shared_ecr.model.names import AccountId, Region, RepositoryName
from shared_ecr.model.names.bootstrap import is_assets_repository
from shared_ecr.records import record


@record
class DeclaredNames:
    """Where the registry is, and which repositories it has."""

    account: AccountId
    regions: tuple[Region, ...]
    names: tuple[RepositoryName, ...]
    """Sorted, as in a `RegistrySpec`."""


def read_names(path: Path, environ: MappingOf[str, str]) -> DeclaredNames | None:
    """Read the declaration at *path*; None where it has a problem, which `load` reports together with all others.

    Problems in what no address depends on, such as a grant, are not found.
    """
    document, faults = load_document(path, str(path))
    if not isinstance(document, Mapping) or any(fault.severity is Severity.ERROR for fault in faults):
        return None
    reading = Reading(str(path))
    whole = composed(reading, document, path, environ)
    fields = reading.mapping(whole[0], "", KEYS, required=("version", "registry", "repositories")) if whole else None
    if fields is None:
        return None
    version, repositories = fields.get("version"), fields.get("repositories")
    if not isinstance(version, Scalar) or version.text != str(VERSION):
        return None
    registry = fields.get("registry")
    accounts = read_accounts(reading, fields.get("accounts"))
    # Which settings exist is known to their readers alone, so every key is taken for one.
    settings = [entry.key.text for entry in registry.entries] if isinstance(registry, Mapping) else []
    home = read_home(reading, registry, accounts, settings=settings)
    names = _names(repositories) if isinstance(repositories, Mapping) else None
    if home is None or names is None or reading.has_errors:
        return None
    return DeclaredNames(home[0], home[1], names)


def _names(repositories: Mapping) -> tuple[RepositoryName, ...] | None:
    """Parse and sort the names; None where one has a problem, also one that the declaration may ignore."""
    try:
        names = tuple(RepositoryName.parse(entry.key.text) for entry in repositories.entries)
    except InvalidValueError:
        return None
    is_odd = any(name.doubles_a_separator or is_assets_repository(name.text) for name in names)
    return None if is_odd else tuple(sorted(names))
