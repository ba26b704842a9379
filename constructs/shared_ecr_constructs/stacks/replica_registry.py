"""The stack of one destination of replication: what gives replicas the rules of their source."""

import aws_cdk as cdk
from constructs import Construct

from shared_ecr.model.encryption import needs_stack_key
from shared_ecr.model.permissions import PolicyLocation
from shared_ecr.model.registry import RegistrySpec
from shared_ecr.model.settings import Destination
from shared_ecr.model.settings.creation_templates import TEMPLATES
from shared_ecr.model.settings.replicas import replicas
from shared_ecr_constructs import RegistryKey, RegistrySettings, SharedRepositories


class ReplicaRegistryStack(cdk.Stack):
    """Define the registry that receives replicas: key, repositories, templates, and who may replicate into it."""

    def __init__(
        self, scope: Construct, construct_id: str, *, registry: RegistrySpec, destination: Destination
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            stack_name=f"{registry.stack_name}-replicas",
            env=cdk.Environment(account=str(destination.account), region=str(destination.region)),
            description=f"Replicas of the ECR repositories that {registry.account} shares",
            termination_protection=True,
        )
        # Names and rules are the same in every Region of the source: any of them says what its replicas are.
        received = replicas(registry.registries[0], registry.repositories, registry.settings, destination)
        region = destination.region
        templated = (template.repository for template in received.settings[TEMPLATES])
        key_arn = None
        if needs_stack_key(spec.encryption for spec in (*received.repositories, *templated)):
            key = RegistryKey(self, "Key", partition=str(region.partition), account=str(destination.account))
            key_arn = key.attr_arn

        SharedRepositories(
            self, "Repositories", specs=received.repositories, place=PolicyLocation.of(region), key_arn=key_arn
        )
        RegistrySettings(self, "Settings", spec=received.settings, home=received.registry, key_arn=key_arn)
