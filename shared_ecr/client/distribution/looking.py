"""Look into registries without changing them: what a tag names, and what an image is made of."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from shared_ecr.client.credentials.interface import CredentialSource
from shared_ecr.client.distribution.repository import RemoteRepository, Sight
from shared_ecr.client.http.connections import Surroundings, connected
from shared_ecr.client.http.retries import Pace
from shared_ecr.errors import InvalidValueError, RefusedError
from shared_ecr.names import Digest, RegistryHost, Tag


class RegistryLooks:
    """Answers what an engine cannot say of a registry; implements `pushers.engine.RegistryView`."""

    def __init__(self, credentials: CredentialSource, surroundings: Surroundings | None = None) -> None:
        self._credentials = credentials
        self._surroundings = surroundings or Surroundings.of_this_process()

    def digest_of(self, host: RegistryHost, repository: str, tag: Tag) -> Digest | None:
        """Return what *tag* names, or None where it names nothing.

        Raises:
            RefusedError: the caller may not look.
        """
        with self._repository(host, repository) as remote:
            held = remote.held(tag)
        if held is Sight.UNTOLD:
            raise RefusedError(f"{host} does not let the caller look at {repository}:{tag} (ecr:BatchGetImage)")
        return held if isinstance(held, Digest) else None

    def config_digest_of(self, host: RegistryHost, repository: str, manifest: Digest) -> Digest | None:
        """Return the digest of the configuration that *manifest* names; None for an index, and for what is no image."""
        with self._repository(host, repository) as remote:
            content, _ = remote.manifest(manifest)
        try:
            return Digest.parse(json.loads(content)["config"]["digest"])
        except (InvalidValueError, ValueError, KeyError, TypeError):
            return None

    @contextmanager
    def _repository(self, host: RegistryHost, repository: str) -> Iterator[RemoteRepository]:
        stop = threading.Event()
        with connected(host, self._credentials, self._surroundings, stop) as exchange:
            # Nothing is put, so the pace is never asked.
            yield RemoteRepository(exchange, repository, Pace(1, exchange.patience))
