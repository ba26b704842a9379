"""What ECR refuses about one repository and MiniStack takes: encryption, tags, and texts that are not policies.

Names, lengths and enumerations are in the shape of the request (`shapes`), tag rules in `tag_rules`.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from shared_ecr.local.ecr.answers import RequestBody, ServiceError
from shared_ecr.local.ecr.lifecycle_texts import require_lifecycle_policy
from shared_ecr.local.ecr.policies import require_repository_policy

# https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-using-tags.html
MAX_TAGS, MAX_TAG_KEY, MAX_TAG_VALUE = 50, 128, 256


def require_encryption(encryption: Mapping[str, Any] | None) -> None:
    """Refuse a key without KMS, and dual-layer encryption, which only AWS GovCloud (US) has.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html

    Raises:
        ServiceError: the encryption cannot be had.
    """
    if not encryption:
        return
    if encryption["encryptionType"] == "AES256" and encryption.get("kmsKey"):
        raise ServiceError.invalid("encryptionConfiguration", "kmsKey needs the encryption type KMS")
    if encryption["encryptionType"] == "KMS_DSSE":
        raise ServiceError.invalid("encryptionConfiguration", "KMS_DSSE is not supported in this Region")


def require_tags(tags: Sequence[Mapping[str, str]]) -> None:
    """Refuse more tags than a resource may have, keys that are too long, AWS's own or there twice, and long values.

    Raises:
        ServiceError: by the two codes that ECR has for them.
    """
    if len(tags) > MAX_TAGS:
        raise ServiceError("TooManyTagsException", f"A resource has at most {MAX_TAGS} tags; these are {len(tags)}")
    keys = [tag["Key"] for tag in tags]
    for tag in tags:
        key, value = tag["Key"], tag["Value"]
        fits = 0 < len(key) <= MAX_TAG_KEY and len(value) <= MAX_TAG_VALUE
        if not fits or keys.count(key) > 1 or key.lower().startswith("aws:"):
            raise ServiceError("InvalidTagParameterException", f"The tag with the key '{key}' is invalid")


def without_the_services_own(tags: Sequence[Mapping[str, str]]) -> list[Mapping[str, str]]:
    """Return *tags* but those that CloudFormation adds, which only CloudFormation may and no limit counts."""
    return [tag for tag in tags if not tag["Key"].startswith("aws:cloudformation:")]


def _creating(request: RequestBody) -> None:
    require_encryption(request.get("encryptionConfiguration"))
    require_tags(request.get("tags") or [])


GUARDS: Mapping[str, Callable[[RequestBody], None]] = {
    "CreateRepository": _creating,
    "PutLifecyclePolicy": lambda request: require_lifecycle_policy(request["lifecyclePolicyText"]),
    "SetRepositoryPolicy": lambda request: require_repository_policy(request["policyText"]),
    "TagResource": lambda request: require_tags(request["tags"]),
}
