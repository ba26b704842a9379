"""A resource type that settings become, and all that the rest of the package must know of it.

One row serves the construct, the live reader, drift, adoption and the review of templates, plans and calls.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from shared_ecr.model.names import EcrRegistry
from shared_ecr.model.property_shapes import ObjectOf
from shared_ecr.model.settings.setting import SettingsSpec
from shared_ecr.records import field, record
from shared_ecr.text.spelling import pascal_keys, snake_case

Properties = Mapping[str, Any]
"""The properties of one resource, in the spelling of CloudFormation."""


@record
class LiveReading:
    """How ECR returns what is set."""

    properties: Callable[[Any], Iterable[Properties]]
    """Returns the resources of one answer; of one member of the list where ECR returns a list."""
    listed_in: str = ""
    """The key of the list that is read to its last page; empty where the answer is about the one there is."""
    absent: frozenset[str] = frozenset()
    """The errors that mean that nothing is set."""


@record
class TerraformBlock:
    """A block of a Terraform resource."""

    property: str
    """The property that it becomes."""
    attributes: Mapping[str, "str | TerraformBlock"]
    is_list: bool = True
    """Whether there may be several; else it becomes one object."""


@record
class TerraformType:
    """The resource type of the provider `aws` that does the same, with its attributes.

    The provider `awscc` has every type of CloudFormation, with the same properties in snake case.
    """

    type: str
    attributes: Mapping[str, str | TerraformBlock] | None
    """Each attribute with the property that it becomes; None where the reader of plans knows more than names."""
    create_only: tuple[str, ...] | None = None
    """The properties for which the provider replaces the resource, where they are not those of CloudFormation."""


@record
class ServiceLinkedRole:
    """A role that a service makes for itself, and the service that makes it.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/using-service-linked-roles.html
    """

    name: str
    service: str
    is_needed: Callable[[SettingsSpec], bool] = field(repr=False, compare=False)
    """Whether the settings of a registry need it."""


@record(kw_only=True)
class SettingType:
    """A resource type that settings become, and what is known of it."""

    type: str
    """As in a template: `AWS::ECR::PullTimeUpdateExclusion`."""
    order: int
    """The position of its resources in a template; the number of a released type never changes."""
    called: str
    """What reports call one of its resources: `pull-time exclusion`."""
    keys: tuple[str, ...]
    """The keys under `registry` that make such a resource, the one that a person would look at first."""
    scope: tuple[str, ...]
    """The ids of the constructs above its resources, or of a singleton itself; logical ids are made of them."""
    shape: ObjectOf
    """Which properties a resource that exists has, and in which form."""
    read_by: str
    """The operation of ECR that reads it: `ListPullTimeUpdateExclusions`."""
    reading: LiveReading | None = None
    """How its answer is read; None where the reader needs other answers too."""
    named_by: str | None = None
    """The property that distinguishes its resources; None where a registry has one."""
    create_only: tuple[str, ...] = ()
    """The properties that are fixed when the resource is created: `createOnlyProperties` of the published schema."""
    policies: frozenset[str] = frozenset()
    """The properties that hold a policy, whose keys are not spelled as properties are."""
    render: Callable[[SettingsSpec, EcrRegistry], Iterable[Properties]] | None = None
    """Renders its resources in one registry; None where a construct of its own adds roles, secrets or functions."""
    put_by: Mapping[str, str] = field(default_factory=dict)
    """The operations of ECR that put it, each with the parameter that holds it; empty for the parameters themselves."""
    removed_by: tuple[str, ...] = ()
    """The operations of ECR that remove the one that a registry has."""
    adopted: Callable[[Iterable[Properties]], object] | None = None
    """Returns what a declaration of the resources writes under the first key; None where adoption decides it."""
    terraform: TerraformType | None = None
    """None where the provider `aws` has no such type."""
    linked_role: ServiceLinkedRole | None = None
    """The role that AWS creates with the first resource of the type."""

    @property
    def words(self) -> str:
        """What lists of differences call it: `scanning`."""
        return self.called.removesuffix(" configuration")

    @property
    def terraform_names(self) -> Mapping[str, str]:
        """The types of both providers, each with the attribute that names a resource; empty for a singleton."""
        own = (self.terraform.type,) if self.terraform else ()
        cloud_control = (f"awscc_ecr_{snake_case(self.type.rpartition(':')[2])}",) if self.is_of_ecr else ()
        return dict.fromkeys((*own, *cloud_control), snake_case(self.named_by or ""))

    @property
    def is_of_ecr(self) -> bool:
        """Whether the type is one of CloudFormation's for ECR, and not a custom resource of ours."""
        return self.type.startswith("AWS::ECR::")

    def put(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """Return the properties that a call with *parameters* puts; the registry that is called is not one of them."""
        named = {f"{name[:1].upper()}{name[1:]}": value for name, value in parameters.items() if name != "registryId"}
        return {name: value if name in self.policies else pascal_keys(value) for name, value in named.items()}
