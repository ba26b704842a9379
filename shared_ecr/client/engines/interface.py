"""What every container engine does for us: log in for the user, show an image, push and pull one."""

from collections.abc import Callable
from typing import Protocol

from shared_ecr.client.credentials.interface import Credentials
from shared_ecr.findings.errors import UsageError
from shared_ecr.model.names import Digest, ImageReference, RegistryHost
from shared_ecr.records import record
from shared_ecr.text import quoted

EngineOutput = Callable[[str], None]
"""Hears the lines an engine prints while it works, secrets replaced."""


@record
class LocalImage:
    """An image that an engine holds, by the digests it knows it by."""

    identity: Digest | None
    """The image id: the digest of its configuration, or of its manifest where containerd stores images."""
    manifests: frozenset[Digest]
    """Digests of the manifest, here and in the registries it was pushed to or pulled from."""

    def is_same(self, manifest: Digest, configuration: Digest | None) -> bool:
        """Whether what a registry holds as *manifest*, which names *configuration*, is this image."""
        known = self.manifests | ({self.identity} if self.identity else set())
        return manifest in known or (configuration is not None and configuration == self.identity)

    def __str__(self) -> str:
        return str(self.identity or next(iter(sorted(self.manifests)), "an image without a digest"))


class Engine(Protocol):
    """One container engine. Commands are argument vectors; credentials are never in them."""

    @property
    def name(self) -> str:
        """What people call it, such as `podman`."""
        ...

    def log_in(self, host: RegistryHost, credentials: Credentials) -> None:
        """Log the user in to *host*: the engine keeps the credentials where it keeps them.

        Raises:
            LoginRefusedError: the registry does not accept the credentials.
            UnavailableError: the engine failed, or could not keep them.
        """
        ...

    def log_out(self, host: RegistryHost) -> None:
        """Have the engine forget the user's login to *host*; one that it does not have is no failure.

        Raises:
            UnavailableError: the engine failed, or its credential helper did.
        """
        ...

    def find_image(self, source: str) -> LocalImage | None:
        """Return the image that the engine knows as *source*, or None.

        Raises:
            UsageError: *source* could be taken for an option.
            UnavailableError: the engine does not answer.
        """
        ...

    def image_names(self) -> tuple[str, ...]:
        """Return the names under which the engine holds images; empty where it has no store of its own."""
        ...

    def push(
        self, source: str, target: ImageReference, credentials: Credentials | None, said: EngineOutput
    ) -> Digest | None:
        """Push *source* to *target* with *credentials* that no longer exist afterwards; repeat what may be repeated.

        Returns the digest that the engine says it pushed, or None where it does not say.

        Raises:
            LoginRefusedError: the registry does not accept the credentials.
            PushRefusedError: the repository is missing, the tag may not move, or the caller may not push.
            UnavailableError: the engine failed.
        """
        ...

    def pull(self, reference: ImageReference, credentials: Credentials | None, said: EngineOutput) -> None:
        """Pull *reference* into the engine's store; otherwise like `push`."""
        ...

    def rename(self, pulled: ImageReference, name: ImageReference, said: EngineOutput) -> None:
        """Let the engine know the image that it pulled as *pulled* by *name* alone, where *name* has a tag.

        Raises:
            UnavailableError: the engine failed to give the name.
        """
        ...


def checked_source(source: str) -> str:
    """Return *source*; refuse what an engine would take for an option, and what is not a name at all."""
    if not source or source.startswith("-") or any(character.isspace() for character in source):
        raise UsageError(f"{quoted(source)} is not an image name; a name is not empty, has no blank and no leading '-'")
    return source
