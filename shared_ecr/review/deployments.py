"""What one side of a review would deploy: stacks and their resources, from any tool.

Types and properties are in CloudFormation's spelling, also where Terraform wrote them. Functions are resolved as far
as the documents by themselves say; what only a deployment knows stays in its place as the text `${Deployed:…}`, so
that two sides can still be compared, and it is not taken for a name.
"""

from collections.abc import Iterator, Mapping

from shared_ecr.documents.json_text import Json
from shared_ecr.documents.live import LiveRegistry
from shared_ecr.findings.problems import Position
from shared_ecr.records import field, record
from shared_ecr.review.operations import PlannedOperation, TerraformPlan

OPEN_MARK = "${Deployed:"
"""How a value begins that only a deployment knows."""
# The policies under which a resource stays when it is removed from its stack.
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html
RETAINING = frozenset({"Retain", "RetainExceptOnCreate"})


@record(order=True)
class RegistryHome:
    """The account and Region that something is deployed to; None where no document says it."""

    account: str | None
    region: str | None

    def __str__(self) -> str:
        return f"{self.account or 'unknown account'}/{self.region or 'unknown Region'}"


@record
class Origin:
    """Where a reader finds a resource."""

    file: str
    """The template or plan, as messages call it."""
    stack: str
    logical_id: str
    """The logical id, or the address in Terraform; empty of what is about the whole stack."""
    construct_path: str = ""
    """CDK's path of the construct, where the assembly has it."""
    position: Position | None = None
    """Where the resource is in *file*, where it is text that people read."""
    declared: Position | None = None
    """Where the declaration says it, with its file, where there is one."""

    def __str__(self) -> str:
        """Say the best place known: the declaration, else the construct, else the template."""
        if self.declared:
            return f"{self.declared.file}:{self.declared.line}:{self.declared.column}"
        if self.construct_path:
            return self.construct_path
        place = f"{self.file}:{self.position.line}:{self.position.column}" if self.position else self.file
        return f"{place}: {self.logical_id}" if self.logical_id else place


@record
class Resource:
    """One resource, its properties resolved."""

    type: str
    """Such as `AWS::ECR::Repository`."""
    properties: Mapping[str, Json]
    origin: Origin
    home: RegistryHome
    deletion_policy: str = ""
    """As written; empty where it is left out, which CloudFormation takes for `Delete`."""
    update_replace_policy: str = ""
    acknowledged: tuple[tuple[str, str], ...] = ()
    """Codes that its metadata acknowledges, each with the reason."""
    operation: PlannedOperation | None = None
    """What a plan of Terraform does to it; None where no plan says."""
    sensitive: frozenset[str] = frozenset()
    """The properties that Terraform marks as sensitive, at least in part: they are judged, and never printed."""
    has_all_tags: bool = True
    """Whether it has no tags besides its property `Tags`: where only a template is known, its stack may have some."""
    is_partial: bool = False
    """Whether only policies of it are in the documents: the repository itself is managed elsewhere."""

    def text(self, name: str) -> str | None:
        """Return the property *name* where it is a text that is wholly known."""
        value = self.properties.get(name)
        return value if isinstance(value, str) and is_known(value) else None


@record
class Stack:
    """One stack, or the whole of a Terraform plan."""

    name: str
    file: str
    home: RegistryHome
    resources: tuple[Resource, ...]
    """All of them, also those of other services."""
    template_bytes: int | None = None
    """The size of the template's text; None where there is none."""
    termination_protection: bool | None = None
    """None where the document cannot say."""
    bootstrap_version: int | None = None
    """The version of CDK's bootstrap stack that it needs, where it needs one."""
    tool: str = "cloudformation"
    """`cloudformation`, `cdk` or `terraform`: limits and removal differ."""
    written: Json = field(default=None, compare=False, repr=False)
    """The template as it is written, nothing evaluated."""
    plan: TerraformPlan | None = None
    """What the plan says besides the values of its resources; None of what is not a plan."""


@record
class Doubt:
    """A part that could not be judged; a review always reports it."""

    place: str
    """File, and where in it."""
    what: str
    about: str = field(default="", compare=False)
    """The stack and the resource, `STACK: LOGICAL_ID`, where it is about one; lines of a file move, this does not."""
    made_from: str = field(default="", compare=False)
    """What the part that is not judged is made from, as it is written: where that changes, its result may change."""
    is_bounded: bool = field(default=False, compare=False)
    """Whether the worst that it can hide is judged in its place: a role of the same stack is a role of this account."""
    key: str = field(default="", compare=False)
    """The open value where it is about the key of a repository: one that is new has no image yet that needs its key."""

    def __str__(self) -> str:
        return f"{self.place}: {self.what}"


@record
class Deployment:
    """Everything that one side would deploy."""

    source: str
    """As the reader called it: a path, or a revision."""
    stacks: tuple[Stack, ...]
    doubts: tuple[Doubt, ...] = field(default=())
    live: tuple[LiveRegistry, ...] = field(default=(), compare=False)
    """The registries that it was read from, where it is what is there now and not what a document would deploy."""

    def resources(self, kind: str) -> Iterator[tuple[Stack, Resource]]:
        """Yield the resources of one type, with their stacks."""
        for stack in self.stacks:
            for resource in stack.resources:
                if resource.type == kind:
                    yield stack, resource


def is_known(value: Json) -> bool:
    """Whether *value* is known before the deployment."""
    match value:
        case str():
            return OPEN_MARK not in value
        case list():
            return all(map(is_known, value))
        case dict():
            return all(map(is_known, value.values()))
        case _:
            return True
