"""One image out of a registry: into an OCI layout, an archive, or the store of a container engine."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING

from shared_ecr.client.addresses import RepositoryLocator
from shared_ecr.client.distribution.refusals import no_such_image
from shared_ecr.client.http.endpoints import ENDPOINT_VARIABLE
from shared_ecr.client.push.options import engine_called
from shared_ecr.client.pushers.events import Message, NullProgress, Progress
from shared_ecr.client.session import Session
from shared_ecr.client.targets import locate_image
from shared_ecr.findings.errors import UnavailableError
from shared_ecr.model.names import Digest, ImageReference
from shared_ecr.model.names.platforms import Platform
from shared_ecr.records import record

if TYPE_CHECKING:
    from shared_ecr.client.aws.clients import AwsSession
    from shared_ecr.client.signatures import TrustedSigner


@record
class PullOptions:
    """What of an image is pulled, and on which condition."""

    platforms: tuple[Platform, ...] = ()
    """Which images of an index; all of them without any. The digest is then that of what is left."""
    signer: "TrustedSigner | None" = None
    """Whose signature the image must have before anything of it is written; None for no check."""


EVERYTHING = PullOptions()


def pull(  # noqa: PLR0913 — what a script may choose, most of it by its name
    source: str,
    destination: str | Path,
    options: PullOptions = EVERYTHING,
    *,
    where: RepositoryLocator | None = None,
    progress: Progress | None = None,
    aws: "AwsSession | None" = None,
) -> ImageReference:
    """Pull `REPOSITORY:TAG` or `REPOSITORY@DIGEST` into the OCI layout folder *destination*; return it by digest.

    *aws*, a `boto3.Session`, gives the AWS credentials.

    Raises:
        InvalidValueError: a name, a tag or a digest outside its grammar.
        RefusedError: there is no such image, the caller may not read it, or it is not signed as wanted.
        UnavailableError: no credentials or no network, or the folder cannot be written.
    """
    from shared_ecr.client.distribution import pulls

    with Session(where, aws=aws) as session:
        reference = locate_image(source, session.where, session.clients)
        digest = pulls.pull(
            reference,
            Path(destination),
            session.credentials,
            progress or NullProgress(),
            session.environment,
            platforms=options.platforms,
            check=_check_of(options.signer, session, reference),
        )
    return reference.named(digest)


def _check_of(signer: "TrustedSigner | None", session: Session, reference: ImageReference) -> Callable[[Digest], None]:
    """Return what checks the signature of the digest that *reference* turns out to be, where one is wanted."""
    if signer is None:
        return lambda _: None
    from shared_ecr.client.signatures import SignatureCheck

    return partial(SignatureCheck(signer, session).verify, reference)


def pull_archive(
    source: str,
    destination: Path | IO[bytes],
    options: PullOptions = EVERYTHING,
    *,
    where: RepositoryLocator | None = None,
    progress: Progress | None = None,
) -> ImageReference:
    """Pull as `pull` does, into one file that `docker load` and every reader of OCI archives takes.

    Nothing is written to *destination* before every byte is verified, and a path appears whole or not at all. So it
    takes the room of the image twice: for a path in its folder, for a stream among the temporary files.

    Raises as `pull` does, and UnavailableError where *destination* cannot be written.
    """
    from shared_ecr.client.distribution.archives import write_archive

    hearer = progress or NullProgress()
    path = _archive_file(destination) if isinstance(destination, Path) else None
    with Session(where) as session, _scratch_folder(path) as scratch:
        reference = locate_image(source, session.where, session.clients)
        # What is read of the declaration or of the stack is read once.
        found = pull(str(reference), scratch / "layout", options, where=session.where, progress=hearer)
        try:
            if path is None:
                is_loadable = _stream(scratch / "layout", reference, destination)
            else:
                with (scratch / "archive").open("wb") as file:
                    is_loadable = write_archive(scratch / "layout", reference, file)
                (scratch / "archive").replace(path)
        except OSError as fault:
            if not isinstance(destination, Path):
                raise
            raise UnavailableError(f"{destination} cannot be written: {fault.strerror or fault}") from fault
    if not is_loadable:
        line = "the index has no image for this machine, so an old 'docker load' finds none; choose one by --platform"
        hearer.happened(Message(reference.repository_uri, line))
    return found


def _archive_file(destination: Path) -> Path | None:
    """Return the file that *destination* names, behind links; None where it is a pipe or a device to write into.

    A link stays one, and what waits at the other end of a pipe gets the archive.
    """
    file = destination.resolve()
    return None if file.exists() and not file.is_file() else file


def _stream(layout: Path, reference: ImageReference, destination: Path | IO[bytes]) -> bool:
    from shared_ecr.client.distribution.archives import write_archive

    if not isinstance(destination, Path):
        return write_archive(layout, reference, destination)
    with destination.open("wb") as file:
        return write_archive(layout, reference, file)


@contextmanager
def _scratch_folder(beside: Path | None) -> Iterator[Path]:
    """Give the block a folder on the file system of *beside*, or among the temporary files."""
    import tempfile

    try:
        folder = tempfile.TemporaryDirectory(
            prefix=".shared-ecr-pull-", dir=beside.parent if beside else None, ignore_cleanup_errors=True
        )
    except OSError as fault:
        raise UnavailableError(f"{beside or 'TMPDIR'} cannot be written: {fault.strerror or fault}") from fault
    with folder as path:
        yield Path(path)


def pull_with_engine(
    source: str, engine: str, *, where: RepositoryLocator | None = None, progress: Progress | None = None
) -> ImageReference:
    """Pull `REPOSITORY:TAG` or `REPOSITORY@DIGEST` into the store of a container engine; return it by digest.

    Raises as `pull` does, and UnavailableError where the engine is missing or fails.
    """
    from shared_ecr.client.distribution.looking import ManifestReader
    from shared_ecr.client.engines.loopback import spoken_host

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
            raise no_such_image(reference)
        host = spoken_host(reference.host, session.environ.get(ENDPOINT_VARIABLE))
        spoken = ImageReference(host, reference.repository, reference.name)

        def said(line: str) -> None:
            hearer.happened(Message(reference.repository_uri, line))

        chosen = engine_called(engine, session)
        chosen.pull(spoken, credentials.credentials_for(reference.host), said)
        if spoken != reference:
            chosen.rename(spoken, reference, said)
    return reference.named(digest)
