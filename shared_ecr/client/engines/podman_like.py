"""podman and buildah: engines that push under any name and read credentials from a file that is not one."""

import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from shared_ecr.client.credentials.interface import Credentials
from shared_ecr.client.engines.answers import (
    failed,
    pull_refusal,
    push_refusal,
)
from shared_ecr.client.engines.digests import digest_of, digests_among, written_digest
from shared_ecr.client.engines.interface import EngineOutput, LocalImage, checked_source
from shared_ecr.client.engines.isolation import authfile, credentials_in_text
from shared_ecr.client.engines.logins import log_in_by, log_out_by
from shared_ecr.client.engines.programs import Finished, Program
from shared_ecr.client.engines.renaming import rename
from shared_ecr.client.engines.repetition import Sleep, repeated
from shared_ecr.model.names import Digest, ImageReference, RegistryHost
from shared_ecr.text.patterns import LazyPattern

_MISSING = LazyPattern(r"(?i)no such image|image not known|not found|does not resolve to an image")


class Podman:
    """Drives podman; nothing is tagged for a push, and plain HTTP is spoken to this machine alone."""

    def __init__(self, program: Program, *, sleep: Sleep = time.sleep) -> None:
        self._program = program
        self._sleep = sleep

    @property
    def name(self) -> str:
        """What people call it."""
        return self._program.name

    def log_in(self, host: RegistryHost, credentials: Credentials) -> None:
        """Log the user in; podman keeps the login in the user's runtime folder."""
        log_in_by(self._program, host, credentials, *tls_flags(host))

    def log_out(self, host: RegistryHost) -> None:
        """Log the user out, of what podman, buildah and skopeo share."""
        log_out_by(self._program, host)

    def find_image(self, source: str) -> LocalImage | None:
        """Return the image known as *source*, by name or id."""
        finished = self._inspected(checked_source(source))
        if finished.code:
            if _MISSING.search(finished.complaints):
                return None
            raise failed(self.name, f"look for the image {source}", finished)
        try:
            return self._described(json.loads(finished.output))
        except (ValueError, LookupError, TypeError):
            raise failed(self.name, f"describe the image {source}", finished) from None

    def image_names(self) -> tuple[str, ...]:
        """Return the names of the images in the store, without those that lost theirs."""
        finished = self._program.ask(["images", "--format", "{{.Repository}}:{{.Tag}}"])
        return tuple(name for name in finished.output.split() if "<none>" not in name)

    def push(
        self, source: str, target: ImageReference, credentials: Credentials | None, said: EngineOutput
    ) -> Digest | None:
        """Push *source* to *target* as it is."""
        with tempfile.TemporaryDirectory(prefix="shared-ecr-") as folder:
            digest_file = Path(folder, "digest")
            arguments = ["push", *tls_flags(target.host), "--digestfile", str(digest_file)]
            finished = self._with_credentials(
                arguments, [checked_source(source), f"docker://{target}"], target.host, credentials, said
            )
            if finished.code:
                raise push_refusal(self.name, target, finished)
            return written_digest(digest_file)

    def pull(self, reference: ImageReference, credentials: Credentials | None, said: EngineOutput) -> None:
        """Pull *reference* into the store."""
        arguments = ["pull", *tls_flags(reference.host)]
        finished = self._with_credentials(arguments, [f"docker://{reference}"], reference.host, credentials, said)
        if finished.code:
            raise pull_refusal(self.name, reference, finished)

    def rename(self, pulled: ImageReference, name: ImageReference, said: EngineOutput) -> None:
        """Let the engine know *pulled* as *name* alone."""
        rename(self._program, pulled, name, said)

    def _with_credentials(
        self,
        options: Sequence[str],
        operands: Sequence[str],
        host: RegistryHost,
        credentials: Credentials | None,
        said: EngineOutput,
    ) -> Finished:
        """Run a command that moves an image, as often as it is worth it."""
        secrets = credentials_in_text(credentials)
        with authfile("--authfile", host, credentials) as lent:
            arguments = [*options, *lent.arguments, *operands]
            return repeated(
                lambda: self._program.follow(arguments, said, lent=lent, secrets=secrets), self._sleep, said
            )

    def _inspected(self, source: str) -> Finished:
        """Ask for the image's description as JSON."""
        return self._program.ask(["image", "inspect", source])

    def _described(self, answers: Any) -> LocalImage:
        answer = answers[0]
        manifest = digest_of(answer["Digest"])
        return LocalImage(
            digest_of(answer["Id"]), digests_among(answer["RepoDigests"]) | ({manifest} if manifest else set())
        )


class Buildah(Podman):
    """Drives buildah, which shares podman's store and commands but for describing an image."""

    def _inspected(self, source: str) -> Finished:
        return self._program.ask(["inspect", "--type", "image", source])

    def _described(self, answers: Any) -> LocalImage:
        manifest = digest_of(answers["FromImageDigest"])
        return LocalImage(digest_of(answers["FromImageID"]), frozenset({manifest} if manifest else ()))


def tls_flags(host: RegistryHost) -> tuple[str, ...]:
    """Allow plain HTTP to this machine, and to no other."""
    return ("--tls-verify=false",) if host.is_loopback else ()
