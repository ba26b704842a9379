"""The shared ECR stack of one account and Region: the key, the settings, and the repositories it holds."""

import aws_cdk as cdk
from constructs import Construct

from shared_ecr.model.encryption import needs_stack_key
from shared_ecr.model.permissions import PolicyLocation
from shared_ecr.model.registry import RegistrySpec
from shared_ecr.model.settings.public_repositories import HOME as PUBLIC_HOME
from shared_ecr.names import Region
from shared_ecr_constructs import (
    PublicRepositories,
    RegistryKey,
    RegistrySettings,
    RepositoryAddresses,
    SharedRepositories,
)


class SharedRegistryStack(cdk.Stack):
    """Define one shared registry: its key, its repositories, its settings, and where the repositories are found."""

    def __init__(self, scope: Construct, construct_id: str, *, registry: RegistrySpec, region: Region) -> None:
        super().__init__(
            scope,
            construct_id,
            stack_name=registry.stack_name,
            env=cdk.Environment(account=str(registry.account), region=str(region)),
            description="The ECR repositories that the organization shares",
            termination_protection=True,
        )
        home = registry.in_region(region)
        templated = (template.repository for template in registry.settings.templates)
        key_arn = None
        if needs_stack_key(spec.encryption for spec in (*registry.repositories, *templated)):
            key = RegistryKey(self, "Key", partition=str(region.partition), account=str(registry.account))
            key_arn = key.attr_arn

        repositories = registry.shard(0)
        SharedRepositories(self, "Repositories", specs=repositories, place=PolicyLocation.of(region), key_arn=key_arn)
        RegistrySettings(self, "Settings", spec=registry.settings, home=home, key_arn=key_arn)
        if registry.public_repositories and region == PUBLIC_HOME:
            PublicRepositories(self, "PublicRepositories", specs=registry.public_repositories)

        addresses = RepositoryAddresses(self, "Addresses", prefix=registry.stack_name)
        for spec in repositories:
            addresses.publish(spec.name, uri=spec.uri(home), arn=spec.arn(home))
        if registry.stacks > 1:
            addresses.publish_shards(registry.stacks, key_arn=key_arn)
