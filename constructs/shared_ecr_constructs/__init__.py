"""CDK constructs that render the specs of `shared_ecr` and decide nothing themselves.

    from shared_ecr_constructs import SharedRegistry

    registry = SharedRegistry.from_file(self, "Registry", "registry.yaml")

`SharedRegistry` is a whole registry in a stack of your own, and `registry.repositories["team/app"]` an `IRepository`.
Its parts can be used alone: `SharedRepositories` is the collection, `SharedRepository` one member; `RegistryKey`
encrypts them, `RepositoryAddresses` publishes their URIs and ARNs. `RegistrySettings` is what belongs to the registry
as a whole, `PublicRepositories` the public gallery. `stacks` defines the stacks of a declaration, and `app` is an app.
This folder is in `constructs/`, a source root without `__init__.py`: import `shared_ecr_constructs`, never through
`constructs.`.
"""

from shared_ecr_constructs.addresses import RepositoryAddresses
from shared_ecr_constructs.declared_repository import DeclaredRepository
from shared_ecr_constructs.key import RegistryKey
from shared_ecr_constructs.public_repositories import PublicRepositories
from shared_ecr_constructs.registry import SharedRegistry
from shared_ecr_constructs.registry_settings import RegistrySettings
from shared_ecr_constructs.repository import SharedRepositories, SharedRepository

__all__ = [
    "DeclaredRepository",
    "PublicRepositories",
    "RegistryKey",
    "RegistrySettings",
    "RepositoryAddresses",
    "SharedRegistry",
    "SharedRepositories",
    "SharedRepository",
]
