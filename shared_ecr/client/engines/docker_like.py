"""docker, finch and nerdctl: engines that push what is tagged with the name of the registry."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

from shared_ecr.client.credentials.docker_config import DOCKER_HUB_KEY
from shared_ecr.client.credentials.interface import Credentials
from shared_ecr.client.engines.answers import (
    failed,
    last_words,
    pull_refusal,
    push_refusal,
    pushed_digest,
)
from shared_ecr.client.engines.digests import digest_of, digests_among
from shared_ecr.client.engines.interface import EngineOutput, LocalImage, checked_source
from shared_ecr.client.engines.isolation import credentials_in_text, docker_config
from shared_ecr.client.engines.logins import log_in_by, log_out_by
from shared_ecr.client.engines.programs import Finished, Program
from shared_ecr.client.engines.renaming import rename
from shared_ecr.client.engines.repetition import Sleep, repeated
from shared_ecr.model.names import Digest, ImageReference, RegistryHost
from shared_ecr.records import record
from shared_ecr.text.patterns import LazyPattern

_MISSING = LazyPattern(r"(?i)no such image|not found|no such object")


@record
class _Stored:
    """What `image inspect` answers, as far as it matters here."""

    image: LocalImage
    identity: str
    tags: frozenset[str]


class DockerLike:
    """Drives an engine that speaks docker's command line.

    A push reads its credentials from a private configuration that no longer exists afterwards. finch on macOS runs its
    commands in a virtual machine that reads the user's own configuration: log in to it first.
    """

    def __init__(self, program: Program, *, sleep: Sleep = time.sleep) -> None:
        self._program = program
        self._sleep = sleep

    @property
    def name(self) -> str:
        """What people call it."""
        return self._program.name

    def log_in(self, host: RegistryHost, credentials: Credentials) -> None:
        """Log the user in; the password is typed, without a newline that some registries would take as part."""
        log_in_by(self._program, host, credentials)

    def log_out(self, host: RegistryHost) -> None:
        """Log the user out; a credential helper that keeps the login is asked to erase it."""
        # docker finds Docker Hub's login under its key alone.
        log_out_by(self._program, host, server=DOCKER_HUB_KEY if host.is_docker_hub else "")

    def find_image(self, source: str) -> LocalImage | None:
        """Return the image known as *source*, by name or id."""
        stored = self._inspect(checked_source(source))
        return stored.image if stored else None

    def image_names(self) -> tuple[str, ...]:
        """Return the names of the images in the store, without those that lost theirs."""
        finished = self._program.ask(["images", "--format", "{{.Repository}}:{{.Tag}}"])
        return tuple(name for name in finished.output.split() if "<none>" not in name)

    def push(
        self, source: str, target: ImageReference, credentials: Credentials | None, said: EngineOutput
    ) -> Digest | None:
        """Tag, push, and take the tag away where it was not there before."""
        with self._tagged(checked_source(source), str(target), said):
            finished = self._with_credentials("push", target, credentials, said)
        if finished.code:
            raise push_refusal(self.name, target, finished)
        return pushed_digest(finished)

    def pull(self, reference: ImageReference, credentials: Credentials | None, said: EngineOutput) -> None:
        """Pull *reference* into the store."""
        finished = self._with_credentials("pull", reference, credentials, said)
        if finished.code:
            raise pull_refusal(self.name, reference, finished)

    def rename(self, pulled: ImageReference, name: ImageReference, said: EngineOutput) -> None:
        """Let the engine know *pulled* as *name* alone."""
        rename(self._program, pulled, name, said)

    def _with_credentials(
        self, verb: str, image: ImageReference, credentials: Credentials | None, said: EngineOutput
    ) -> Finished:
        """Run a command that moves an image, as often as it is worth it."""
        secrets = credentials_in_text(credentials)
        with docker_config(image.host, credentials, self._program.environ) as lent:
            return repeated(
                lambda: self._program.follow([verb, str(image)], said, lent=lent, secrets=secrets), self._sleep, said
            )

    @contextmanager
    def _tagged(self, source: str, target: str, said: EngineOutput) -> Iterator[None]:
        """Give the image the name *target* for a while; what bore that name before gets it back."""
        image, before = self._inspect(source), self._inspect(target)
        if image and before and image.identity == before.identity:
            yield
            return
        self._done(["tag", source, target])
        try:
            yield
        finally:
            if before:
                self._tidied(["tag", before.identity, target], said)
            elif image and image.tags - {target}:
                self._tidied(["image", "rm", target], said)
            else:
                # To take away an image's only name is to delete the image.
                said(f"{source} had no name; {self.name} keeps it as {target}")

    def _done(self, arguments: list[str]) -> None:
        """Run a command on the store that must succeed."""
        finished = self._program.ask(arguments)
        if finished.code:
            raise failed(self.name, " ".join(arguments), finished)

    def _tidied(self, arguments: list[str], said: EngineOutput) -> None:
        """Run a command that tidies the store; a push that is done does not fail with it."""
        finished = self._program.ask(arguments)
        if finished.code:
            said(f"{self.name} {' '.join(arguments)} failed: {last_words(finished)}")

    def _inspect(self, source: str) -> _Stored | None:
        finished = self._program.ask(["image", "inspect", "--format", "{{json .}}", source])
        if finished.code:
            if _MISSING.search(finished.complaints):
                return None
            raise failed(self.name, f"look for the image {source}", finished)
        try:
            answer = json.loads(finished.output)
            identity, names, tags = answer["Id"], answer.get("RepoDigests"), answer.get("RepoTags")
        except (ValueError, KeyError, TypeError, AttributeError):
            raise failed(self.name, f"describe the image {source}", finished) from None
        image = LocalImage(digest_of(identity), digests_among(names))
        return _Stored(image, str(identity), frozenset(tags or ()))
