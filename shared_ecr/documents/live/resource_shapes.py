"""Which form the properties of each type have in a snapshot, so that a broken one is refused before it is compared.

A part that is missing, or that has another form, would otherwise be compared as if the registry did not have it, and
an adoption would certify its loss. Source: the resource types of AWS::ECR that `client/aws/registry` writes,
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ECR.html
"""

from collections.abc import Iterator, Mapping

from shared_ecr.documents.json_text import Json
from shared_ecr.documents.live.live_registry import PUBLIC_REPOSITORY, REPOSITORY
from shared_ecr.model.property_shapes import ENCRYPTION, EXCLUSIONS, TAGS, TEXT, Leaf, ListOf, ObjectOf, Shape
from shared_ecr.model.settings.table import TYPES
from shared_ecr.text import first_few, quoted

SHAPES: Mapping[str, ObjectOf] = {
    REPOSITORY: ObjectOf(
        {
            "RepositoryName": TEXT,
            "EncryptionConfiguration": ENCRYPTION,
            "ImageScanningConfiguration": ObjectOf({"ScanOnPush": Leaf.FLAG}),
            "ImageTagMutability": TEXT,
        },
        {
            "ImageTagMutabilityExclusionFilters": EXCLUSIONS,
            "LifecyclePolicy": ObjectOf({"LifecyclePolicyText": TEXT}),
            "RepositoryPolicyText": Leaf.POLICY,
            "Tags": TAGS,
        },
    ),
    PUBLIC_REPOSITORY: ObjectOf(
        {"RepositoryName": TEXT},
        {
            "RepositoryCatalogData": ObjectOf(
                {},
                {
                    "RepositoryDescription": TEXT,
                    "Architectures": ListOf(TEXT),
                    "OperatingSystems": ListOf(TEXT),
                    "AboutText": TEXT,
                    "UsageText": TEXT,
                },
            ),
            "RepositoryPolicyText": Leaf.POLICY,
            "Tags": TAGS,
        },
    ),
    **{each.type: each.shape for each in TYPES.values()},
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
