"""The repositories of a registry: asked of ECR's own API, elsewhere of the catalog, which few registries offer.

Source: https://distribution.github.io/distribution/spec/api/#listing-repositories
"""

import json
from typing import TYPE_CHECKING

from shared_ecr.client.distribution.opening import opened
from shared_ecr.client.distribution.pages import pages
from shared_ecr.client.distribution.refusals import Refusal
from shared_ecr.client.distribution.repository import OK, RemoteRepository
from shared_ecr.findings.errors import RefusedError
from shared_ecr.model.names import RegistryHost
from shared_ecr.model.names.registry_host import DOCKER_HUB

if TYPE_CHECKING:
    from shared_ecr.client.session import Session

PAGE = 1000
_CATALOG = "_catalog"


def repositories_of(host: RegistryHost, session: "Session") -> tuple[str, ...]:
    """Return the names of every repository of *host*, in alphabetical order.

    Raises:
        RefusedError: the registry lists them to no one, or not to this caller.
        UnavailableError: no credentials or no network.
    """
    if host.ecr is not None:
        from shared_ecr.client.aws.inventory import repository_names

        return repository_names(session.clients, host.ecr)
    if host.canonical.text == DOCKER_HUB:
        raise RefusedError("Docker Hub has no catalog; its website lists the repositories of an account")
    if host.is_ecr_public:
        raise RefusedError("ECR Public has no catalog; its gallery at https://gallery.ecr.aws can be searched")
    found: set[str] = set()
    with opened(host, _CATALOG, session.credentials, session.environment) as remote:
        for answer in pages(remote, f"?n={PAGE}", "the list of repositories"):
            if answer.status != OK:
                said = Refusal.read(answer, remote.exchange).said
                raise RefusedError(
                    f"{host} refused to list its repositories: {said}; many registries list them to administrators "
                    "only, or not at all"
                )
            found.update(_names_in(remote, answer.body))
    return tuple(sorted(found))


def _names_in(remote: RemoteRepository, body: bytes) -> list[str]:
    try:
        # An empty registry has null in place of a list.
        listed = json.loads(body)["repositories"] or []
    except (ValueError, RecursionError, LookupError, TypeError):
        listed = None
    if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
        raise RefusedError(f"{remote.exchange.registry} answered with something else than a list of repositories")
    return listed
