"""What is around a push or pull, and the exchange with one registry that is put together in it."""

import os
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Self

from shared_ecr.client.credentials.interface import CredentialSource
from shared_ecr.client.http.endpoints import endpoint_of
from shared_ecr.client.http.exchange import Exchange
from shared_ecr.client.http.logins import Login
from shared_ecr.client.http.rate_limits import RateLimits
from shared_ecr.client.http.retries import RetryBudget
from shared_ecr.client.http.time_limits import TIME_LIMITS, TimeLimits
from shared_ecr.client.http.transport import Transport
from shared_ecr.client.http.workers import StoppedError
from shared_ecr.model.names import RegistryHost
from shared_ecr.records import field, record, replace

# 100 layers at 20 ms a request: 1 thread took 5.6 times as long as 8, and 16 took 0.74. Eight stay within ECR's
# 100 InitiateLayerUpload a second, and reporters saw connections fail when all layers went at once.
THREADS = 8


@record
class HttpEnvironment:
    """What is around a push or pull, and is another in a test."""

    environ: Mapping[str, str]
    """Proxies, trusted certificates and the stand-in for ECR are read from it."""
    patience: RetryBudget | None = None
    """None for pauses that end at once when the push does."""
    paces: RateLimits = field(default_factory=RateLimits, repr=False, compare=False)
    """Shared by all pushes and pulls of one environment."""
    limits: TimeLimits = TIME_LIMITS
    """How long a registry may take."""

    @classmethod
    def of_this_process(cls) -> Self:
        """Return those that a command line has."""
        return cls(os.environ)


@contextmanager
def connected(
    host: RegistryHost, credentials: CredentialSource, environment: HttpEnvironment, stop: threading.Event
) -> Iterator[Exchange]:
    """Give the block an exchange with *host*; at its end the connections are closed; *stop* ends the pauses."""
    patience = environment.patience or RetryBudget(sleep=stop.wait)

    def sleep(seconds: float) -> None:
        patience.sleep(seconds)
        if stop.is_set():
            raise StoppedError

    endpoint = endpoint_of(host, environment.environ)
    transport = Transport(environment.environ, connections=THREADS, limits=environment.limits)
    try:
        login, pace = Login(endpoint, credentials, transport), environment.paces.of(host)
        yield Exchange(endpoint, login, transport, replace(patience, sleep=sleep), pace, limits=environment.limits)
    finally:
        transport.close()
