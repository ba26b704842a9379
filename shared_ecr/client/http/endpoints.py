"""Where the requests to a registry go, and which other addresses it may send us to."""

from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

from shared_ecr.client.errors import PushRefusedError
from shared_ecr.client.http.egress import is_inside, is_local
from shared_ecr.client.http.origins import DEFAULT_PORTS
from shared_ecr.client.registries import backend_of
from shared_ecr.findings.errors import InvalidValueError, RefusedError, UsageError
from shared_ecr.model.names import RegistryHost
from shared_ecr.records import record
from shared_ecr.text import quoted

# Sends what is meant for ECR to the embedded AWS: `SHARED_ECR_REGISTRY_ENDPOINT=http://127.0.0.1:4566`. Another
# registry's stand-in has its name in front, behind a comma where there are several: `docker.io=http://127.0.0.1:5000`.
ENDPOINT_VARIABLE = "SHARED_ECR_REGISTRY_ENDPOINT"
# Which token service is a registry's own where its name does not show it: `registry.example.com=git.example.com`.
TOKEN_SERVICES_VARIABLE = "SHARED_ECR_TOKEN_SERVICES"  # noqa: S105 — the name of a variable


@record
class Endpoint:
    """The address of one registry."""

    registry: RegistryHost
    url: str
    """`https://HOST[:PORT]`, without a slash at the end."""
    host_header: str | None = None
    """The name to ask for, where it is not that of the address: the embedded AWS reads account and Region from it."""
    token_services: frozenset[str] = frozenset()
    """Hosts that the user names as the registry's own token service."""

    def owns(self, url: str) -> bool:
        """Whether *url* is at this address: same scheme, host and port. Only then it is sent a login."""
        return origin(url) == origin(self.url)

    def upload_location(self, request_url: str, location: str) -> str:
        """Resolve where the registry wants the bytes; refuse another host, scheme or port."""
        url = self._joined(request_url, location)
        if self.host_header and urlsplit(url).netloc.lower() == self.host_header.lower():
            # The stand-in speaks as the registry it stands for.
            url = self.url + url.split(urlsplit(url).netloc, 1)[1]
        if not self.owns(url) or "@" in urlsplit(url).netloc:
            raise PushRefusedError(
                f"{self.registry} asks to upload to {_place(url)}; that is not the registry, and nothing was sent there"
            )
        return url

    def redirect(self, request_url: str, location: str) -> str:
        """Resolve where the registry redirects a read to; refuse what is neither https nor the registry itself."""
        url = self._joined(request_url, location)
        if self.owns(url):
            return url
        parts = urlsplit(url)
        name = parts.hostname or ""
        if self.is_local and is_local(name) and parts.scheme in DEFAULT_PORTS:
            return url
        if parts.scheme != "https" or is_inside(name) or "@" in parts.netloc:
            raise RefusedError(f"{self.registry} redirects to {_place(url)}; only https to a public host is followed")
        return url

    def _joined(self, request_url: str, location: str) -> str:
        try:
            url = urljoin(request_url, location)
            _ = urlsplit(url).port
        except ValueError as error:
            raise RefusedError(f"{self.registry} answered with an invalid address") from error
        return url

    @property
    def is_local(self) -> bool:
        """Whether the address is this machine."""
        return is_local(urlsplit(self.url).hostname or "")


def endpoint_of(registry: RegistryHost, environ: Mapping[str, str]) -> Endpoint:
    """Return the address of *registry*: https, and plain http for this machine only.

    Raises:
        UsageError: the environment names an endpoint that is not on this machine, or says what cannot be read.
        InvalidValueError: the host only looks like one of ECR's.
    """
    services = frozenset(
        value for host, value in _named(TOKEN_SERVICES_VARIABLE, environ) if host == registry.canonical
    )
    stand_ins = dict(_named(ENDPOINT_VARIABLE, environ))
    override = stand_ins.get(registry.canonical, stand_ins.get(None) if registry.ecr is not None else None)
    if override is not None:
        return Endpoint(registry, _loopback_url(override), registry.text, services)
    if registry.is_loopback:
        return Endpoint(registry, f"http://{registry}", token_services=services)
    return Endpoint(registry, f"https://{backend_of(registry).address or registry}", token_services=services)


def _named(variable: str, environ: Mapping[str, str]) -> list[tuple[RegistryHost | None, str]]:
    """Read `HOST=VALUE[,…]`; a value without a host is for ECR."""
    found: list[tuple[RegistryHost | None, str]] = []
    for entry in filter(None, map(str.strip, environ.get(variable, "").split(","))):
        host, equals, value = entry.rpartition("=")
        try:
            found.append((RegistryHost.parse(host).canonical if equals else None, value))
        except InvalidValueError as error:
            raise UsageError(f"{variable} has an entry whose registry cannot be read: {error}") from error
    return found


def origin(url: str) -> tuple[str, str, int | None]:
    """Return scheme, host and port of *url*."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        port = -1
    return parts.scheme, (parts.hostname or "").lower(), port or DEFAULT_PORTS.get(parts.scheme)


def _loopback_url(text: str) -> str:
    scheme, name, port = origin(text)
    parts = urlsplit(text)
    is_bare = parts.path in {"", "/"} and not parts.query and not parts.fragment and "@" not in parts.netloc
    if scheme not in DEFAULT_PORTS or not is_local(name) or port == -1 or not is_bare:
        raise UsageError(
            f"{ENDPOINT_VARIABLE} has {_place(text)}; only an address of this machine such as "
            "http://127.0.0.1:4566, without a login, a path or a query, may take the place of a registry"
        )
    return f"{scheme}://{parts.netloc}"


def _place(url: str) -> str:
    """Show scheme and host alone: paths and queries of upload addresses are as good as a password."""
    scheme, name, port = origin(url)
    return quoted(f"{scheme}://{name}" if port in {None, DEFAULT_PORTS.get(scheme)} else f"{scheme}://{name}:{port}")
