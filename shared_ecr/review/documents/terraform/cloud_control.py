"""Resources of the provider `awscc`, whose attributes are the properties of CloudFormation in snake case.

https://registry.terraform.io/providers/hashicorp/awscc/latest/docs/resources/ecr_repository
"""

from collections.abc import Mapping

from shared_ecr.documents.json_text import Json
from shared_ecr.model.settings.table import TYPES
from shared_ecr.text.spelling import snake_case

_TYPES = (
    "AWS::ECR::PublicRepository",
    "AWS::ECR::Repository",
    *(each.type for each in TYPES.values() if each.is_of_ecr),
)
CLOUD_CONTROL: Mapping[str, str] = {
    f"awscc_ecr_{snake_case(type_.removeprefix('AWS::ECR::'))}": type_ for type_ in _TYPES
}
"""What each type is in CloudFormation."""

# What the service returns: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ECR.html
_RETURNED = frozenset({"id", "arn", "registry_id", "repository_uri", "created_at", "updated_at"})


def cloud_control_properties(values: Mapping[str, Json]) -> dict[str, Json]:
    """Return the attributes *values* as properties; what is not set is left out."""
    kept = {name: value for name, value in values.items() if name not in _RETURNED}
    return {pascal_case(name): _renamed(value) for name, value in kept.items() if value not in (None, "", [], {})}


def pascal_case(name: str) -> str:
    """Return what CloudFormation calls the attribute *name*: `KmsKey` for `kms_key`."""
    return "".join(part.capitalize() for part in name.split("_"))


def _renamed(value: Json) -> Json:
    match value:
        case dict():
            return {pascal_case(name): _renamed(each) for name, each in value.items() if each is not None}
        case list():
            return [_renamed(each) for each in value]
        case _:
            return value
