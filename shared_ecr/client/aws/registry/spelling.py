"""From the spelling of ECR's API to the properties of CloudFormation's resources."""

from typing import Any

from shared_ecr.documents.json_text import Json, as_json
from shared_ecr.text.spelling import pascal_keys

_OWN_TAGS = "aws:"
_STACK_TAG = "aws:cloudformation:stack-name"


def pascal(value: Any) -> Json:
    """Return an answer of the API as CloudFormation writes it: with keys that begin with a capital letter."""
    return as_json(pascal_keys(value))


def own_tags(tags: list[dict[str, str]]) -> Json:
    """Return the tags that a template can set: those that do not begin with `aws:`, by key."""
    kept = sorted((tag["Key"], tag.get("Value", "")) for tag in tags if not tag["Key"].lower().startswith(_OWN_TAGS))
    return [{"Key": key, "Value": value} for key, value in kept]


def stack_of(tags: list[dict[str, str]]) -> str | None:
    """Return the stack that CloudFormation's own tag names, or None."""
    return next((tag.get("Value") for tag in tags if tag["Key"] == _STACK_TAG), None)


def exclusion_filters(filters: list[dict[str, str]]) -> Json:
    """Render the exceptions from tag mutability as CloudFormation spells them."""
    return [
        {
            "ImageTagMutabilityExclusionFilterType": each["filterType"],
            "ImageTagMutabilityExclusionFilterValue": each["filter"],
        }
        for each in filters
    ]


def encryption(held: dict[str, str], *, is_aws_managed: bool) -> Json:
    """Render an encryption; the key that AWS manages is named by nothing."""
    type_ = held.get("encryptionType", "AES256")
    key = held.get("kmsKey")
    if key and not is_aws_managed:
        return {"EncryptionType": type_, "KmsKey": key}
    return {"EncryptionType": type_}
