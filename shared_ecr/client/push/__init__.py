"""Push and pull by the names that people use.

The way of one push, from a name to a digest, file by file:

cli/push, cli/push_inputs   the words of the command line
push/jobs                   each `PushJob` becomes a `PushRequest`; all that is wrong is reported first
push/batch                  runs as many requests at once as allowed, and returns a `PushOutcome` for each
push/runner                 opens the image, asks for the rule of its tags, and chooses the pusher
sources/oci_layout          the image: manifests as they are, and blobs that can be read again
pushers/planning            a `PushPlan`, by questions alone; refuses what the registry would refuse in the end
pushers/native              the steps of the plan, then the answer that is read back: a `PushResult`
pushers/storing             one blob or manifest of a step, counted and reported
distribution/uploads        one blob, sent and hashed
distribution/repository     one repository: its manifests, blobs and tags

What they ask: `targets` where a name is, `credentials` for a login, `http` for an answer, `scheduler` when to run.
"""

from typing import TYPE_CHECKING

from shared_ecr.client.addresses import RepositoryLocator
from shared_ecr.client.push.batch import PushOutcome, plan_all, push_all
from shared_ecr.client.push.job_faults import InvalidJobsError
from shared_ecr.client.push.jobs import PushJob
from shared_ecr.client.push.options import PUSHES_AT_A_TIME, PushOptions
from shared_ecr.client.pushers.events import Progress
from shared_ecr.client.pushers.interface import PushResult
from shared_ecr.client.session import Session

if TYPE_CHECKING:
    from pathlib import Path

    from shared_ecr.client.aws.clients import AwsSession
    from shared_ecr.client.push.pulling import PullOptions, pull, pull_archive, pull_with_engine

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


def push(  # noqa: PLR0913 — what a script may choose, each by its name
    image: "str | Path",
    target: str,
    *,
    where: RepositoryLocator | None = None,
    progress: Progress | None = None,
    engine: str = "",
    aws: "AwsSession | None" = None,
) -> PushResult:
    """Push *image* to *target* (`REPOSITORY:TAG[:TAG…]`, or with the registry's host) and return what is there now.

    *image* is a path (OCI layout, OCI archive, `docker save` archive), `-` for an archive on stdin, or a name that a
    container engine knows. `push_all` pushes several, and says how. *aws*, a `boto3.Session`, gives the AWS
    credentials.

    Raises:
        InvalidValueError: a name or a tag outside its grammar.
        InvalidImageError: the path is not an image.
        UsageError: no tag is named, or no repository of that name is known.
        PushRefusedError: a tag names another image and may not move; there is no such repository; access is denied.
        UnavailableError: no credentials, network, engine or image.
    """
    with Session(where, aws=aws) as session:
        (outcome,) = push_all([PushJob(str(image), target)], session, PushOptions(engine), progress=progress)
    if outcome.error is not None:
        raise outcome.error
    assert outcome.result is not None  # noqa: S101 — an outcome without an error has one, for the type checker
    return outcome.result


def __getattr__(name: str) -> object:
    """Return what belongs to a pull, whose modules a push need not import."""
    if name not in {"PullOptions", "pull", "pull_archive", "pull_with_engine"}:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from shared_ecr.client.push import pulling

    return getattr(pulling, name)
