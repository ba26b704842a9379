"""One repository of the public gallery: everyone can pull from it, and the named accounts can push to it.

The public registry is only in us-east-1, whatever the Region of the private one.
Source: https://docs.aws.amazon.com/AmazonECR/latest/public/what-is-ecr.html
"""

from typing import Any

from shared_ecr.model.names import Region, RepositoryName
from shared_ecr.model.permissions import Grant, PolicyLocation, repository_policy
from shared_ecr.records import record

HOME = Region("us-east-1")
# AWS::ECR::PublicRepository, RepositoryCatalogData.
MAX_DESCRIPTION, MAX_TEXT, MAX_WORDS = 1024, 10_240, 50
# https://docs.aws.amazon.com/AmazonECR/latest/public/public-repository-policy-examples.html
PUSH_ACTIONS = (
    "ecr-public:BatchCheckLayerAvailability",
    "ecr-public:CompleteLayerUpload",
    "ecr-public:InitiateLayerUpload",
    "ecr-public:PutImage",
    "ecr-public:UploadLayerPart",
)


@record
class CatalogData:
    """What the gallery shows of a repository."""

    description: str | None = None
    about: str | None = None
    usage: str | None = None
    architectures: tuple[str, ...] = ()
    operating_systems: tuple[str, ...] = ()

    def wire(self) -> dict[str, Any] | None:
        """Render the catalog data, or None where nothing is said."""
        properties: dict[str, Any] = {
            "RepositoryDescription": self.description,
            "AboutText": self.about,
            "UsageText": self.usage,
            "Architectures": sorted(self.architectures),
            "OperatingSystems": sorted(self.operating_systems),
        }
        return {key: value for key, value in properties.items() if value} or None


@record
class PublicRepositorySpec:
    """A public repository as it must be."""

    name: RepositoryName
    catalog: CatalogData = CatalogData()
    grants: tuple[Grant, ...] = ()
    """Who else may push; everyone can pull."""
    tags: tuple[tuple[str, str], ...] = ()

    def policy(self) -> dict[str, Any] | None:
        """Render who else may push, or None where it is the account alone."""
        rendered = repository_policy(self.grants, PolicyLocation.of(HOME))
        if rendered:
            rendered["Statement"] = [{**each, "Action": list(PUSH_ACTIONS)} for each in rendered["Statement"]]
        return rendered
