"""Private ECR, in every partition that `names.partitions` knows, by its plain, FIPS and dual-stack hosts.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html
"""

from typing import TYPE_CHECKING

from shared_ecr.client.registries.interface import AwsMaker, Mounting
from shared_ecr.model.names import RegistryHost, RepositoryName
from shared_ecr.model.names.references import parse_repository

if TYPE_CHECKING:
    from shared_ecr.client.credentials.interface import CredentialSource


class EcrPrivate:
    """One account's ECR in one Region."""

    name = "Amazon ECR"
    is_ecr = True
    # `BLOB_MOUNTING`; within one registry, encryption and key. https://github.com/aws/containers-roadmap/issues/2860
    mounting = Mounting.BY_ACCOUNT_SETTING
    address = None
    # Not a matter here: it wants Basic.
    token_services = None
    # 52,000 MiB. https://docs.aws.amazon.com/AmazonECR/latest/userguide/service-quotas.html
    largest_layer = 52_000 * 1024 * 1024
    login_advice = (
        "its logins come from your AWS credentials: run 'aws sso login' or 'aws configure', set AWS_PROFILE, or, in "
        "CI, give the job a role"
    )
    refusal_advice = "a token of another Region or account is refused like this"
    # https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html
    push_advice = (
        "a push needs ecr:GetAuthorizationToken, ecr:BatchCheckLayerAvailability, ecr:InitiateLayerUpload, "
        "ecr:UploadLayerPart, ecr:CompleteLayerUpload, ecr:PutImage and ecr:BatchGetImage"
    )

    def serves(self, host: RegistryHost) -> bool:
        """Whether *host* is one of a private registry; the match is anchored."""
        return host.ecr is not None

    def repository(self, host: RegistryHost, text: str) -> RepositoryName:
        """Read a name by ECR's own grammar."""
        return parse_repository(host, text)

    def aws_logins(self, clients: AwsMaker) -> "CredentialSource":
        """Return what fetches authorization tokens, one for a partition, Region and kind of host."""
        from shared_ecr.client.credentials.ecr_tokens import EcrTokens

        return EcrTokens(clients)
