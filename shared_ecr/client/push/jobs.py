"""What is asked for: images, and the repositories and tags that each is pushed to; and all that is wrong with that."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.client.push.job_faults import JobFault, is_about_the_declaration
from shared_ecr.client.push.options import PushOptions, is_for_engine, require_image
from shared_ecr.client.pushers.interface import PushRequest
from shared_ecr.client.sources import STDIN
from shared_ecr.client.sources.interface import InvalidImageError
from shared_ecr.client.targets import locate_anywhere
from shared_ecr.findings.errors import ExitCode, SharedEcrError, UsageError
from shared_ecr.model.names import Region, Tag
from shared_ecr.model.names.references import WrittenReference
from shared_ecr.records import record
from shared_ecr.text import quoted

if TYPE_CHECKING:
    from shared_ecr.client.session import Session
    from shared_ecr.findings.problems import Position


@record
class PushJob:
    """One image for one repository, as a person asks for it."""

    image: str
    """A path (OCI layout, OCI archive, `docker save` archive), `-` for stdin, or a name that an engine knows."""
    target: str
    """`REPOSITORY:TAG[:TAG…]`, or with the registry's host."""
    region: Region | None = None
    """Which Region of the declared registry; None for the session's. A target with a host has its own."""
    image_at: "Position | None" = None
    """Where in which file the image is asked for."""
    target_at: "Position | None" = None


def read_jobs(
    jobs: Iterable[PushJob], session: "Session", options: PushOptions
) -> tuple[list[PushRequest | JobFault], list[JobFault]]:
    """Return, for each job, where the image is pushed to or why that is not known; and all faults of invalid jobs.

    The first list keeps the order. In the second are only invalid jobs: an address that could not be asked for is no
    fault of the caller.

    Raises:
        InvalidDeclarationError: the declaration, by which names are understood, has problems.
    """
    jobs = list(jobs)
    read: list[PushRequest | JobFault] = []
    invalid: list[JobFault] = []
    for job in jobs:
        by_engine = is_for_engine(job.image, options)
        try:
            if not by_engine:
                require_image(job.image)
        except InvalidImageError as error:
            invalid.append(JobFault(job, error, job.image_at))
        try:
            read.append(_request(job, session, options, by_engine=by_engine))
        except SharedEcrError as error:
            if is_about_the_declaration(error):
                raise
            fault = JobFault(job, error, job.target_at)
            read.append(fault)
            if error.exit_code is ExitCode.INVALID:
                invalid.append(fault)
    meant = [(job, each) for job, each in zip(jobs, read, strict=True) if isinstance(each, PushRequest)]
    return read, invalid + _contradictions(meant)


def _request(job: PushJob, session: "Session", options: PushOptions, *, by_engine: bool) -> PushRequest:
    _refuse_target(job)
    where = session.where.in_region(job.region) if job.region else session.where
    found = locate_anywhere(job.target, where, session.clients)
    if found.digest is not None:
        raise UsageError(f"{quoted(job.target)} names a digest; an image is stored under its own, so name only tags")
    if not found.tags:
        raise _without_tag(job.target)
    return PushRequest(
        source=job.image,
        host=found.host,
        repository=found.repository.text,
        tags=found.tags,
        referrers=options.referrers,
        create=options.create,
        by_engine=by_engine,
    )


def _refuse_target(job: PushJob) -> None:
    """Refuse what no answer of AWS can make right, before AWS is asked where the repository is."""
    written = WrittenReference.parse(job.target)
    if not written.tags and Path(job.target).exists() and not Path(job.image).exists():
        raise UsageError(f"{quoted(job.target)} is a file or a folder; the image is the first argument")
    # Without a slash it may be a host alone, which has an error of its own.
    if not written.tags and written.digest is None and "/" in job.target:
        raise _without_tag(job.target)


def _without_tag(target: str) -> UsageError:
    return UsageError(f"{quoted(target)} names no tag; write {target}:TAG, and more tags as {target}:TAG:TAG")


def _contradictions(meant: Sequence[tuple[PushJob, PushRequest]]) -> list[JobFault]:
    """Find what cannot be done though each job alone could: two images for one tag, stdin for several."""
    faults: list[JobFault] = []
    images: dict[tuple[str, Tag], str] = {}
    for job, request in meant:
        for tag in request.tags:
            image = images.setdefault((request.place, tag), job.image)
            if image != job.image:
                what = f"{request.place}:{tag} cannot name both {quoted(image)} and {quoted(job.image)}"
                faults.append(JobFault(job, UsageError(what), job.target_at))
    piped = dict.fromkeys(image for image in images.values() if image.partition("#")[0] == STDIN)
    if len(piped) > 1:
        other = next(job for job, _ in meant if job.image == list(piped)[1])
        what = f"stdin is read once, so it cannot be {' and '.join(map(quoted, piped))}"
        faults.append(JobFault(other, UsageError(what), other.image_at))
    return faults
