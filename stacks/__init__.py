"""The stacks this repository deploys: they live in the wheel, and `app.py` finds them here by the usual name."""

from shared_ecr_constructs.stacks import (
    CiRolesStack,
    ReplicaRegistryStack,
    RepositoryShardStack,
    SharedRegistryStack,
    define_stacks,
)

__all__ = ["CiRolesStack", "ReplicaRegistryStack", "RepositoryShardStack", "SharedRegistryStack", "define_stacks"]
