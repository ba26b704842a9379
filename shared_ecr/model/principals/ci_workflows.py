"""The workflows of CI systems, each by the role that it assumes with the token of its system (OIDC).

ECR sees the role alone. Which project and which ref may assume it is asked for in the role's trust policy, which
`shared_ecr.model.trust` renders from the issuer, the audience and the subject that are here.
"""

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Self

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.principals.accounts import Role
from shared_ecr.model.text_grammar import TextGrammar
from shared_ecr.text import quoted

# What the AWS SDKs ask the CI system for, and what the role asks the token for.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html
STS_AUDIENCE = "sts.amazonaws.com"
# An owner has at most 39 characters, a repository 100; '..' and '.' are not names.
# https://docs.github.com/en/actions/reference/security/oidc (the subject that GitHub's token carries)
_GITHUB_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/(?!\.{1,2}$)[\w.-]{1,100}", re.ASCII)
# GitHub writes a colon in the name of an environment as %3A; a name with others than these is rare, and refused.
_ENVIRONMENT = re.compile(r"[\w.-]+(?: [\w.-]+)*", re.ASCII)
# https://docs.gitlab.com/user/reserved_names/ (groups, subgroups, project)
_GITLAB_PROJECT = re.compile(r"[A-Za-z0-9_][\w.-]*(?:/[A-Za-z0-9_][\w.-]*)+", re.ASCII)
_HOST = re.compile(
    r"(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+(?::[0-9]{1,5})?"
)
_WORKSPACE = TextGrammar(
    pattern=re.compile(r"[a-z0-9_-]+"),
    what="a Bitbucket workspace",
    fix="Write its id, as the address of the workspace has it",
    code="bitbucket-workspace",
)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# CircleCI writes where the source is as HOST/OWNER/NAME.
_ORIGIN = re.compile(r"[a-z0-9.-]+(?:/[\w.-]+){2,}", re.ASCII)
# What git refuses in the name of a ref, `*` excepted: it is a pattern here.
# https://git-scm.com/docs/git-check-ref-format
_REF = re.compile(r"(?![/.])(?!.*(?:\.\.|//|@\{|[/.]$))[!-~]+")
_NOT_IN_A_REF = frozenset('~^:?[\\"')
# It stands for one UUID: a '*' would also cover what follows it, and a branch may be named like the rest of a subject.
_ANY_UUID = "-".join("?" * length for length in (8, 4, 4, 4, 12))


@dataclass(frozen=True, slots=True, order=True)
class CiWorkflow(ABC):
    """The jobs of one project in a CI system, by the role they assume."""

    role: Role
    any_ref_reason: str | None = field(default=None, kw_only=True)
    """Why any branch and tag may assume a role that pushes; None where a ref narrows it, or nothing is said."""

    @property
    @abstractmethod
    def issuer(self) -> str:
        """The issuer of the token, without `https://`: the name of the OIDC provider in IAM."""

    @property
    @abstractmethod
    def subject(self) -> str:
        """The subject that the token must carry; `*` and `?` are patterns."""

    @property
    @abstractmethod
    def has_ref(self) -> bool:
        """Whether a branch, a tag or an environment narrows the subject."""

    @property
    def audience(self) -> str:
        """The audience that the token must carry."""
        return STS_AUDIENCE

    @property
    def sid(self) -> str:
        """The kind, as a part of a Sid."""
        return type(self).__name__

    def __str__(self) -> str:
        return f"{self.sid} {self.subject} as {self.role}"


@dataclass(frozen=True, slots=True, order=True)
class GitHubActions(CiWorkflow):
    """The workflows of one GitHub repository."""

    repository: str
    """`owner/name`, in the letter case that GitHub shows: the subject of the token is compared with it."""
    branch: str | None = None
    """The branch that may assume the role; `*` stands for any characters."""
    tag: str | None = None
    environment: str | None = None
    pull_request: bool = False
    """Whether the workflows of pull requests may; those of forks have no token."""

    @classmethod
    def parse(  # noqa: PLR0913 — one argument for each way to narrow the subject
        cls,
        role: Role,
        repository: str,
        branch: str | None = None,
        *,
        tag: str | None = None,
        environment: str | None = None,
        pull_request: bool = False,
    ) -> Self:
        """Read the names; refuse wildcards in the repository, and what is not a branch, a tag or an environment."""
        bare = repository.removeprefix("https://").removeprefix("github.com/").removesuffix(".git")
        if not _GITHUB_REPOSITORY.fullmatch(bare):
            raise InvalidValueError(
                f"{quoted(repository)} is not a GitHub repository",
                why="Any other repository could assume the role if the name were a pattern" if "*" in bare else "",
                fix="Write owner/name, such as 'acme/shop'",
                code="github-repository",
            )
        if environment is not None and not _ENVIRONMENT.fullmatch(environment):
            raise InvalidValueError(
                f"{quoted(environment)} is not the name of an environment",
                fix="Write its name, such as 'production'",
                code="github-environment",
            )
        return cls(role, bare, _ref(branch, "branch", "github"), _ref(tag, "tag", "github"), environment, pull_request)

    @property
    def issuer(self) -> str:
        """GitHub's issuer; that of an Enterprise Server is another one, and not supported."""
        return "token.actions.githubusercontent.com"

    @property
    def subject(self) -> str:
        """https://docs.github.com/en/actions/reference/security/oidc#example-subject-claims."""
        if self.environment:
            rest = f"environment:{self.environment}"
        elif self.pull_request:
            rest = "pull_request"
        elif self.branch or self.tag:
            rest = f"ref:refs/heads/{self.branch}" if self.branch else f"ref:refs/tags/{self.tag}"
        else:
            rest = "*"
        return f"repo:{self.repository}:{rest}"

    @property
    def has_ref(self) -> bool:
        """Whether a branch, a tag, an environment or pull requests are named."""
        return bool(self.branch or self.tag or self.environment or self.pull_request)

    def __str__(self) -> str:
        return f"GitHub Actions of {self.repository} as {self.role}"


@dataclass(frozen=True, slots=True, order=True)
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
            raise InvalidValueError(
                f"{quoted(project)} is not a GitLab project",
                why="Any other project could assume the role if the name were a pattern" if "*" in project else "",
                fix="Write its whole path, such as 'acme/shop'",
                code="gitlab-project",
            )
        bare = host.removeprefix("https://")
        if not _HOST.fullmatch(bare):
            raise InvalidValueError(
                f"{quoted(host)} is not a host", fix="Write it without a path, such as 'gitlab.com'", code="gitlab-host"
            )
        return cls(role, project, _ref(branch, "branch", "gitlab"), _ref(tag, "tag", "gitlab"), bare)

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


@dataclass(frozen=True, slots=True, order=True)
class BitbucketPipelines(CiWorkflow):
    """The pipelines of one Bitbucket repository; their tokens name no branch, but deployment environments."""

    workspace: str
    workspace_uuid: str
    repository_uuid: str
    environment_uuid: str | None = None

    @classmethod
    def parse(
        cls, role: Role, workspace: str, workspace_uuid: str, repository_uuid: str, environment_uuid: str | None = None
    ) -> Self:
        """Read the workspace's name and the UUIDs, with braces or without."""
        workspace = _WORKSPACE.require(workspace)
        environment = _uuid(environment_uuid, "bitbucket") if environment_uuid is not None else None
        return cls(
            role, workspace, _uuid(workspace_uuid, "bitbucket"), _uuid(repository_uuid, "bitbucket"), environment
        )

    @property
    def issuer(self) -> str:
        """The issuer of the workspace."""
        return f"api.bitbucket.org/2.0/workspaces/{self.workspace}/pipelines-config/identity/oidc"

    @property
    def audience(self) -> str:
        """The audience that Bitbucket gives; it cannot be chosen."""
        return f"ari:cloud:bitbucket::workspace/{self.workspace_uuid}"

    @property
    def subject(self) -> str:
        """https://support.atlassian.com/bitbucket-cloud/docs/integrate-pipelines-with-resource-servers-using-oidc/."""
        environment = f"{{{self.environment_uuid}}}:" if self.environment_uuid else ""
        # Of a step outside of environments too: a step is one UUID, in braces.
        step = "*" if not environment else f"{{{_ANY_UUID}}}"
        return f"{{{self.repository_uuid}}}:{environment}{step}"

    @property
    def has_ref(self) -> bool:
        """Whether an environment is named."""
        return self.environment_uuid is not None


@dataclass(frozen=True, slots=True, order=True)
class CircleCi(CiWorkflow):
    """The jobs of one CircleCI project; a branch is in the second version of its token alone."""

    organization: str
    project: str
    origin: str | None = None
    """Where the source is, `github.com/acme/shop`; with `branch` alone."""
    branch: str | None = None

    @classmethod
    def parse(
        cls, role: Role, organization: str, project: str, origin: str | None = None, branch: str | None = None
    ) -> Self:
        """Read the UUIDs, and the branch with its origin."""
        if (origin is None) is not (branch is None):
            raise InvalidValueError(
                "a branch needs the origin of its source, and an origin a branch",
                why="A branch of another origin could be named so that the subject fits",
                fix="Write both: origin: github.com/acme/shop, branch: main",
                code="circleci-origin",
            )
        if origin is not None and not _ORIGIN.fullmatch(origin):
            raise InvalidValueError(
                f"{quoted(origin)} is not an origin", fix="Write HOST/OWNER/NAME", code="circleci-origin"
            )
        name = _ref(branch, "branch", "circleci")
        return cls(role, _uuid(organization, "circleci"), _uuid(project, "circleci"), origin, name)

    @property
    def issuer(self) -> str:
        """The issuer of the organization."""
        return f"oidc.circleci.com/org/{self.organization}"

    @property
    def audience(self) -> str:
        """The organization, unless the job asks for another audience."""
        return self.organization

    @property
    def subject(self) -> str:
        """https://circleci.com/docs/openid-connect-tokens/ (`CIRCLE_OIDC_TOKEN_V2` where a branch is named)."""
        project = f"org/{self.organization}/project/{self.project}"
        if self.branch:
            return f"{project}/user/{_ANY_UUID}/vcs-origin/{self.origin}/vcs-ref/refs/heads/{self.branch}"
        return f"{project}/user/*"

    @property
    def has_ref(self) -> bool:
        """Whether a branch is named."""
        return self.branch is not None


def _ref(name: str | None, kind: str, system: str) -> str | None:
    if name is None:
        return None
    bare = name.removeprefix("refs/heads/").removeprefix("refs/tags/")
    # '${' begins a variable of a policy.
    if not _REF.fullmatch(bare) or set(bare) & _NOT_IN_A_REF or "${" in bare:
        raise InvalidValueError(
            f"{quoted(name)} is not a {kind}",
            fix=f"Write its name, such as {quoted('main' if kind == 'branch' else 'v*')}",
            code=f"{system}-{kind}",
        )
    return bare


def _uuid(text: str, system: str) -> str:
    bare = text.removeprefix("{").removesuffix("}").lower()
    if not _UUID.fullmatch(bare):
        raise InvalidValueError(
            f"{quoted(text)} is not a UUID",
            why="Names can change hands, UUIDs cannot",
            fix="Copy it from the settings, such as 11111111-2222-3333-4444-555555555555",
            code=f"{system}-uuid",
        )
    return bare
