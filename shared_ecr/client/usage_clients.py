"""Clients of the services that run images, made as all others are (`aws.AwsClients`)."""

from typing import Any

from shared_ecr.client.aws import AwsClients, _config
from shared_ecr.names import Region


class UsageAwsClients(AwsClients):
    """Makes clients of any service; the stubs of ECS and Lambda are not installed, so they have no types."""

    def service(self, name: str, region: Region) -> Any:
        """Return a client of the service called *name* in *region*."""
        with self._making(name):
            client: Any = self._boto().client(name, region_name=region.name, config=_config())  # type: ignore[call-overload]  # any service
            self._open.append(client.close)
            return client
