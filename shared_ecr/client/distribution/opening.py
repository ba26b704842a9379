"""A repository to ask, with the connection that carries the questions."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from shared_ecr.client.credentials.interface import CredentialSource, for_repository
from shared_ecr.client.distribution.repository import RemoteRepository
from shared_ecr.client.http.environment import HttpEnvironment, connected
from shared_ecr.model.names import RegistryHost


@contextmanager
def opened(
    host: RegistryHost, repository: str, credentials: CredentialSource, environment: HttpEnvironment
) -> Iterator[RemoteRepository]:
    """Give the block the repository; at its end the connections are closed, and threads that wait to ask again stop."""
    stop = threading.Event()
    with connected(host, for_repository(credentials, repository), environment, stop) as exchange:
        try:
            yield RemoteRepository(exchange, repository)
        finally:
            stop.set()
