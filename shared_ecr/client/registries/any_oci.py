"""Every other registry that speaks the OCI distribution API; its challenge says how it wants its logins.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md
"""

from collections.abc import Sequence

from shared_ecr.client.registries.interface import Mounting, RegistryBackend
from shared_ecr.model.names import RegistryHost, RepositoryName
from shared_ecr.model.names.look_alikes import looks_like_ecr
from shared_ecr.model.names.references import parse_repository


class AnyOci:
    """A registry that nothing particular is known of."""

    name = "OCI registry"
    is_ecr = False
    mounting = Mounting.ALWAYS
    address = None
    # Of a stranger only what its name shows is believed, and what the user names.
    token_services = None
    aws_logins = None
    largest_layer = None
    login_advice = (
        "log in by 'shared-ecr login HOST --username NAME --password-stdin', 'docker login' or 'podman login', or set "
        "SHARED_ECR_REGISTRY, SHARED_ECR_USERNAME and SHARED_ECR_PASSWORD"
    )
    refusal_advice = "log in again, or look whether they were revoked or have expired"

    push_advice = "the login lacks the permission to push there; ask the administrator of the registry for it"

    def __init__(self, others: Sequence[RegistryBackend] = ()) -> None:
        self._others = tuple(others)

    def serves(self, host: RegistryHost) -> bool:
        """Whether *host* belongs to none of the others and does not look like one of ECR's."""
        return not looks_like_ecr(host) and not any(other.serves(host) for other in self._others)

    def repository(self, host: RegistryHost, text: str) -> RepositoryName:
        """Read a name by the specification's grammar."""
        return parse_repository(host, text)
