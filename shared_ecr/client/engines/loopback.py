"""Where engines speak to in place of ECR while registries are tried on this machine."""

from urllib.parse import urlsplit

from shared_ecr.client.http.endpoints import ENDPOINT_VARIABLE, endpoint_of
from shared_ecr.names import RegistryHost


def spoken_host(host: RegistryHost, registry_override: str | None) -> RegistryHost:
    """Return the host an engine shall speak to for *host*: the override's for ECR's hosts, else *host* itself.

    Raises:
        UsageError: the override is no address of this machine: a token would leave it.
    """
    if not registry_override or host.ecr is None:
        return host
    return RegistryHost.parse(urlsplit(endpoint_of(host, {ENDPOINT_VARIABLE: registry_override}).url).netloc)
