"""Where engines speak to in place of a registry while one is in for it on this machine."""

from urllib.parse import urlsplit

from shared_ecr.client.http.endpoints import ENDPOINT_VARIABLE, endpoint_of
from shared_ecr.model.names import RegistryHost


def spoken_host(host: RegistryHost, registry_override: str | None) -> RegistryHost:
    """Return the host an engine must speak to for *host*: the one that is in for it, else *host* itself.

    Raises:
        UsageError: the override is not an address of this machine: a token would leave it.
    """
    if not registry_override:
        return host
    endpoint = endpoint_of(host, {ENDPOINT_VARIABLE: registry_override})
    return host if endpoint.host_header is None else RegistryHost.parse(urlsplit(endpoint.url).netloc)
