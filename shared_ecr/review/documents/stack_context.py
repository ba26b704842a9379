"""What is known of a stack besides its template."""

from collections.abc import Mapping

from shared_ecr.documents.json_text import Json
from shared_ecr.records import field, record
from shared_ecr.review.deployments import RegistryHome
from shared_ecr.review.documents.stack_assumptions import StackAssumptions


@record
class Constructs:
    """What an assembly of CDK shows of the constructs of one stack, by logical id."""

    paths: Mapping[str, str] = field(default_factory=dict)
    acknowledged: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)


@record
class StackContext:
    """What is known of a stack besides its template."""

    name: str
    home: RegistryHome
    parameters: Mapping[str, str] = field(default_factory=dict)
    """The values that someone gives."""
    constructs: Constructs = field(default_factory=Constructs)
    stack_name: str | None = None
    """What `AWS::StackName` gives, where it is known."""
    scope: StackAssumptions = field(default_factory=lambda: StackAssumptions(""))
    """What is assumed of its open values."""
    principals: frozenset[str] = frozenset()
    """The logical ids of the roles and users of the stacks around it, whose ARNs it can be given."""
    is_nested: bool = False
    """Whether another stack gives it its parameters, so that a default is what it has."""
    termination_protection: bool | None = None
    bootstrap_version: int | None = None
    tool: str = "cloudformation"
    tags: tuple[Json, ...] = ()
    """The tags that CloudFormation gives each resource, as far as the documents say them."""
    has_all_tags: bool = False
    """Whether the documents say all of them; for a template by itself they are options of the deployment."""
