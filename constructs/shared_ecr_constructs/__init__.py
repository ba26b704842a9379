"""CDK constructs that render the specs of `shared_ecr` and decide nothing themselves.

    from shared_ecr.declaration import load
    from shared_ecr_constructs import RegistryKey, SharedRepositories

`SharedRepositories` is the collection, `SharedRepository` one member, usable alone; `RegistryKey` encrypts them,
`RepositoryAddresses` publishes their URIs and ARNs. `RegistrySettings` is what belongs to the registry as a whole,
`PublicRepositories` the public gallery. This folder stands in `constructs/`, a source root without
`__init__.py`: import `shared_ecr_constructs`, never through `constructs.`.
"""

from shared_ecr_constructs.addresses import RepositoryAddresses
from shared_ecr_constructs.key import RegistryKey
from shared_ecr_constructs.public_repositories import PublicRepositories
from shared_ecr_constructs.registry_settings import RegistrySettings
from shared_ecr_constructs.repository import SharedRepositories, SharedRepository

__all__ = [
    "PublicRepositories",
    "RegistryKey",
    "RegistrySettings",
    "RepositoryAddresses",
    "SharedRepositories",
    "SharedRepository",
]
