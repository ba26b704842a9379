"""skopeo: copies images between places, and has no store of its own."""

import hashlib
import json
import tempfile
import time
from pathlib import Path

from shared_ecr.client.credentials.interface import Credentials
from shared_ecr.client.engines.answers import (
    failed,
    push_refusal,
)
from shared_ecr.client.engines.digests import digest_of, written_digest
from shared_ecr.client.engines.interface import EngineOutput, LocalImage, checked_source
from shared_ecr.client.engines.isolation import authfile, credentials_in_text
from shared_ecr.client.engines.logins import log_in_by, log_out_by
from shared_ecr.client.engines.programs import Program
from shared_ecr.client.engines.repetition import Sleep, repeated
from shared_ecr.findings.errors import UsageError
from shared_ecr.model.names import Digest, ImageReference, RegistryHost
from shared_ecr.text import listed, quoted
from shared_ecr.text.patterns import LazyPattern

# Places on this machine. `docker:` is not among them: a copy between registries is not a push of a local image.
# https://github.com/containers/image/blob/main/docs/containers-transports.5.md
TRANSPORTS = ("containers-storage", "dir", "docker-archive", "docker-daemon", "oci", "oci-archive")

_MISSING = LazyPattern(r"(?i)no such file|no such image|not found|does not resolve to an image|no descriptor found")


class Skopeo:
    """Drives skopeo; a source is written TRANSPORT:PLACE, as `docker-daemon:app:v1`."""

    def __init__(self, program: Program, *, sleep: Sleep = time.sleep) -> None:
        self._program = program
        self._sleep = sleep

    @property
    def name(self) -> str:
        """What people call it."""
        return self._program.name

    def log_in(self, host: RegistryHost, credentials: Credentials) -> None:
        """Log the user in; skopeo shares the login with podman and buildah."""
        plain = ("--tls-verify=false",) if host.is_loopback else ()
        log_in_by(self._program, host, credentials, *plain)

    def log_out(self, host: RegistryHost) -> None:
        """Log the user out, of what podman, buildah and skopeo share."""
        log_out_by(self._program, host)

    def find_image(self, source: str) -> LocalImage | None:
        """Return the image at *source*, known by its manifest and by the configuration this names."""
        finished = self._program.ask(["inspect", "--raw", _place(source)])
        if finished.code:
            if _MISSING.search(finished.complaints):
                return None
            raise failed(self.name, f"look for the image {source}", finished)
        manifest = Digest(f"sha256:{hashlib.sha256(finished.output.encode()).hexdigest()}")
        try:
            identity = digest_of(json.loads(finished.output)["config"]["digest"])
        except (ValueError, KeyError, TypeError):
            # An index names images and has no configuration.
            identity = None
        return LocalImage(identity, frozenset({manifest}))

    def image_names(self) -> tuple[str, ...]:
        """Return nothing: there is no store to list."""
        return ()

    def push(
        self, source: str, target: ImageReference, credentials: Credentials | None, said: EngineOutput
    ) -> Digest | None:
        """Copy *source*, with all its platforms where it is an index, to *target*."""
        secrets = credentials_in_text(credentials)
        plain = ("--dest-tls-verify=false",) if target.host.is_loopback else ()
        with (
            tempfile.TemporaryDirectory(prefix="shared-ecr-") as folder,
            authfile("--dest-authfile", target.host, credentials) as lent,
        ):
            digest_file = Path(folder, "digest")
            arguments = ["copy", "--all", *plain, *lent.arguments, "--digestfile", str(digest_file)]
            arguments += [_place(source), f"docker://{target}"]
            finished = repeated(
                lambda: self._program.follow(arguments, said, lent=lent, secrets=secrets), self._sleep, said
            )
            if finished.code:
                raise push_refusal(self.name, target, finished)
            return written_digest(digest_file)

    def pull(
        self,
        reference: ImageReference,
        credentials: Credentials | None,  # noqa: ARG002 — the protocol's, of no use here
        said: EngineOutput,  # noqa: ARG002 — the protocol's, of no use here
    ) -> None:
        """Refuse: there is no store to pull into.

        Raises:
            UsageError: always.
        """
        raise UsageError(f"skopeo has no store to pull {reference} into; choose docker, podman or finch with --engine")

    def rename(
        self,
        pulled: ImageReference,
        name: ImageReference,  # noqa: ARG002 — the protocol's, of no use here
        said: EngineOutput,  # noqa: ARG002 — the protocol's, of no use here
    ) -> None:
        """Refuse, as `pull` does.

        Raises:
            UsageError: always.
        """
        raise UsageError(f"skopeo has no store that {pulled} could be in")


def _place(source: str) -> str:
    """Return *source*; refuse a name without a place on this machine."""
    transport, colon, _ = checked_source(source).partition(":")
    if not colon or transport not in TRANSPORTS:
        raise UsageError(
            f"skopeo does not know where {quoted(source)} is; write it as TRANSPORT:PLACE with {listed(TRANSPORTS)}, "
            "such as 'docker-daemon:app:v1'"
        )
    return source
