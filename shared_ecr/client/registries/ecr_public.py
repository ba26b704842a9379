"""ECR Public: everyone may pull without a login, and its tokens come from us-east-1 alone.

https://docs.aws.amazon.com/AmazonECR/latest/public/public-registries.html
"""

import re
from typing import TYPE_CHECKING

from shared_ecr.client.registries.interface import AwsMaker, Mounting
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import RegistryHost, RepositoryName
from shared_ecr.model.names.references import parse_repository
from shared_ecr.model.names.registry_host import ECR_PUBLIC_HOSTS
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

if TYPE_CHECKING:
    from shared_ecr.client.credentials.interface import CredentialSource


class EcrPublic:
    """The one public registry of AWS, which holds everyone's aliases."""

    name = "Amazon ECR Public"
    is_ecr = True
    # https://github.com/aws/containers-roadmap/issues/1459
    mounting = Mounting.NEVER
    address = None
    # The token of one of its names is good for the other.
    token_services = LazyPattern("|".join(map(re.escape, sorted(ECR_PUBLIC_HOSTS))))
    # Its quotas name no size of a layer as a whole.
    largest_layer = None
    login_advice = (
        "pulling needs no login; for a push it comes from your AWS credentials, which may call "
        "ecr-public:GetAuthorizationToken and sts:GetServiceBearerToken"
    )
    refusal_advice = "its tokens come from us-east-1 and are others than those of private registries"
    # https://docs.aws.amazon.com/AmazonECR/latest/public/public-repository-policy-examples.html
    push_advice = (
        "a push needs ecr-public:GetAuthorizationToken, sts:GetServiceBearerToken, "
        "ecr-public:BatchCheckLayerAvailability, ecr-public:InitiateLayerUpload, ecr-public:UploadLayerPart, "
        "ecr-public:CompleteLayerUpload and ecr-public:PutImage, and the alias in front has to be your own"
    )

    def serves(self, host: RegistryHost) -> bool:
        """Whether *host* is `public.ecr.aws` or its dual-stack name."""
        return host.is_ecr_public

    def repository(self, host: RegistryHost, text: str) -> RepositoryName:
        """Read `ALIAS/REPOSITORY`; the alias of the registry is part of the name here."""
        repository = parse_repository(host, text)
        if "/" not in repository.text:
            raise InvalidValueError(
                f"{quoted(text)} names no repository of {self.name}",
                why="The alias of its owner comes first",
                fix=f"Write '{host}/ALIAS/{repository}'",
                code="name-alias",
            )
        return repository

    def aws_logins(self, clients: AwsMaker) -> "CredentialSource":
        """Return what fetches a token where there are AWS credentials, and pulls without where there are none."""
        from shared_ecr.client.credentials.ecr_tokens import EcrPublicTokens
        from shared_ecr.client.credentials.optional import OptionalLogins

        return OptionalLogins(EcrPublicTokens(clients))
