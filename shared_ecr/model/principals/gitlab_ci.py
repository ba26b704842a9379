"""The jobs of GitLab CI/CD: https://docs.gitlab.com/ci/secrets/id_token_authentication/."""

import re
from typing import Self

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.principals.accounts import Role
from shared_ecr.model.principals.ci_workflows import CiWorkflow, ref_name
from shared_ecr.records import record
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

# https://docs.gitlab.com/user/reserved_names/ (groups, subgroups, project)
_GITLAB_PROJECT = LazyPattern(r"[A-Za-z0-9_][\w.-]*(?:/[A-Za-z0-9_][\w.-]*)+", re.ASCII)
_HOST = LazyPattern(
    r"(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+(?::[0-9]{1,5})?"
)


@record(order=True)
class GitLabCi(CiWorkflow):
    """The jobs of one GitLab project."""

    project: str
    """Its path with all groups: `acme/shop/app`."""
    branch: str | None = None
    tag: str | None = None
    host: str = "gitlab.com"

    @classmethod
    def parse(
        cls, role: Role, project: str, *, branch: str | None = None, tag: str | None = None, host: str = "gitlab.com"
    ) -> Self:
        """Read the names; refuse wildcards in the project."""
        if not _GITLAB_PROJECT.fullmatch(project):
            path = re.sub(r"^https?://[^/]+/", "", project).removesuffix(".git").strip("/")
            raise InvalidValueError(
                f"{quoted(project)} is not a GitLab project",
                why="If the name were a pattern, other projects could assume the role" if "*" in project else "",
                fix=f"Write '{path}'"
                if _GITLAB_PROJECT.fullmatch(path)
                else "Write its whole path, such as 'acme/shop'",
                code="gitlab-project",
            )
        bare = host.removeprefix("https://")
        if not _HOST.fullmatch(bare):
            raise InvalidValueError(
                f"{quoted(host)} is not a host", fix="Write it without a path, such as 'gitlab.com'", code="gitlab-host"
            )
        return cls(role, project, ref_name(branch, "branch", "gitlab"), ref_name(tag, "tag", "gitlab"), bare)

    @property
    def issuer(self) -> str:
        """The host of the GitLab instance."""
        return self.host

    @property
    def subject(self) -> str:
        """https://docs.gitlab.com/ci/cloud_services/aws/ (project_path:…:ref_type:…:ref:…)."""
        if self.tag:
            rest = f"ref_type:tag:ref:{self.tag}"
        else:
            rest = f"ref_type:branch:ref:{self.branch}" if self.branch else "*"
        return f"project_path:{self.project}:{rest}"

    @property
    def has_ref(self) -> bool:
        """Whether a branch or a tag is named."""
        return bool(self.branch or self.tag)
