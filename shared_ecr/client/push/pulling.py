"""One image out of a registry: into an OCI layout, or into the store of a container engine."""

from pathlib import Path

from shared_ecr.client.addresses import RepositoryLocator
from shared_ecr.client.http.endpoints import ENDPOINT_VARIABLE
from shared_ecr.client.push.options import engine_called
from shared_ecr.client.pushers.events import Message, NullProgress, Progress
from shared_ecr.client.session import Session
from shared_ecr.client.targets import locate_image
from shared_ecr.errors import RefusedError
from shared_ecr.names import Digest, ImageReference


def pull(
    source: str, destination: Path, *, where: RepositoryLocator | None = None, progress: Progress | None = None
) -> ImageReference:
    """Pull `REPOSITORY:TAG` or `REPOSITORY@DIGEST` into the OCI layout folder *destination*; return it by digest.

    Raises:
        InvalidValueError: a name, a tag or a digest outside its grammar.
        RefusedError: there is no such image, or the caller may not read it.
        UnavailableError: no credentials or no network, or the folder cannot be written.
    """
    from shared_ecr.client.distribution import pulls  # noqa: PLC0415 — start-up time of the command line

    with Session(where) as session:
        reference = locate_image(source, session.where, session.clients)
        digest = pulls.pull(
            reference, destination, session.credentials, progress or NullProgress(), session.environment
        )
    return reference.named(digest)


def pull_with_engine(
    source: str, engine: str, *, where: RepositoryLocator | None = None, progress: Progress | None = None
) -> ImageReference:
    """Pull `REPOSITORY:TAG` or `REPOSITORY@DIGEST` into the store of a container engine; return it by digest.

    Raises as `pull` does, and UnavailableError where the engine is missing or fails.
    """
    from shared_ecr.client.distribution.looking import ManifestReader  # noqa: PLC0415 — as above
    from shared_ecr.client.engines.loopback import spoken_host  # noqa: PLC0415 — as above

    hearer = progress or NullProgress()
    with Session(where) as session:
        reference = locate_image(source, session.where, session.clients)
        credentials = session.credentials
        digest: Digest | None
        if isinstance(reference.name, Digest):
            digest = reference.name
        else:
            looks = ManifestReader(credentials, session.environment)
            digest = looks.digest_of(reference.host, reference.repository, reference.name)
        if digest is None:
            raise RefusedError(f"there is no {reference}")
        host = spoken_host(reference.host, session.environ.get(ENDPOINT_VARIABLE))
        spoken = ImageReference(host, reference.repository, reference.name)
        engine_called(engine, session).pull(
            spoken,
            credentials.credentials_for(reference.host),
            lambda line: hearer.happened(Message(reference.repository_uri, line)),
        )
    return reference.named(digest)
