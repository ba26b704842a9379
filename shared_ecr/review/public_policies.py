"""The policies of public repositories, read in the words of private ones: each action has one of the same name.

Anyone can pull from a public repository, so only the other actions count.
https://docs.aws.amazon.com/AmazonECR/latest/public/public-repository-policies.html
"""

import re

from shared_ecr.access.actions import bits
from shared_ecr.documents.json_text import Json, read_json_or_text
from shared_ecr.records import replace
from shared_ecr.review.deployments import Resource, Stack
from shared_ecr.review.repositories import ReviewedRepository, read_repository
from shared_ecr.review.texts import written_out
from shared_ecr.text.patterns import LazyPattern

_PRIVATE, _PUBLIC = "ecr:", "ecr-public:"
# IAM ignores the case of a service and of an action.
_SERVICE = LazyPattern(re.escape(_PUBLIC), re.IGNORECASE)
OPEN_TO_ALL = bits((
    "BatchCheckLayerAvailability", "BatchGetImage", "DescribeImages", "DescribeRepositories", "GetDownloadUrlForLayer",
    "ListImages", "ListTagsForResource",
))  # fmt: skip
"""What everyone may do with a public repository, whatever its policy says."""
# What only public repositories have, and the action that it is read as: one that they do not have and that writes, one
# that everyone may call, or one that no policy of a repository can allow.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistrypublic.html
_WRITES = "PutImageScanningConfiguration"
ONLY_PUBLIC = {
    "PutRepositoryCatalogData": _WRITES,
    "GetRepositoryCatalogData": "DescribeRepositories",
    "DescribeImageTags": "DescribeImages",
    "DescribeRegistries": "DescribeRegistry",
    "GetRegistryCatalogData": "DescribeRegistry",
    "PutRegistryCatalogData": "PutRegistryPolicy",
}
_READ_AS = {f"{_PUBLIC}{name}".lower(): f"{_PRIVATE}{other}" for name, other in ONLY_PUBLIC.items()}


def read_public_repository(stack: Stack, resource: Resource) -> ReviewedRepository:
    """Read a public repository, the actions of its policy in the words of private repositories."""
    properties = dict(resource.properties)
    written = properties.get("RepositoryPolicyText")
    if written is not None:
        # A text of JSON can write each letter in several ways, so the value is compared.
        read = _replaced(read_json_or_text(written))
        properties["RepositoryPolicyText"] = read if isinstance(read, str) else written_out(read)
    return read_repository(stack, replace(resource, properties=properties))


def _replaced(value: Json) -> Json:
    """Return *value* with actions in the words of private repositories."""
    match value:
        case str():
            return _READ_AS.get(value.lower()) or _SERVICE.sub(_PRIVATE, value)
        case list():
            return [_replaced(each) for each in value]
        case dict():
            return {key: _replaced(each) for key, each in value.items()}
        case _:
            return value


def in_public_words(text: str) -> str:
    """Return *text* with actions as public repositories have them."""
    return text.replace(f"{_PRIVATE}{_WRITES}", f"{_PUBLIC}PutRepositoryCatalogData").replace(_PRIVATE, _PUBLIC)
