"""A Fargate service that runs an image of the shared registry."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_ecs as ecs
from constructs import Construct

from shared_ecr_constructs import SharedRegistry

DECLARATION = Path(__file__).with_name("registry.yaml")


class ServiceStack(cdk.Stack):
    """The registry and one task that runs `team/app`."""

    def __init__(self, scope: Construct, construct_id: str, *, env: cdk.Environment) -> None:
        super().__init__(scope, construct_id, env=env)
        registry = SharedRegistry.from_file(self, "Registry", DECLARATION)
        task = ecs.FargateTaskDefinition(self, "Task")
        image = ecs.ContainerImage.from_ecr_repository(registry.repositories["team/app"], "1.4.2")
        task.add_container("App", image=image)


if __name__ == "__main__":
    app = cdk.App()
    ServiceStack(app, "Service", env=cdk.Environment(account="111111111111", region="us-east-1"))
    app.synth()
