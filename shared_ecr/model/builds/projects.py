"""One build as a CodeBuild project: its machine, its role and what that may do, and what starts it.

https://docs.aws.amazon.com/codebuild/latest/userguide/create-project.html
"""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from shared_ecr.model.builds.image_builds import BuildSettings, ImageBuild, project_name
from shared_ecr.model.builds.refs import RefKind
from shared_ecr.model.names import EcrRegistry
from shared_ecr.model.permissions import PUSH_ACTIONS
from shared_ecr.model.registry import RegistrySpec
from shared_ecr.records import record

# https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-available.html
_MACHINES = {
    "amd64": ("LINUX_CONTAINER", "aws/codebuild/amazonlinux-x86_64-standard:5.0"),
    "arm64": ("ARM_CONTAINER", "aws/codebuild/amazonlinux-aarch64-standard:3.0"),
}
_CONNECTION_ACTIONS = ("GetConnection", "GetConnectionToken", "UseConnection")


@record(slots=False)
class BuildProject:
    """The project of one build."""

    build: ImageBuild
    settings: BuildSettings
    stack_name: str
    home: EcrRegistry
    """The registry that it pushes to."""

    @cached_property
    def name(self) -> str:
        """The name of the project, and of its role."""
        return project_name(self.stack_name, self.build.repository)

    @property
    def arn(self) -> str:
        """The ARN of the project."""
        return self._arn("codebuild", f"project/{self.name}")

    @property
    def log_group(self) -> str:
        """The group that the logs are written to."""
        return f"/aws/codebuild/{self.name}"

    @property
    def log_streams_arn(self) -> str:
        """The ARN of all streams of that group."""
        return f"{self._arn('logs', f'log-group:{self.log_group}')}:*"

    @property
    def boundary(self) -> str | None:
        """The ARN of the policy that bounds the role."""
        named = self.settings.permissions_boundary
        partition = self.settings.region.partition
        return f"arn:{partition}:iam::{self.settings.account}:policy/{named}" if named else None

    @property
    def machine(self) -> str:
        """The architecture of the machine: that of the image where it has one alone and a machine exists for it."""
        architectures = {each.architecture for each in self.build.platforms}
        return "arm64" if architectures == {"arm64"} else "amd64"

    @property
    def environment_type(self) -> str:
        """CodeBuild's name for the kind of machine."""
        return _MACHINES[self.machine][0]

    @property
    def machine_image(self) -> str:
        """The image that the build runs in: it has docker, buildx and Python."""
        return _MACHINES[self.machine][1]

    @property
    def filter_groups(self) -> list[list[dict[str, str]]]:
        """What starts a build: a push of one of the refs.

        https://docs.aws.amazon.com/codebuild/latest/APIReference/API_WebhookFilter.html
        """
        return [
            [{"type": "EVENT", "pattern": "PUSH"}, {"type": "HEAD_REF", "pattern": each.codebuild_filter}]
            for each in self.build.refs
        ]

    def trust(self) -> dict[str, Any]:
        """Render who assumes the role: this one project.

        https://docs.aws.amazon.com/codebuild/latest/userguide/cross-service-confused-deputy-prevention.html
        """
        statement = {
            "Sid": "CodeBuild",
            "Effect": "Allow",
            "Principal": {"Service": "codebuild.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"aws:SourceAccount": str(self.settings.account), "aws:SourceArn": self.arn}},
        }
        return {"Version": "2012-10-17", "Statement": [statement]}

    def policy(self) -> dict[str, Any]:
        """Render what the role may do: log, read the source, and push to this one repository."""
        return {"Version": "2012-10-17", "Statement": list(self._statements())}

    def _statements(self) -> Iterator[dict[str, Any]]:
        connection, region = self.build.connection, self.home.region
        repository = f"arn:{region.partition}:ecr:{region}:{self.home.account}:repository/{self.build.repository}"
        yield _allow("Login", ["ecr:GetAuthorizationToken"], "*")
        yield _allow("Push", list(PUSH_ACTIONS), repository)
        yield _allow("Source", [f"{connection.service}:{each}" for each in _CONNECTION_ACTIONS], connection.arn)
        yield _allow("Logs", ["logs:CreateLogStream", "logs:PutLogEvents"], self.log_streams_arn)

    def _arn(self, service: str, resource: str) -> str:
        region = self.settings.region
        return f"arn:{region.partition}:{service}:{region}:{self.settings.account}:{resource}"


def build_projects(registry: RegistrySpec) -> tuple[BuildProject, ...]:
    """Return the projects of *registry*, in the order of the names of their repositories.

    They push to the Region of the projects where the registry is there, else to its first.
    """
    settings = registry.builds
    if settings is None:
        return ()
    region = settings.region if settings.region in registry.regions else registry.regions[0]
    home = registry.in_region(region)
    return tuple(BuildProject(build, settings, registry.stack_name, home) for build in settings.builds)


def started_by(build: ImageBuild) -> str:
    """Return what starts *build*, for people."""
    named = {RefKind.BRANCH: "branches", RefKind.TAG: "tags"}
    parts = ((kind, [str(each) for each in build.refs if each.kind is kind]) for kind in RefKind)
    return "; ".join(f"{named[kind]} {', '.join(found)}" for kind, found in parts if found)


def _allow(sid: str, actions: list[str], resource: str) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": resource}
