"""Where other stacks and people find the repositories: parameters and outputs by name, never an export."""

from collections.abc import Iterable, Iterator

import aws_cdk as cdk
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from shared_ecr.model.names import EcrRegistry
from shared_ecr.model.repositories import RepositorySpec
from shared_ecr_constructs.repository import logical_name

# Logical ids; `client.aws.deployed` finds the outputs by how they start.
STACKS_OUTPUT = "Stacks"
REGISTRY_OUTPUT = "Registry"
NAMES_OUTPUT = "Names"
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html: the value of an output.
_MAX_OUTPUT_BYTES = 1_024


def key_parameter(prefix: str) -> str:
    """Return the name of the parameter that holds the ARN of the stack's key."""
    return f"/{prefix}/key"


class RepositoryAddresses(Construct):
    """Publish the URI of every repository as an SSM parameter, and the names of all in a few outputs.

    A parameter is `/PREFIX/NAME/uri`. An export would lock the repository for each stack that imports it; a parameter
    is read by name and locks nothing. Outputs hold many names each, since a template has at most 200 of them
    (docs/adr/0042-growth-without-moves.md).
    """

    def __init__(self, scope: Construct, construct_id: str, *, prefix: str) -> None:
        """Prepare the scope; `publish` adds the repositories.

        Args:
            scope: the stack of the repositories.
            construct_id: the id in it.
            prefix: what the names of the parameters start with, without slashes.
        """
        super().__init__(scope, construct_id)
        self._prefix = prefix
        self._uris = Construct(self, "UriParameter")

    def publish_shards(self, stacks: int, *, key_arn: str | None) -> None:
        """Publish over how many stacks the repositories are spread, and the key that all of them use."""
        cdk.CfnOutput(self, STACKS_OUTPUT, description="Stacks that hold the repositories", value=str(stacks))
        if key_arn:
            name = key_parameter(self._prefix)
            ssm.CfnParameter(self, "KeyParameter", name=name, type="String", value=key_arn)

    def publish(self, specs: Iterable[RepositorySpec], home: EcrRegistry) -> None:
        """Publish every repository of the stack, once."""
        names = []
        for spec in specs:
            name = f"/{self._prefix}/{spec.name}/uri"
            ssm.CfnParameter(self._uris, logical_name(spec.name), name=name, type="String", value=spec.uri(home))
            names.append(spec.name.text)
        start = f"arn:{home.region.partition}:ecr:{home.region}:{home.account}:repository/"
        about = "Host of the registry, and what the ARNs of its repositories start with"
        cdk.CfnOutput(self, REGISTRY_OUTPUT, description=about, value=f"{home.host} {start}")
        parent = Construct(self, NAMES_OUTPUT)
        for number, value in enumerate(_packed(names), 1):
            cdk.CfnOutput(parent, str(number), description="Repositories of the stack", value=value)


def _packed(names: Iterable[str]) -> Iterator[str]:
    """Join *names* by spaces into as few values as outputs can hold."""
    packed = ""
    for name in names:
        if packed and len(packed) + 1 + len(name) > _MAX_OUTPUT_BYTES:
            yield packed
            packed = ""
        packed = f"{packed} {name}".lstrip()
    if packed:
        yield packed
