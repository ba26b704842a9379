"""Which form the properties of each type have in a snapshot, so that a broken one is refused before it is compared.

A part that is missing, or that has another form, would otherwise be compared as if the registry did not have it, and
an adoption would certify its loss. Source: the resource types of AWS::ECR that `client/aws/registry` writes,
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ECR.html
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from shared_ecr.documents.json_text import Json
from shared_ecr.documents.live.live_registry import PUBLIC_REPOSITORY, REPOSITORY
from shared_ecr.model.settings.account_settings import CALLED_SETTING
from shared_ecr.model.settings.creation_templates import CREATION_TEMPLATE
from shared_ecr.model.settings.pull_through_cache import CACHE_RULE
from shared_ecr.model.settings.pull_time_exclusions import EXCLUSION
from shared_ecr.model.settings.registry_policy import REGISTRY_POLICY
from shared_ecr.model.settings.replication import REPLICATION_CONFIGURATION
from shared_ecr.model.settings.scanning import SCANNING_CONFIGURATION
from shared_ecr.model.settings.signing import SIGNING_CONFIGURATION
from shared_ecr.text import first_few, quoted


class Leaf(Enum):
    """A form without parts; the value is how errors call it."""

    TEXT = "a text that is not empty"
    ANY_TEXT = "a text"
    FLAG = "true or false"
    POLICY = "a policy: an object or a text"


@dataclass(frozen=True, slots=True)
class ListOf:
    """A list whose members have one form."""

    member: "Shape"


@dataclass(frozen=True, slots=True)
class ObjectOf:
    """An object: what it must have, what it may have, and whether AWS may add to it what we pass on unread."""

    required: Mapping[str, "Shape"]
    optional: Mapping[str, "Shape"] = field(default_factory=dict)
    is_open: bool = False


Shape = Leaf | ListOf | ObjectOf

_TEXT = Leaf.TEXT
_TAGS = ListOf(ObjectOf({"Key": _TEXT, "Value": Leaf.ANY_TEXT}))
_ENCRYPTION = ObjectOf({"EncryptionType": _TEXT}, {"KmsKey": _TEXT})
_EXCLUSIONS = ListOf(
    ObjectOf({"ImageTagMutabilityExclusionFilterType": _TEXT, "ImageTagMutabilityExclusionFilterValue": _TEXT})
)
_FILTERS = ListOf(ObjectOf({"Filter": _TEXT, "FilterType": _TEXT}))
_DESTINATIONS = ListOf(ObjectOf({"Region": _TEXT, "RegistryId": _TEXT}, is_open=True))
_RULES = {
    REPLICATION_CONFIGURATION.type: ObjectOf(
        {"Destinations": _DESTINATIONS}, {"RepositoryFilters": _FILTERS}, is_open=True
    ),
    SCANNING_CONFIGURATION.type: ObjectOf({"ScanFrequency": _TEXT, "RepositoryFilters": _FILTERS}, is_open=True),
    SIGNING_CONFIGURATION.type: ObjectOf({"SigningProfileArn": _TEXT}, {"RepositoryFilters": _FILTERS}, is_open=True),
}
SHAPES: Mapping[str, ObjectOf] = {
    REPOSITORY: ObjectOf(
        {
            "RepositoryName": _TEXT,
            "EncryptionConfiguration": _ENCRYPTION,
            "ImageScanningConfiguration": ObjectOf({"ScanOnPush": Leaf.FLAG}),
            "ImageTagMutability": _TEXT,
        },
        {
            "ImageTagMutabilityExclusionFilters": _EXCLUSIONS,
            "LifecyclePolicy": ObjectOf({"LifecyclePolicyText": _TEXT}),
            "RepositoryPolicyText": Leaf.POLICY,
            "Tags": _TAGS,
        },
    ),
    PUBLIC_REPOSITORY: ObjectOf(
        {"RepositoryName": _TEXT},
        {
            "RepositoryCatalogData": ObjectOf(
                {},
                {
                    "RepositoryDescription": _TEXT,
                    "Architectures": ListOf(_TEXT),
                    "OperatingSystems": ListOf(_TEXT),
                    "AboutText": _TEXT,
                    "UsageText": _TEXT,
                },
            ),
            "RepositoryPolicyText": Leaf.POLICY,
            "Tags": _TAGS,
        },
    ),
    REGISTRY_POLICY.type: ObjectOf({"PolicyText": Leaf.POLICY}),
    REPLICATION_CONFIGURATION.type: ObjectOf(
        {"ReplicationConfiguration": ObjectOf({"Rules": ListOf(_RULES[REPLICATION_CONFIGURATION.type])})}
    ),
    SCANNING_CONFIGURATION.type: ObjectOf({"ScanType": _TEXT, "Rules": ListOf(_RULES[SCANNING_CONFIGURATION.type])}),
    CACHE_RULE.type: ObjectOf(
        {"EcrRepositoryPrefix": _TEXT, "UpstreamRegistryUrl": _TEXT},
        dict.fromkeys(("UpstreamRegistry", "CredentialArn", "CustomRoleArn", "UpstreamRepositoryPrefix"), _TEXT),
    ),
    CREATION_TEMPLATE.type: ObjectOf(
        {
            "Prefix": _TEXT,
            "AppliedFor": ListOf(_TEXT),
            "EncryptionConfiguration": _ENCRYPTION,
            "ImageTagMutability": _TEXT,
        },
        {
            "ImageTagMutabilityExclusionFilters": _EXCLUSIONS,
            "Description": _TEXT,
            "CustomRoleArn": _TEXT,
            "LifecyclePolicy": _TEXT,
            "RepositoryPolicy": _TEXT,
            "ResourceTags": _TAGS,
        },
    ),
    SIGNING_CONFIGURATION.type: ObjectOf({"Rules": ListOf(_RULES[SIGNING_CONFIGURATION.type])}),
    EXCLUSION.type: ObjectOf({"PrincipalArn": _TEXT}),
    CALLED_SETTING.type: ObjectOf({"Name": _TEXT, "Operation": _TEXT, "Body": _TEXT}),
}


def faults(value: Json, shape: Shape, path: str) -> Iterator[str]:
    """Yield what of *value* does not have the form *shape*; *path* is what the value is called."""
    match shape:
        case ObjectOf():
            yield from _object_faults(value, shape, path)
        case ListOf(member):
            if not isinstance(value, list):
                yield f"{path} is not a list"
                return
            for number, each in enumerate(value):
                yield from faults(each, member, f"{path}.{number}")
        case Leaf():
            if not _is(value, shape):
                yield f"{path} is not {shape.value}"


def _object_faults(value: Json, shape: ObjectOf, path: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{path} is not an object"
        return
    if missing := [name for name in shape.required if name not in value]:
        yield f"{path} has no {first_few(missing)}"
    known = {**shape.required, **shape.optional}
    if unknown := [quoted(name) for name in value if name not in known and not shape.is_open]:
        yield f"{path} has {first_few(unknown)}, which this release does not know"
    for name, member in known.items():
        if name in value:
            yield from faults(value[name], member, f"{path}.{name}")


def _is(value: Json, form: Leaf) -> bool:
    match form:
        case Leaf.TEXT:
            return type(value) is str and value != ""
        case Leaf.ANY_TEXT:
            return type(value) is str
        case Leaf.FLAG:
            return isinstance(value, bool)
        case Leaf.POLICY:
            return isinstance(value, dict) or (type(value) is str and value != "")
