"""CDK constructs that render the specs of `shared_ecr` and decide nothing themselves.

    from shared_ecr.declaration import load
    from shared_ecr_constructs import RegistryKey, SharedRepositories

`SharedRepositories` is the collection, `SharedRepository` one member, usable alone; `RegistryKey` encrypts them,
`RepositoryAddresses` publishes their URIs and ARNs. This folder stands in `constructs/`, a source root without
`__init__.py`: import `shared_ecr_constructs`, never through `constructs.`.
"""

from shared_ecr_constructs.addresses import RepositoryAddresses
from shared_ecr_constructs.key import RegistryKey
from shared_ecr_constructs.repository import SharedRepositories, SharedRepository

__all__ = ["RegistryKey", "RepositoryAddresses", "SharedRepositories", "SharedRepository"]
