"""A CodeBuild project that runs in a build image of the registry and pushes to it."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_codebuild as codebuild
from constructs import Construct

from shared_ecr_constructs import SharedRegistry

DECLARATION = Path(__file__).with_name("registry.yaml")
# No public index has the package: name a commit of your copy that your team has read.
PACKAGE = "shared-ecr @ git+https://git.example.com/OWNER/shared-ecr@COMMIT"
COMMANDS = [f'pip install "{PACKAGE}"', "shared-ecr push build/image.tar team/app:1.4.3"]
BUILD_SPEC = {"version": "0.2", "phases": {"build": {"commands": COMMANDS}}}


class BuildStack(cdk.Stack):
    """The registry and one project whose role may push to `team/app`."""

    def __init__(self, scope: Construct, construct_id: str, *, env: cdk.Environment) -> None:
        super().__init__(scope, construct_id, env=env)
        registry = SharedRegistry.from_file(self, "Registry", DECLARATION)
        image = codebuild.LinuxBuildImage.from_ecr_repository(registry.repositories["team/build-image"], "2026-11")
        project = codebuild.Project(
            self,
            "Build",
            environment=codebuild.BuildEnvironment(build_image=image),
            build_spec=codebuild.BuildSpec.from_object(BUILD_SPEC),
        )
        registry.repositories["team/app"].grant_pull_push(project)


if __name__ == "__main__":
    app = cdk.App()
    BuildStack(app, "Build", env=cdk.Environment(account="111111111111", region="us-east-1"))
    app.synth()
