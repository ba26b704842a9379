"""The shared ECR stack of one account and Region: the key, the settings, and the repositories it holds."""

import aws_cdk as cdk
from constructs import Construct

from shared_ecr.model.names import Region
from shared_ecr.model.registry import RegistrySpec
from shared_ecr_constructs.registry_contents import RegistryContents


class SharedRegistryStack(cdk.Stack):
    """Define one shared registry: its key, its repositories, its settings, and where the repositories are found."""

    def __init__(self, scope: Construct, construct_id: str, *, registry: RegistrySpec, region: Region) -> None:
        """Define the stack.

        Args:
            scope: the app or a stage.
            construct_id: the id in it; the stack's name is that of the registry.
            registry: the registry.
            region: the Region of the stack, one of those that the registry declares.
        """
        super().__init__(
            scope,
            construct_id,
            stack_name=registry.stack_name,
            env=cdk.Environment(account=str(registry.account), region=str(region)),
            description="The ECR repositories that the organization shares",
            termination_protection=True,
        )
        RegistryContents(self, registry=registry, home=registry.in_region(region), specs=registry.shard(0))
