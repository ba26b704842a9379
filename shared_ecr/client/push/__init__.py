"""Push and pull by the names people use: the whole road, from a repository's name to a digest.

orders       which images for which repositories; all that is wrong with them is told before anything is sent
addresses    a repository as deployed, else as declared; or a whole URI, taken as it is
scheduler       what may go at the same time, so that no layer is sent twice
credentials  of each registry, in memory, once for all
carrying     our own pusher for a path, a container engine for a name that it knows
pushers      refuse before the first upload what the registry would refuse after the last
"""

from shared_ecr.client.addresses import RepositoryLocator
from shared_ecr.client.push.batch import PushOutcome, plan_all, push_all
from shared_ecr.client.push.jobs import InvalidJobsError, PushJob
from shared_ecr.client.push.options import PUSHES_AT_A_TIME, PushOptions
from shared_ecr.client.push.pulling import PullOptions, pull, pull_archive, pull_with_engine
from shared_ecr.client.pushers.events import Progress
from shared_ecr.client.pushers.interface import PushResult
from shared_ecr.client.session import Session

__all__ = [
    "PUSHES_AT_A_TIME",
    "InvalidJobsError",
    "PullOptions",
    "PushJob",
    "PushOptions",
    "PushOutcome",
    "plan_all",
    "pull",
    "pull_archive",
    "pull_with_engine",
    "push",
    "push_all",
]


def push(
    image: str,
    target: str,
    *,
    where: RepositoryLocator | None = None,
    progress: Progress | None = None,
    engine: str = "",
) -> PushResult:
    """Push *image* to *target* (`REPOSITORY:TAG[:TAG…]`, or with the registry's host) and return what is there now.

    *image* is a path (OCI layout, OCI archive, `docker save` archive), `-` for an archive on stdin, or a name that a
    container engine knows. `push_all` pushes several, and says how.

    Raises:
        InvalidValueError: a name or a tag outside its grammar.
        InvalidImageError: the path is no image.
        UsageError: no tag is named, or no repository of that name is known.
        PushRefusedError: a tag names another image and may not move; there is no such repository; access is denied.
        UnavailableError: no credentials, network, engine or image.
    """
    with Session(where) as session:
        (outcome,) = push_all([PushJob(image, target)], session, PushOptions(engine), progress=progress)
    if outcome.error is not None:
        raise outcome.error
    assert outcome.result is not None  # noqa: S101 — an outcome without an error has one, for the type checker
    return outcome.result
