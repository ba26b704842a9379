"""The policies of public repositories, read in the words of private ones: each action has one of the same name.

Anyone can pull from a public repository, so only the other actions count.
https://docs.aws.amazon.com/AmazonECR/latest/public/public-repository-policies.html
"""

from shared_ecr.access.actions import bits
from shared_ecr.records import replace
from shared_ecr.review.deployments import Resource, Stack
from shared_ecr.review.repositories import ReviewedRepository, read_repository
from shared_ecr.review.texts import written_out

_PRIVATE, _PUBLIC = "ecr:", "ecr-public:"
OPEN_TO_ALL = bits((
    "BatchCheckLayerAvailability", "BatchGetImage", "DescribeImages", "DescribeRepositories", "GetDownloadUrlForLayer",
    "ListImages", "ListTagsForResource",
))  # fmt: skip
"""What everyone may do with a public repository, whatever its policy says."""


def read_public_repository(stack: Stack, resource: Resource) -> ReviewedRepository:
    """Read a public repository, the actions of its policy in the words of private repositories."""
    properties = dict(resource.properties)
    written = properties.get("RepositoryPolicyText")
    if written is not None:
        text = written if isinstance(written, str) else written_out(written)
        properties["RepositoryPolicyText"] = text.replace(_PUBLIC, _PRIVATE)
    return read_repository(stack, replace(resource, properties=properties))


def in_public_words(text: str) -> str:
    """Return *text* with actions as public repositories have them."""
    return text.replace(_PRIVATE, _PUBLIC)
