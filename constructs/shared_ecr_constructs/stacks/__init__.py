"""Stacks: tables of contents of constructs. Part of the wheel, so that an app of one's own deploys the same ones."""

from constructs import Construct

from shared_ecr.model.registry import RegistrySpec
from shared_ecr_constructs.stacks.replica_registry import ReplicaRegistryStack
from shared_ecr_constructs.stacks.repository_shard import RepositoryShardStack
from shared_ecr_constructs.stacks.shared_registry import SharedRegistryStack

__all__ = ["ReplicaRegistryStack", "RepositoryShardStack", "SharedRegistryStack", "define_stacks"]


def define_stacks(scope: Construct, registry: RegistrySpec) -> None:
    """Define every stack of *registry*: one or several for each Region, one for each destination of its replication.

    Destinations come first: what is replicated before its repository stands there is made without its rules.
    """
    replicas = [
        ReplicaRegistryStack(
            scope, f"{registry.stack_name}-replicas-{destination}", registry=registry, destination=destination
        )
        for destination in registry.replica_registries
    ]
    for region in registry.regions:
        stack = SharedRegistryStack(scope, f"{registry.stack_name}-{region}", registry=registry, region=region)
        for replica in replicas:
            stack.add_stack_dependency(replica)
        for number in range(1, registry.stacks):
            shard_id = f"{registry.stack_names[number]}-{region}"
            shard = RepositoryShardStack(scope, shard_id, registry=registry, region=region, number=number)
            # Its key is read from a parameter of the first.
            shard.add_stack_dependency(stack)
