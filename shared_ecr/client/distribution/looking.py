"""Look into registries without changing them: what a tag names, and what an image is made of."""

import json

from shared_ecr.client.credentials.interface import CredentialSource
from shared_ecr.client.distribution.opening import opened
from shared_ecr.client.distribution.repository import ManifestState
from shared_ecr.client.http.environment import HttpEnvironment
from shared_ecr.findings.errors import InvalidValueError, RefusedError
from shared_ecr.model.names import Digest, RegistryHost, Tag


class ManifestReader:
    """Answers what an engine cannot say of a registry; implements `pushers.engine.RegistryView`."""

    def __init__(self, credentials: CredentialSource, environment: HttpEnvironment | None = None) -> None:
        self._credentials = credentials
        self._environment = environment or HttpEnvironment.of_this_process()

    def digest_of(self, host: RegistryHost, repository: str, tag: Tag) -> Digest | None:
        """Return what *tag* names, or None where it names nothing.

        Raises:
            RefusedError: the caller may not look.
        """
        with opened(host, repository, self._credentials, self._environment) as remote:
            held = remote.held_in_words(tag)
        if held is ManifestState.UNTOLD:
            raise RefusedError(f"{host} does not let the caller look at {repository}:{tag} (ecr:BatchGetImage)")
        return held if isinstance(held, Digest) else None

    def config_digest_of(self, host: RegistryHost, repository: str, manifest: Digest) -> Digest | None:
        """Return the digest of the configuration that *manifest* names; None for anything but an image."""
        with opened(host, repository, self._credentials, self._environment) as remote:
            content, _ = remote.manifest(manifest)
        try:
            return Digest.parse(json.loads(content)["config"]["digest"])
        except (InvalidValueError, ValueError, KeyError, TypeError):
            return None
