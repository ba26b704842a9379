"""Whether the connections of builds are there, were agreed to, and are of the host that their sources are on.

https://docs.aws.amazon.com/codeconnections/latest/APIReference/API_GetConnection.html
"""

from collections.abc import Iterator
from typing import Any, Protocol

from shared_ecr.client.aws.faults import AwsRefusedError, asking_aws
from shared_ecr.findings.errors import SharedEcrError
from shared_ecr.model.builds.image_builds import BuildSettings
from shared_ecr.model.builds.sources import GitHost, SourceConnection
from shared_ecr.model.names import Region
from shared_ecr.records import record

_AVAILABLE, _PENDING = "AVAILABLE", "PENDING"
_PROVIDERS = {GitHost.GITHUB: "GitHub", GitHost.GITLAB: "GitLab", GitHost.BITBUCKET: "Bitbucket"}
_CONSOLE = "in the console of CodeBuild, under settings and connections"


class ConnectionClients(Protocol):
    """Makes clients of CodeConnections, whose types are not installed."""

    def service(self, name: str, region: Region) -> Any:
        """Return a client of the service called *name*."""
        ...


@record
class ConnectionState:
    """One connection and one host whose sources are read by it."""

    connection: SourceConnection
    host: GitHost
    problem: str = ""
    """What keeps it from reading sources, or from being looked at; nothing where it is ready."""
    repair: str = ""
    is_known: bool = True
    """Whether CodeConnections could be asked."""

    def __str__(self) -> str:
        name = f"connection {self.connection.arn.rpartition('/')[2]} to {self.host}"
        return f"{name}: {self.problem}" if self.problem else name


def connection_states(clients: ConnectionClients, settings: BuildSettings) -> Iterator[ConnectionState]:
    """Yield the state of each connection for each host whose sources are read by it."""
    for connection, host in dict.fromkeys((build.connection, build.source.host) for build in settings.builds):
        yield _state(clients, connection, host)


def _state(clients: ConnectionClients, connection: SourceConnection, host: GitHost) -> ConnectionState:
    try:
        # The older prefix of an ARN is a service of its own name.
        client = clients.service(connection.service, connection.region)
        with asking_aws(f"{connection.service}:GetConnection"):
            found = client.get_connection(ConnectionArn=connection.arn)["Connection"]
    except AwsRefusedError as refusal:
        if refusal.code == "ResourceNotFoundException":
            return ConnectionState(connection, host, "not there", f"make it {_CONSOLE}, and declare its ARN")
        return ConnectionState(connection, host, str(refusal), is_known=False)
    except SharedEcrError as error:
        return ConnectionState(connection, host, str(error), is_known=False)
    return ConnectionState(connection, host, *_judged(found, host))


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
