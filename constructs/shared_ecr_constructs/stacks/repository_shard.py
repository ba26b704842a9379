"""One of the further stacks of a registry whose repositories do not fit into one."""

import aws_cdk as cdk
from constructs import Construct

from shared_ecr.model.encryption import needs_stack_key
from shared_ecr.model.names import Region
from shared_ecr.model.permissions import PolicyLocation
from shared_ecr.model.registry import RegistrySpec
from shared_ecr_constructs import RepositoryAddresses, SharedRepositories
from shared_ecr_constructs.addresses import key_parameter


class RepositoryShardStack(cdk.Stack):
    """Define the repositories that are assigned to this stack, encrypted by the key of the first.

    The key is read from a parameter when the stack is deployed: an export would lock the first stack.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, registry: RegistrySpec, region: Region, number: int
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            stack_name=registry.stack_names[number],
            env=cdk.Environment(account=str(registry.account), region=str(region)),
            description=f"The ECR repositories that the organization shares, {number + 1} of {registry.stacks}",
            termination_protection=True,
        )
        specs = registry.shard(number)
        key_arn = None
        if needs_stack_key(spec.encryption for spec in specs):
            key_arn = f"{{{{resolve:ssm:{key_parameter(registry.stack_name)}}}}}"
        SharedRepositories(self, "Repositories", specs=specs, place=PolicyLocation.of(region), key_arn=key_arn)
        addresses = RepositoryAddresses(self, "Addresses", prefix=registry.stack_name)
        addresses.publish(specs, registry.in_region(region))
