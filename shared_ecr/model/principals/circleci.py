"""The jobs of CircleCI: https://circleci.com/docs/openid-connect-tokens/."""

import re
from typing import Self

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.principals.accounts import Role
from shared_ecr.model.principals.ci_workflows import ANY_UUID, CiWorkflow, ref_name, uuid_of
from shared_ecr.records import record
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

# CircleCI writes where the source is as HOST/OWNER/NAME.
_ORIGIN = LazyPattern(r"[a-z0-9.-]+(?:/[\w.-]+){2,}", re.ASCII)


@record(order=True)
class CircleCi(CiWorkflow):
    """The jobs of one CircleCI project; only the second version of its token has the branch."""

    organization: str
    project: str
    origin: str | None = None
    """Where the source is, `github.com/acme/shop`; only together with `branch`."""
    branch: str | None = None

    @classmethod
    def parse(
        cls, role: Role, organization: str, project: str, origin: str | None = None, branch: str | None = None
    ) -> Self:
        """Read the UUIDs, and the branch with its origin."""
        if (origin is None) is not (branch is None):
            raise InvalidValueError(
                "a branch needs the origin of its source, and an origin a branch",
                why="A branch of another origin could have a name that matches the subject",
                fix="Write both: origin: github.com/acme/shop, branch: main",
                code="circleci-origin",
            )
        if origin is not None and not _ORIGIN.fullmatch(origin):
            raise InvalidValueError(
                f"{quoted(origin)} is not an origin", fix="Write HOST/OWNER/NAME", code="circleci-origin"
            )
        name = ref_name(branch, "branch", "circleci")
        return cls(role, uuid_of(organization, "circleci"), uuid_of(project, "circleci"), origin, name)

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
            return f"{project}/user/{ANY_UUID}/vcs-origin/{self.origin}/vcs-ref/refs/heads/{self.branch}"
        return f"{project}/user/*"

    @property
    def has_ref(self) -> bool:
        """Whether a branch is named."""
        return self.branch is not None
