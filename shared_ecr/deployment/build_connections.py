"""Whether the connections of builds are there, were agreed to, and are of the host that their sources are on.

https://docs.aws.amazon.com/codeconnections/latest/APIReference/API_GetConnection.html
"""

from collections.abc import Iterator
from typing import Any, Protocol

from shared_ecr.client.aws.faults import AwsRefusedError, asking_aws
from shared_ecr.deployment.bootstrap.readiness import Readiness, ReadinessCheck
from shared_ecr.findings.errors import SharedEcrError
from shared_ecr.model.builds.image_builds import BuildSettings
from shared_ecr.model.builds.sources import GitHost, SourceConnection
from shared_ecr.model.names import Region

_AVAILABLE, _PENDING = "AVAILABLE", "PENDING"
_PROVIDERS = {GitHost.GITHUB: "GitHub", GitHost.GITLAB: "GitLab", GitHost.BITBUCKET: "Bitbucket"}
_CONSOLE = "in the console of CodeBuild, under settings and connections"


class ConnectionClients(Protocol):
    """Makes clients of CodeConnections, whose types are not installed."""

    def service(self, name: str, region: Region) -> Any:
        """Return a client of the service called *name*."""
        ...


def connection_checks(
    clients: ConnectionClients, environment: str, settings: BuildSettings
) -> Iterator[ReadinessCheck]:
    """Yield one check for each connection and each kind of source that is read by it."""
    used = dict.fromkeys((build.connection, build.source.host) for build in settings.builds)
    for connection, host in used:
        yield _check(clients, environment, connection, host)


def _check(clients: ConnectionClients, environment: str, connection: SourceConnection, host: GitHost) -> ReadinessCheck:
    about = f"connection {connection.arn.rpartition('/')[2]} to {host}"
    try:
        # The older prefix of an ARN is a service of its own name.
        client = clients.service(connection.service, connection.region)
        with asking_aws(f"{connection.service}:GetConnection"):
            found = client.get_connection(ConnectionArn=connection.arn)["Connection"]
    except AwsRefusedError as refusal:
        if refusal.code == "ResourceNotFoundException":
            return ReadinessCheck(environment, about, Readiness.MISSING, f"make it {_CONSOLE}, and declare its ARN")
        return ReadinessCheck(environment, f"{about}: {refusal}", Readiness.UNKNOWN)
    except SharedEcrError as error:
        return ReadinessCheck(environment, f"{about}: {error}", Readiness.UNKNOWN)
    wrong, repair = _judged(found, host)
    if wrong:
        return ReadinessCheck(environment, f"{about}: {wrong}", Readiness.MISSING, repair)
    return ReadinessCheck(environment, about, Readiness.READY)


def _judged(connection: dict[str, Any], host: GitHost) -> tuple[str, str]:
    """Return what keeps *connection* from reading sources on *host*, and what to do; nothing where it is ready."""
    state, provider = connection.get("ConnectionStatus"), connection.get("ProviderType")
    if state == _PENDING:
        return "pending", f"agree to it {_CONSOLE}: 'Update pending connection'"
    if state != _AVAILABLE:
        return str(state or "no status"), f"repair it {_CONSOLE}"
    if provider != _PROVIDERS[host]:
        return f"it is one to {provider}", f"declare a connection to {host}"
    return "", ""
