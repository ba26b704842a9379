"""Stacks: tables of contents of constructs. Part of the wheel, so that an app of one's own deploys the same ones."""

import aws_cdk as cdk
from constructs import Construct

from shared_ecr.model.registry import RegistrySpec
from shared_ecr_constructs.stacks.ci_roles import CiRolesStack
from shared_ecr_constructs.stacks.replica_registry import ReplicaRegistryStack
from shared_ecr_constructs.stacks.repository_shard import RepositoryShardStack
from shared_ecr_constructs.stacks.shared_registry import SharedRegistryStack

__all__ = ["CiRolesStack", "ReplicaRegistryStack", "RepositoryShardStack", "SharedRegistryStack", "define_stacks"]


def define_stacks(scope: Construct, registry: RegistrySpec) -> None:
    """Define every stack of *registry*: one or several for each Region, and those of its replicas, CI roles and builds.

    CI roles and builds come first: ECR refuses a policy that names a role which does not exist. Destinations of
    replication come before the registry: what is replicated before its repository is there gets no rules.
    """
    roles = list[cdk.Stack](
        CiRolesStack(
            scope, f"{registry.stack_name}-ci-roles-{account}-{registry.regions[0]}", registry=registry, account=account
        )
        for account in (registry.ci_roles.accounts if registry.ci_roles else ())
    )
    if registry.builds:
        # The modules of CodeBuild take long to import, and most registries have no builds.
        from shared_ecr_constructs.stacks.builds import BuildsStack  # noqa: PLC0415 — as said

        stack_id = f"{registry.stack_name}-builds-{registry.builds.account}-{registry.builds.region}"
        roles.append(BuildsStack(scope, stack_id, registry=registry, settings=registry.builds))
    replicas = [
        ReplicaRegistryStack(
            scope, f"{registry.stack_name}-replicas-{destination}", registry=registry, destination=destination
        )
        for destination in registry.replica_registries
    ]
    for replica in replicas:
        for each in roles:
            replica.add_stack_dependency(each)
    for region in registry.regions:
        stack = SharedRegistryStack(scope, f"{registry.stack_name}-{region}", registry=registry, region=region)
        for earlier in (*roles, *replicas):
            stack.add_stack_dependency(earlier)
        for number in range(1, registry.stacks):
            shard_id = f"{registry.stack_names[number]}-{region}"
            shard = RepositoryShardStack(scope, shard_id, registry=registry, region=region, number=number)
            # Its key is read from a parameter of the first.
            shard.add_stack_dependency(stack)
