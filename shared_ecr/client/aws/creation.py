"""Repositories that do not exist yet: whether a push creates them, and creating them when that is asked for.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-creation-templates.html,
https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
"""

from shared_ecr.client.aws.deployed import RegistryClients
from shared_ecr.client.aws.faults import AwsRefusedError, asking_aws
from shared_ecr.findings.errors import RefusedError, UnavailableError
from shared_ecr.model.names import EcrRegistry, RegistryHost

CREATE_ON_PUSH = "CREATE_ON_PUSH"
# The catch-all template; every other prefix means itself and what is below it.
ROOT = "ROOT"


class RepositoryCreation:
    """Asks ECR's API; implements `pushers.creation.Creation`."""

    def __init__(self, clients: RegistryClients) -> None:
        self._clients = clients

    def template_for(self, host: RegistryHost, repository: str) -> str | None:
        """Return the prefix of the creation template by which a push creates *repository*.

        Empty where there is none; None where the caller may not ask (ecr:DescribeRepositoryCreationTemplates),
        no one can be asked, or *host* is not a private ECR registry.
        """
        registry = host.ecr
        if registry is None:
            return None
        try:
            applied = self._templates(registry)
        except (RefusedError, UnavailableError):
            return None
        if applied is None:
            return None
        matching = [prefix for prefix in applied if _matches(prefix, repository)]
        return max(matching, key=lambda prefix: 0 if prefix == ROOT else len(prefix), default="")

    def create(self, host: RegistryHost, repository: str) -> None:
        """Create *repository* with tags that do not move and a scan on push; one that is there is left as it is.

        Raises:
            AwsDeniedError: the caller may not (ecr:CreateRepository).
            AwsRefusedError: any other refusal, such as a full quota.
            UnavailableError: no credentials or no network.
        """
        registry = host.ecr
        assert registry is not None  # noqa: S101 — the pusher asks for private ECR alone
        client = self._clients.ecr(registry.region, fips=registry.fips, dual_stack=registry.dual_stack)
        try:
            with asking_aws(f"ecr:CreateRepository in {registry.region}"):
                client.create_repository(
                    registryId=registry.account.digits,
                    repositoryName=repository,
                    imageTagMutability="IMMUTABLE",
                    imageScanningConfiguration={"scanOnPush": True},
                )
        except AwsRefusedError as refusal:
            if refusal.code != "RepositoryAlreadyExistsException":
                raise

    def _templates(self, registry: EcrRegistry) -> list[str] | None:
        """Return the prefixes of those applied to a push; None for another account's registry, which shows no one."""
        client = self._clients.ecr(registry.region, fips=registry.fips, dual_stack=registry.dual_stack)
        paginator = client.get_paginator("describe_repository_creation_templates")
        with asking_aws(f"ecr:DescribeRepositoryCreationTemplates in {registry.region}"):
            pages = list(paginator.paginate())
        if any(page.get("registryId", registry.account.digits) != registry.account.digits for page in pages):
            return None
        templates = [template for page in pages for template in page["repositoryCreationTemplates"]]
        return [each.get("prefix", "") for each in templates if CREATE_ON_PUSH in each.get("appliedFor", [])]


def _matches(prefix: str, repository: str) -> bool:
    """Whether *prefix*, at whose end ECR assumes a slash, covers *repository*."""
    return prefix == ROOT or repository.startswith(f"{prefix.rstrip('/')}/")
