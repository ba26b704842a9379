"""Terraform's resources of ECR in the spelling of CloudFormation.

Sources: https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ecr_repository and its neighbours;
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ECR.html.
"""

from collections.abc import Callable, Iterable, Mapping

from shared_ecr.documents.json_text import Json
from shared_ecr.model.settings.api_calls import CalledSetting
from shared_ecr.model.settings.creation_templates import CREATION_TEMPLATE
from shared_ecr.model.settings.setting_type import TerraformBlock
from shared_ecr.model.settings.table import TYPES
from shared_ecr.records import record
from shared_ecr.review.documents.terraform.cloud_control import CLOUD_CONTROL, pascal_case
from shared_ecr.review.documents.terraform.resource_types import KMS_KEYS

ResourceValues = Mapping[str, Json]
ValueReader = Callable[[Json], Json]


@record
class Translation:
    """A type of resource, and each attribute with the property it becomes."""

    type: str
    properties: Mapping[str, tuple[str, ValueReader]]


def _same(value: Json) -> Json:
    return value


def _block(names: Mapping[str, tuple[str, ValueReader]]) -> ValueReader:
    """Read the one block of a list as an object."""

    def read(value: Json) -> Json:
        blocks = _blocks(names)(value)
        return blocks[0] if isinstance(blocks, list) and blocks else (None if blocks == [] else blocks)

    return read


def _blocks(names: Mapping[str, tuple[str, ValueReader]]) -> ValueReader:
    """Read each block of a list as an object; what is not known yet stays as it is."""

    def read(value: Json) -> Json:
        if not isinstance(value, list):
            return value
        return [renamed(each, names) if isinstance(each, dict) else each for each in value]

    return read


def _tags(value: Json) -> Json:
    if not isinstance(value, dict):
        return value
    return [{"Key": key, "Value": each} for key, each in sorted(value.items())]


def _encryption(value: Json) -> Json:
    names = {"encryption_type": ("EncryptionType", _same), "kms_key": ("KmsKey", _same)}
    read = _block(names)(value)
    if isinstance(read, dict) and read.get("EncryptionType") != "KMS" and read.get("EncryptionType") != "KMS_DSSE":
        # AES256 has no key; a plan says of it that it is not known yet.
        return {key: each for key, each in read.items() if key != "KmsKey"}
    return read


def _lifecycle(value: Json) -> Json:
    return {"LifecyclePolicyText": value}


def _named(attributes: Mapping[str, str | TerraformBlock]) -> dict[str, tuple[str, ValueReader]]:
    found: dict[str, tuple[str, ValueReader]] = {}
    for attribute, part in attributes.items():
        if isinstance(part, str):
            found[attribute] = (part, _same)
        else:
            found[attribute] = (part.property, (_blocks if part.is_list else _block)(_named(part.attributes)))
    return found


_EXCLUSIONS = _blocks({
    "filter": ("ImageTagMutabilityExclusionFilterValue", _same),
    "filter_type": ("ImageTagMutabilityExclusionFilterType", _same),
})  # fmt: skip
_CATALOG = _block({
    "about_text": ("AboutText", _same), "architectures": ("Architectures", _same),
    "description": ("RepositoryDescription", _same), "operating_systems": ("OperatingSystems", _same),
    "usage_text": ("UsageText", _same),
})  # fmt: skip
# `tags_all` has those of the provider too; it comes second, so that it wins.
_OWN = {
    "image_tag_mutability": ("ImageTagMutability", _same),
    "image_tag_mutability_exclusion_filter": ("ImageTagMutabilityExclusionFilters", _EXCLUSIONS),
    "encryption_configuration": ("EncryptionConfiguration", _encryption),
}

ACCOUNT_SETTING = "aws_ecr_account_setting"
"""What CloudFormation has no type for; our own constructs write it as a custom resource."""

TRANSLATIONS: dict[str, Translation] = {
    "aws_ecr_repository": Translation("AWS::ECR::Repository", {
        "name": ("RepositoryName", _same), **_OWN, "force_delete": ("EmptyOnDelete", _same),
        "image_scanning_configuration": ("ImageScanningConfiguration", _block({"scan_on_push": ("ScanOnPush", _same)})),
        "tags": ("Tags", _tags), "tags_all": ("Tags", _tags),
    }),
    **{
        each.terraform.type: Translation(each.type, _named(each.terraform.attributes))
        for each in TYPES.values()
        if each.terraform and each.terraform.attributes is not None
    },
    "aws_ecr_repository_creation_template": Translation(CREATION_TEMPLATE.type, {
        "prefix": ("Prefix", _same), "applied_for": ("AppliedFor", _same), "description": ("Description", _same),
        "custom_role_arn": ("CustomRoleArn", _same), **_OWN, "lifecycle_policy": ("LifecyclePolicy", _same),
        "repository_policy": ("RepositoryPolicy", _same), "resource_tags": ("ResourceTags", _tags),
    }),
    **dict.fromkeys(KMS_KEYS, Translation("AWS::KMS::Key", {
        "is_enabled": ("Enabled", _same), "enabled": ("Enabled", _same), "policy": ("KeyPolicy", _same),
        "key_policy": ("KeyPolicy", _same), "pending_window_in_days": ("PendingWindowInDays", _same),
        "deletion_window_in_days": ("PendingWindowInDays", _same), "arn": ("Arn", _same), "key_id": ("KeyId", _same),
        "valid_to": ("ValidTo", _same),
    })),
    "aws_kms_key_policy": Translation("AWS::KMS::KeyPolicy", {
        "key_id": ("KeyId", _same), "policy": ("KeyPolicy", _same),
    }),
    "aws_ecrpublic_repository": Translation("AWS::ECR::PublicRepository", {
        "repository_name": ("RepositoryName", _same), "catalog_data": ("RepositoryCatalogData", _CATALOG),
        "force_destroy": ("EmptyOnDelete", _same), "tags": ("Tags", _tags), "tags_all": ("Tags", _tags),
    }),
}  # fmt: skip

FUNCTION = "aws_lambda_function"
"""Read for the image that it runs alone: Lambda writes a statement into the policy of its repository."""

JOINED: dict[str, tuple[str, str, Callable[[Json], Json]]] = {
    "aws_ecr_lifecycle_policy": ("AWS::ECR::Repository", "LifecyclePolicy", _lifecycle),
    "aws_ecr_repository_policy": ("AWS::ECR::Repository", "RepositoryPolicyText", _same),
    "aws_ecrpublic_repository_policy": ("AWS::ECR::PublicRepository", "RepositoryPolicyText", _same),
}
"""What CloudFormation writes into the repository itself: its type there, the property, and how it is read."""


def properties_of(type_: str, attributes: Iterable[str]) -> set[str]:
    """Return the properties that the *attributes* of a resource of *type_* become."""
    if type_ in CLOUD_CONTROL:
        return set(map(pascal_case, attributes))
    if type_ == ACCOUNT_SETTING:
        return {"Body"} if set(attributes) & {"name", "value"} else set()
    if type_ in JOINED:
        return {JOINED[type_][1]} if "policy" in attributes else set()
    names = TRANSLATIONS[type_].properties if type_ in TRANSLATIONS else {}
    return {names[each][0] for each in attributes if each in names}


def renamed(values: ResourceValues, names: Mapping[str, tuple[str, ValueReader]]) -> dict[str, Json]:
    """Return *values* under the names that CloudFormation has; what is not set is left out."""
    found: dict[str, Json] = {}
    for attribute, (name, read) in names.items():
        value = values.get(attribute)
        made = None if value is None or value in ("", [], {}) else read(value)
        if made is not None:
            found[name] = made
    return found


def image_function(values: ResourceValues) -> dict[str, Json]:
    """Return the image that a function runs; nothing where it runs a file. Nothing else of it is kept."""
    image = values.get("image_uri")
    return {"PackageType": "Image", "Code": {"ImageUri": image}} if isinstance(image, str) and image else {}


def account_setting(values: ResourceValues) -> dict[str, Json]:
    """Return a setting of the account, which CloudFormation has no type for, as our constructs write it."""
    name, value = values.get("name"), values.get("value")
    setting = CalledSetting.of(str(name), "PutAccountSetting", {"name": name, "value": value})
    return {"Name": setting.name, "Operation": setting.operation, "Body": setting.body}
