"""The workflows of GitHub Actions: https://docs.github.com/en/actions/reference/security/oidc."""

import re
from typing import Self

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.principals.accounts import Role
from shared_ecr.model.principals.ci_workflows import CiWorkflow, ref_name
from shared_ecr.records import record
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

# An owner has at most 39 characters, a repository 100; '..' and '.' are not names.
# https://docs.github.com/en/actions/reference/security/oidc (the subject that GitHub's token carries)
_GITHUB_REPOSITORY = LazyPattern(r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/(?!\.{1,2}$)[\w.-]{1,100}", re.ASCII)
# GitHub writes a colon in the name of an environment as %3A; a name with others than these is rare, and refused.
_ENVIRONMENT = LazyPattern(r"[\w.-]+(?: [\w.-]+)*", re.ASCII)


@record(order=True)
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
                why="If the name were a pattern, other repositories could assume the role" if "*" in bare else "",
                fix="Write owner/name, such as 'acme/shop'",
                code="github-repository",
            )
        if environment is not None and not _ENVIRONMENT.fullmatch(environment):
            raise InvalidValueError(
                f"{quoted(environment)} is not the name of an environment",
                fix="Write its name, such as 'production'",
                code="github-environment",
            )
        return cls(
            role, bare, ref_name(branch, "branch", "github"), ref_name(tag, "tag", "github"), environment, pull_request
        )

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
