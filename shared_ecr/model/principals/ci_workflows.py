"""The workflows of CI systems, each by the role that it assumes with the token of its system (OIDC).

ECR sees only the role. The role's trust policy says which project and which ref may assume it; `shared_ecr.model.trust`
renders from the issuer, the audience and the subject that are here. Each system has a module beside this one.
"""

from abc import ABC, abstractmethod

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names.git_refs import is_ref_name
from shared_ecr.model.principals.accounts import Role
from shared_ecr.records import field, record
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

# The audience that the AWS SDKs request from the CI system, and that the role requires in the token.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_create_oidc.html
STS_AUDIENCE = "sts.amazonaws.com"
_UUID = LazyPattern(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# It stands for one UUID: a '*' would also cover what follows it, and the name of a branch can be like the rest of a
# subject.
ANY_UUID = "-".join("?" * length for length in (8, 4, 4, 4, 12))


@record(order=True)
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


def ref_name(name: str | None, kind: str, system: str) -> str | None:
    """Read the name of a branch or a tag, or a pattern of them; refuse what git refuses."""
    if name is None:
        return None
    bare = name.removeprefix("refs/heads/").removeprefix("refs/tags/")
    other = name.startswith("refs/tags/" if kind == "branch" else "refs/heads/")
    if other or not is_ref_name(bare):
        raise InvalidValueError(
            f"{quoted(name)} is not a {kind}",
            fix=f"Write its name, such as {quoted('main' if kind == 'branch' else 'v*')}",
            code=f"{system}-{kind}",
        )
    return bare


def uuid_of(text: str, system: str) -> str:
    """Read a UUID, with braces or without."""
    bare = text.removeprefix("{").removesuffix("}").lower()
    if not _UUID.fullmatch(bare):
        raise InvalidValueError(
            f"{quoted(text)} is not a UUID",
            why="A name can be given to another project, a UUID cannot",
            fix="Copy it from the settings, such as 11111111-2222-3333-4444-555555555555",
            code=f"{system}-uuid",
        )
    return bare
