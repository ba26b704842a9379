"""Where other stacks and people find the repositories: parameters and outputs by name, never an export."""

import aws_cdk as cdk
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from shared_ecr.names import RepositoryName
from shared_ecr_constructs.repository import logical_name

# Its logical id; `client.deployed` finds the output by how it begins.
STACKS_OUTPUT = "Stacks"


def key_parameter(prefix: str) -> str:
    """Return the name of the parameter that holds the ARN of the stack's key."""
    return f"/{prefix}/key"


class RepositoryAddresses(Construct):
    """Publish the URI and the ARN of every repository as an SSM parameter and as a stack output.

    A parameter is `/PREFIX/NAME/uri` or `/PREFIX/NAME/arn`. An export would lock the repository to whoever imports
    it; a parameter is read by name and locks nobody.
    """

    def __init__(self, scope: Construct, construct_id: str, *, prefix: str) -> None:
        """Prepare the scopes; `publish` adds a repository.

        Args:
            scope: the stack of the repositories.
            construct_id: the id in it.
            prefix: what the names of the parameters start with, without slashes.
        """
        super().__init__(scope, construct_id)
        self._prefix = prefix
        self._scopes = {kind: Construct(self, kind) for kind in ("UriParameter", "ArnParameter", "Uri", "Arn")}

    def publish_shards(self, stacks: int, *, key_arn: str | None) -> None:
        """Publish over how many stacks the repositories are spread, and the key that all of them use."""
        cdk.CfnOutput(self, STACKS_OUTPUT, description="Stacks that hold the repositories", value=str(stacks))
        if key_arn:
            name = key_parameter(self._prefix)
            ssm.CfnParameter(self, "KeyParameter", name=name, type="String", value=key_arn)

    def publish(self, name: RepositoryName, *, uri: str, arn: str) -> None:
        """Publish one repository; tokens are welcome."""
        member = logical_name(name)
        for kind, value in (("Uri", uri), ("Arn", arn)):
            ssm.CfnParameter(
                self._scopes[f"{kind}Parameter"],
                member,
                name=f"/{self._prefix}/{name}/{kind.lower()}",
                type="String",
                value=value,
            )
            cdk.CfnOutput(self._scopes[kind], member, description=f"{kind.upper()} of {name}", value=value)
