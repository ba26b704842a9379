"""One deployment as the rules look at it: everything of ECR read once."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from shared_ecr.access.trust_boundary import TrustBoundary
from shared_ecr.model.settings.creation_templates import CREATION_TEMPLATE
from shared_ecr.model.settings.registry_policy import REGISTRY_POLICY
from shared_ecr.model.settings.scanning import SCANNING_CONFIGURATION
from shared_ecr.records import record, replace
from shared_ecr.review.deployments import Deployment, RegistryHome, Resource, Stack
from shared_ecr.review.policy_texts import new_repository
from shared_ecr.review.repositories import ReviewedRepository, read_repository, repositories
from shared_ecr.review.rules.settings.replication import ReadReplication, read_replications
from shared_ecr.review.rules.settings.scanning import ReadScanning, read_scanning

if TYPE_CHECKING:
    from shared_ecr.documents.json_text import Json


@record
class ReviewedTemplate:
    """One repository creation template."""

    prefix: str
    """The logical id in pointed brackets where it is not known."""
    is_known: bool
    """Whether the prefix is."""
    occasions: frozenset[str]
    """As ECR calls them: `REPLICATION`, `PULL_THROUGH_CACHE`, `CREATE_ON_PUSH`."""
    repository: ReviewedRepository
    """What it makes; the resource is the template's own, the name one that is possible."""
    resource: Resource

    @property
    def subject(self) -> str:
        """What findings call it."""
        return f"creation template {self.prefix}"


@record(slots=False)
class RuleContext:
    """A deployment, and what is known of the world around it."""

    deployment: Deployment
    known: TrustBoundary

    @cached_property
    def repositories(self) -> tuple[ReviewedRepository, ...]:
        """The private repositories that are managed here."""
        return tuple(each for each in self.policy_holders if not each.resource.is_partial)

    @cached_property
    def policy_holders(self) -> tuple[ReviewedRepository, ...]:
        """The private repositories, also those of which only policies are managed here."""
        return tuple(repositories(self.deployment))

    @cached_property
    def templates(self) -> tuple[ReviewedTemplate, ...]:
        """The creation templates."""
        return tuple(read_template(*found) for found in self.deployment.resources(CREATION_TEMPLATE.type))

    @cached_property
    def scanning(self) -> Mapping[RegistryHome, ReadScanning]:
        """What registries scan, by account and Region."""
        return {each.home: read_scanning(each) for _, each in self.deployment.resources(SCANNING_CONFIGURATION.type)}

    @cached_property
    def replications(self) -> tuple[ReadReplication, ...]:
        """What registries replicate."""
        return tuple(read_replications(self.deployment))

    def policies(self) -> Iterator[tuple[Stack, Resource]]:
        """Yield the registry policies."""
        yield from self.deployment.resources(REGISTRY_POLICY.type)


def read_template(stack: Stack, resource: Resource) -> ReviewedTemplate:
    """Read one creation template as the repository that it makes.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ecr-repositorycreationtemplate.html
    """
    properties = resource.properties
    prefix = resource.text("Prefix")
    made: dict[str, Json] = {
        "RepositoryName": new_repository(prefix),
        "LifecyclePolicy": {"LifecyclePolicyText": properties.get("LifecyclePolicy")},
        "RepositoryPolicyText": properties.get("RepositoryPolicy"),
        "Tags": properties.get("ResourceTags"),
        # What it makes is scanned as the registry says; a template has no property for it.
        "ImageScanningConfiguration": {"ScanOnPush": False},
    }
    for key in ("EncryptionConfiguration", "ImageTagMutability", "ImageTagMutabilityExclusionFilters"):
        made[key] = properties.get(key)
    occasions = properties.get("AppliedFor")
    return ReviewedTemplate(
        prefix or f"<{resource.origin.logical_id}>",
        prefix is not None,
        frozenset(each for each in occasions if isinstance(each, str)) if isinstance(occasions, list) else frozenset(),
        read_repository(stack, replace(resource, properties=made)),
        resource,
    )
