"""Which layers a private ECR repository has, a hundred a call.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchCheckLayerAvailability.html
"""

from collections.abc import Sequence

from shared_ecr.client.aws.deployed import RegistryClients
from shared_ecr.client.aws.faults import AwsRefusedError, asking_aws
from shared_ecr.client.errors import NoSuchRepositoryError
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import Digest, EcrRegistry, RegistryHost

BATCH = 100
# An archived layer has to come back with the image; only this one is there to be used.
_THERE = "AVAILABLE"


class BatchLayerCheck:
    """Asks ECR's API; implements `distribution.presence.BlobLooks`."""

    def __init__(self, clients: RegistryClients) -> None:
        self._clients = clients

    def held(self, host: RegistryHost, repository: str, digests: Sequence[Digest]) -> frozenset[Digest] | None:
        """Return those of *digests* that *repository* has; None where *host* is not a private ECR registry.

        Raises:
            NoSuchRepositoryError: there is no such repository.
            AwsRefusedError: the caller may not ask (ecr:BatchCheckLayerAvailability).
            UnavailableError: no credentials or no network to ECR's API.
        """
        registry = host.ecr
        if registry is None:
            return None
        unique = list(dict.fromkeys(digests))
        found: set[Digest] = set()
        for begin in range(0, len(unique), BATCH):
            found |= self._ask(registry, host, repository, unique[begin : begin + BATCH])
        return frozenset(found) & frozenset(digests)

    def _ask(self, registry: EcrRegistry, host: RegistryHost, repository: str, digests: list[Digest]) -> set[Digest]:
        client = self._clients.ecr(registry.region, fips=registry.fips, dual_stack=registry.dual_stack)
        try:
            with asking_aws(f"ecr:BatchCheckLayerAvailability in {registry.region}"):
                answer = client.batch_check_layer_availability(
                    registryId=registry.account.digits,
                    repositoryName=repository,
                    layerDigests=[str(digest) for digest in digests],
                )
        except AwsRefusedError as refusal:
            if refusal.code == "RepositoryNotFoundException":
                raise NoSuchRepositoryError.no_such_repository(host, repository) from refusal
            raise
        # What failed (`failures`) is not known to be there, and is sent.
        there = (layer.get("layerDigest", "") for layer in answer["layers"] if layer.get("layerAvailability") == _THERE)
        return {digest for text in there if (digest := _parsed(text)) is not None}


def _parsed(text: str) -> Digest | None:
    try:
        return Digest.parse(text)
    except InvalidValueError:
        return None
