"""The pipelines of Bitbucket, whose tokens name workspaces, repositories and environments by UUIDs."""

from typing import Self

from shared_ecr.model.principals.accounts import Role
from shared_ecr.model.principals.ci_workflows import ANY_UUID, CiWorkflow, uuid_of
from shared_ecr.model.text_grammar import TextGrammar
from shared_ecr.records import record
from shared_ecr.text.patterns import LazyPattern

_WORKSPACE = TextGrammar(
    pattern=LazyPattern(r"[a-z0-9_-]+"),
    what="a Bitbucket workspace",
    fix="Write its id, as the address of the workspace has it",
    code="bitbucket-workspace",
)


@record(order=True)
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
        environment = uuid_of(environment_uuid, "bitbucket") if environment_uuid is not None else None
        return cls(
            role, workspace, uuid_of(workspace_uuid, "bitbucket"), uuid_of(repository_uuid, "bitbucket"), environment
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
        # Also for a step outside of environments: a step is one UUID, in braces.
        step = "*" if not environment else f"{{{ANY_UUID}}}"
        return f"{{{self.repository_uuid}}}:{environment}{step}"

    @property
    def has_ref(self) -> bool:
        """Whether an environment is named."""
        return self.environment_uuid is not None
