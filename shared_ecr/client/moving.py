"""Push and pull by the names people use: the whole road, from a repository's name to a digest.

address      the repository as deployed, else as declared; or a whole URI, taken as it is
credentials  ECR's token for the registry's Region, in memory
pusher       our own for a path, a container engine for a name that it knows
push         refuses before the first upload what the registry would refuse after the last
"""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.client.addresses import Whereabouts
from shared_ecr.client.http.endpoints import ENDPOINT_VARIABLE
from shared_ecr.client.pushers.interface import Progress, Pusher, PushRequest, PushResult
from shared_ecr.client.targets import locate, locate_image, mutability, split_target
from shared_ecr.errors import RefusedError, UsageError
from shared_ecr.names import Digest, ImageReference
from shared_ecr.text import quoted

if TYPE_CHECKING:
    from shared_ecr.client.credentials.interface import CredentialSource
    from shared_ecr.client.engines.interface import Engine


def push(
    image: str, target: str, *, where: Whereabouts | None = None, progress: Progress | None = None, engine: str = ""
) -> PushResult:
    """Push *image* to *target* (`REPOSITORY:TAG[:TAG…]`, or with the registry's host) and return what is there now.

    *image* is a path (OCI layout, OCI archive, `docker save` archive) or a name that a container engine knows.

    Raises:
        InvalidValueError: a name or a tag outside its grammar.
        UsageError: no tag is named, or no repository of that name is known.
        PushRefusedError: a tag names another image and may not move; there is no such repository; access is denied.
        UnavailableError: no credentials, network, engine or image.
    """
    from shared_ecr.client.aws.clients import AwsClients  # noqa: PLC0415 — start-up time of the command line
    from shared_ecr.client.credentials.ecr_tokens import EcrTokens  # noqa: PLC0415 — as above

    where = where or Whereabouts()
    clients = AwsClients()
    repository, tags = split_target(target)
    if not tags:
        raise UsageError(
            f"{quoted(target)} names no tag; write {repository}:TAG, and more tags as {repository}:TAG:TAG"
        )
    host, name = locate(repository, where, clients)
    request = PushRequest(image, host, name.text, tags, mutability(host, name, where, clients))
    credentials = EcrTokens(clients)
    return _pusher(image, engine, credentials).push(request, credentials, progress or Silence())


def pull(
    source: str, destination: Path, *, where: Whereabouts | None = None, progress: Progress | None = None
) -> ImageReference:
    """Pull `REPOSITORY:TAG` or `REPOSITORY@DIGEST` into the OCI layout folder *destination*; return it by digest.

    Raises:
        InvalidValueError: a name, a tag or a digest outside its grammar.
        RefusedError: there is no such image, or the caller may not read it.
        UnavailableError: no credentials or no network, or the folder cannot be written.
    """
    from shared_ecr.client.aws.clients import AwsClients  # noqa: PLC0415 — as above
    from shared_ecr.client.credentials.ecr_tokens import EcrTokens  # noqa: PLC0415 — as above
    from shared_ecr.client.distribution import pulls  # noqa: PLC0415 — start-up time of the command line

    clients = AwsClients()
    reference = locate_image(source, where or Whereabouts(), clients)
    digest = pulls.pull(reference, destination, EcrTokens(clients), progress or Silence())
    return reference.named(digest)


def pull_with_engine(
    source: str, engine: str, *, where: Whereabouts | None = None, progress: Progress | None = None
) -> ImageReference:
    """Pull `REPOSITORY:TAG` or `REPOSITORY@DIGEST` into the store of a container engine; return it by digest.

    Raises as `pull` does, and UnavailableError where the engine is missing or fails.
    """
    from shared_ecr.client.aws.clients import AwsClients  # noqa: PLC0415 — start-up time of the command line
    from shared_ecr.client.credentials.ecr_tokens import EcrTokens  # noqa: PLC0415 — as above
    from shared_ecr.client.distribution.looking import RegistryLooks  # noqa: PLC0415 — as above
    from shared_ecr.client.engines.loopback import spoken_host  # noqa: PLC0415 — as above

    clients = AwsClients()
    reference = locate_image(source, where or Whereabouts(), clients)
    credentials = EcrTokens(clients)
    digest: Digest | None
    if isinstance(reference.name, Digest):
        digest = reference.name
    else:
        digest = RegistryLooks(credentials).digest_of(reference.host, reference.repository, reference.name)
    if digest is None:
        raise RefusedError(f"there is no {reference}")
    host = spoken_host(reference.host, os.environ.get(ENDPOINT_VARIABLE))
    spoken = ImageReference(host, reference.repository, reference.name)
    _engine(engine).pull(spoken, credentials.credentials_for(reference.host), (progress or Silence()).said)
    return reference.named(digest)


class Silence:
    """Hears the story and tells nobody."""

    def said(self, line: str) -> None:
        """Take a line."""

    def moved(self, byte_count: int) -> None:
        """Take a number of bytes."""


def _pusher(image: str, engine: str, credentials: "CredentialSource") -> Pusher:
    """Choose who moves the image: a path needs no engine, unless one is asked for."""
    if not engine and _is_path(image):
        from shared_ecr.client.pushers.native import NativePusher  # noqa: PLC0415 — start-up time

        return NativePusher()
    from shared_ecr.client.distribution.looking import RegistryLooks  # noqa: PLC0415 — start-up time of the command line
    from shared_ecr.client.pushers.engine import EnginePusher  # noqa: PLC0415 — as above

    override = os.environ.get(ENDPOINT_VARIABLE)
    return EnginePusher(_engine(engine), RegistryLooks(credentials), registry_override=override)


def _engine(name: str) -> "Engine":
    from shared_ecr.client.engines.choice import Purpose, choose_engine  # noqa: PLC0415 — start-up time

    return choose_engine(name or None, os.environ, Purpose.PUSH)


def _is_path(image: str) -> bool:
    """Whether *image* is something on this disk, or clearly meant to be."""
    return Path(image.partition("#")[0]).exists() or image.startswith((".", "/")) or image.endswith(".tar")
