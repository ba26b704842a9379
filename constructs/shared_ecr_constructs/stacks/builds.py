"""The stack of the builds: one CodeBuild project for each repository that is built on a git push."""

import aws_cdk as cdk
from constructs import Construct

from shared_ecr.model.builds.image_builds import BuildSettings
from shared_ecr.model.builds.projects import build_projects
from shared_ecr.model.registry import RegistrySpec
from shared_ecr_constructs.build_project import BuildProjectResources
from shared_ecr_constructs.member_ids import member_id


class BuildsStack(cdk.Stack):
    """Define the projects and their roles, deployed before the repository policies that name the roles."""

    def __init__(self, scope: Construct, construct_id: str, *, registry: RegistrySpec, settings: BuildSettings) -> None:
        """Define the stack.

        Args:
            scope: the app or a stage.
            construct_id: the id in it.
            registry: the registry whose repositories are built.
            settings: its builds.
        """
        super().__init__(
            scope,
            construct_id,
            stack_name=f"{registry.stack_name}-builds",
            env=cdk.Environment(account=str(settings.account), region=str(settings.region)),
            description=f"Builds on a git push, which push to the ECR registry of {registry.account}",
            termination_protection=True,
        )
        projects = Construct(self, "Projects")
        for project in build_projects(registry):
            id_ = member_id(str(project.build.repository))
            BuildProjectResources(projects, id_, project=project, package=str(settings.package))
