"""A pipeline of CDK Pipelines that deploys the registry as one of its stages."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import pipelines
from constructs import Construct

from shared_ecr.declaration import load
from shared_ecr_constructs.stacks import define_stacks

DECLARATION = Path(__file__).with_name("registry.yaml")
HOME = cdk.Environment(account="111111111111", region="us-east-1")


class RegistryStage(cdk.Stage):
    """All stacks of the declaration."""

    def __init__(self, scope: Construct, construct_id: str, *, env: cdk.Environment) -> None:
        super().__init__(scope, construct_id, env=env)
        define_stacks(self, load(DECLARATION).registry)


class PipelineStack(cdk.Stack):
    """The pipeline: it synthesizes this app from its repository and deploys the stage."""

    def __init__(self, scope: Construct, construct_id: str, *, env: cdk.Environment) -> None:
        super().__init__(scope, construct_id, env=env)
        source = pipelines.CodePipelineSource.connection(
            "acme/registry",
            "main",
            connection_arn=f"arn:aws:codeconnections:{self.region}:{self.account}:connection/example",
        )
        commands = ["pip install -r requirements.txt", "npx --yes aws-cdk@2.1148.1 synth"]
        pipeline = pipelines.CodePipeline(
            self, "Pipeline", synth=pipelines.ShellStep("Synth", input=source, commands=commands)
        )
        pipeline.add_stage(RegistryStage(self, "Registry", env=HOME))


if __name__ == "__main__":
    app = cdk.App()
    PipelineStack(app, "Pipeline", env=HOME)
    app.synth()
