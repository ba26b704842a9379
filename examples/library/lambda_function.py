"""A Lambda function from an image: the declaration grants Lambda the pull, `lambda: shared`."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from shared_ecr_constructs import SharedRegistry

DECLARATION = Path(__file__).with_name("registry.yaml")


class FunctionStack(cdk.Stack):
    """The registry and one function that runs `team/function`."""

    def __init__(self, scope: Construct, construct_id: str, *, env: cdk.Environment) -> None:
        super().__init__(scope, construct_id, env=env)
        registry = SharedRegistry.from_file(self, "Registry", DECLARATION)
        code = lambda_.DockerImageCode.from_ecr(registry.repositories["team/function"], tag_or_digest="1.4.2")
        lambda_.DockerImageFunction(self, "Function", code=code)


if __name__ == "__main__":
    app = cdk.App()
    FunctionStack(app, "Function", env=cdk.Environment(account="111111111111", region="us-east-1"))
    app.synth()
