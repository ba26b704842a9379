"""The builds of a declaration: where their projects are, and what each makes of which source."""

import hashlib
import re
from collections.abc import Iterable
from enum import StrEnum

from shared_ecr.model.builds.packages import PackageRequirement
from shared_ecr.model.builds.paths import SourcePath
from shared_ecr.model.builds.refs import RefPattern
from shared_ecr.model.builds.sources import GitSource, SourceConnection
from shared_ecr.model.names import AccountId, Region, RepositoryName
from shared_ecr.model.names.platforms import Platform
from shared_ecr.model.permissions import AccessLevel, Grant
from shared_ecr.model.principals import Role
from shared_ecr.model.repositories import RepositorySpec
from shared_ecr.records import record, replace

# A role has at most 64 characters: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
_MAX_NAME = 64
_HASH_CHARACTERS = 8
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
RETENTION_DAYS = (
    1,
    3,
    5,
    7,
    14,
    30,
    60,
    90,
    120,
    150,
    180,
    365,
    400,
    545,
    731,
    1096,
    1827,
    2192,
    2557,
    2922,
    3288,
    3653,
)
# A year, as the controls of common conformance packs require.
DEFAULT_RETENTION = 365


class ComputeSize(StrEnum):
    """How large the machine is. https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-compute-types.html."""

    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"

    @property
    def wire(self) -> str:
        """CodeBuild's name for it."""
        return f"BUILD_GENERAL1_{self.name}"


@record
class ImageBuild:
    """One repository whose images are built from one source."""

    repository: RepositoryName
    source: GitSource
    connection: SourceConnection
    refs: tuple[RefPattern, ...]
    platforms: tuple[Platform, ...]
    dockerfile: SourcePath
    context: SourcePath
    compute: ComputeSize = ComputeSize.SMALL

    def __post_init__(self) -> None:
        # The order in the file has no meaning, so the template must not depend on it.
        object.__setattr__(self, "refs", tuple(sorted(self.refs)))
        object.__setattr__(self, "platforms", tuple(sorted(self.platforms)))


@record
class BuildSettings:
    """Every build of a declaration, and where their projects are."""

    account: AccountId
    region: Region
    builds: tuple[ImageBuild, ...]
    package: PackageRequirement
    """What pip installs in a build."""
    retention_days: int = DEFAULT_RETENTION
    permissions_boundary: str | None = None
    """The name of the managed policy that bounds every role."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "builds", tuple(sorted(self.builds, key=lambda build: build.repository)))


def project_name(stack_name: str, repository: RepositoryName) -> str:
    """Return the name of the project of *repository*, and of its role: no other repository has it.

    Both services allow letters, digits and hyphens; the hash distinguishes `team/app` from `team-app`.
    """
    digest = hashlib.sha256(f"{stack_name}/{repository}".encode()).hexdigest()[:_HASH_CHARACTERS]
    words = re.sub(r"[^A-Za-z0-9]+", "-", f"{stack_name}-build-{repository}")
    return f"{words[: _MAX_NAME - _HASH_CHARACTERS - 1].rstrip('-')}-{digest}"


def build_role(settings: BuildSettings, stack_name: str, repository: RepositoryName) -> Role:
    """Return the role of the project of *repository*."""
    return Role(settings.account, project_name(stack_name, repository))


def with_build_grants(
    repositories: Iterable[RepositorySpec], settings: BuildSettings | None, stack_name: str
) -> tuple[RepositorySpec, ...]:
    """Return *repositories*; each that is built grants push to the role of its project."""
    built = {build.repository for build in settings.builds} if settings else set()
    return tuple(
        replace(spec, grants=(*spec.grants, Grant(AccessLevel.PUSH, build_role(settings, stack_name, spec.name))))
        if settings and spec.name in built
        else spec
        for spec in repositories
    )
