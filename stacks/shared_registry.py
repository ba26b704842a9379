"""The shared ECR stack of one account and Region."""

import aws_cdk as cdk
from constructs import Construct

from shared_ecr.encryption import StackKey
from shared_ecr.names import Region
from shared_ecr.permissions import Place
from shared_ecr.registry import RegistrySpec
from shared_ecr_constructs import RegistryKey, RepositoryAddresses, SharedRepositories


class SharedRegistryStack(cdk.Stack):
    """Define one shared registry: its key, its repositories, and where they are found."""

    def __init__(self, scope: Construct, construct_id: str, *, registry: RegistrySpec, region: Region) -> None:
        super().__init__(
            scope,
            construct_id,
            stack_name=registry.stack_name,
            env=cdk.Environment(account=str(registry.account), region=str(region)),
            description="The ECR repositories that the organization shares, declared in registry.yaml",
            termination_protection=True,
        )
        key = None
        if any(isinstance(spec.encryption, StackKey) for spec in registry.repositories):
            key = RegistryKey(self, "Key", partition=str(region.partition), account=str(registry.account))

        SharedRepositories(
            self,
            "Repositories",
            specs=registry.repositories,
            place=Place.of(region),
            key_arn=key.attr_arn if key else None,
        )

        addresses = RepositoryAddresses(self, "Addresses", prefix=registry.stack_name)
        home = registry.in_region(region)
        for spec in registry.repositories:
            addresses.publish(spec.name, uri=spec.uri(home), arn=spec.arn(home))
