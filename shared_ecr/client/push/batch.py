"""Many pushes at once: each succeeds or fails on its own, and a stop ends all."""

import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

from shared_ecr.client.http.workers import StoppedError
from shared_ecr.client.push.cancellation import Mutable, RunningPools
from shared_ecr.client.push.image_sources import Images
from shared_ecr.client.push.job_faults import InvalidJobsError, JobFault
from shared_ecr.client.push.jobs import PushJob, read_jobs
from shared_ecr.client.push.options import DEFAULTS, PushOptions
from shared_ecr.client.push.runner import PushRunner
from shared_ecr.client.push.scheduler import ScheduledJob, Scheduler
from shared_ecr.client.pushers.events import NullProgress, Progress
from shared_ecr.client.pushers.interface import PushRequest, PushResult
from shared_ecr.findings.errors import ExitCode, SharedEcrError, UsageError
from shared_ecr.records import record, replace
from shared_ecr.text import quoted

if TYPE_CHECKING:
    from shared_ecr.client.pushers.plan import PushPlan
    from shared_ecr.client.session import Session


@record
class PushOutcome:
    """What became of one job: a result, a plan where only that was asked for, or an error."""

    job: PushJob
    place: str = ""
    """The repository with its registry; empty where not even that could be found out."""
    result: PushResult | None = None
    plan: "PushPlan | None" = None
    error: SharedEcrError | OSError | None = None

    @property
    def exit_code(self) -> ExitCode:
        """What the command would end with if this were its only job."""
        match self.error:
            case None:
                return ExitCode.DONE
            case SharedEcrError():
                return ExitCode(self.error.exit_code)
            case _:
                return ExitCode.ENVIRONMENT


Ended = Callable[[PushOutcome], None]


def push_all(
    jobs: Sequence[PushJob],
    session: "Session",
    options: PushOptions = DEFAULTS,
    *,
    progress: Progress | None = None,
    ended: Ended = lambda _: None,
) -> tuple[PushOutcome, ...]:
    """Run each of *jobs* and return what became of them, in their order; *ended* is called with each as it ends.

    No layer is sent twice to one repository, and one that is pushed to several repositories of a registry is mounted
    there where that is possible.

    Raises:
        InvalidJobsError: some jobs are invalid; nothing was sent. A single one raises its own error.
        InvalidDeclarationError: the declaration has problems.
    """
    return _Batch(jobs, session, options, progress or NullProgress(), ended).push()


def plan_all(
    jobs: Sequence[PushJob], session: "Session", options: PushOptions = DEFAULTS, *, ended: Ended = lambda _: None
) -> tuple[PushOutcome, ...]:
    """Return what `push_all` would do, each outcome with its plan; nothing is written anywhere.

    Raises:
        UsageError: an image is a container engine's, which does not say what it would send.
    """
    return _Batch(jobs, session, options, NullProgress(), ended).plan()


class _Batch:
    """The jobs of one command, and what has become of them."""

    def __init__(
        self, jobs: Sequence[PushJob], session: "Session", options: PushOptions, progress: Progress, ended: Ended
    ) -> None:
        self._jobs = jobs
        self._requests, faults = read_jobs(jobs, session, options)
        if faults:
            raise InvalidJobsError.of(faults)
        self._options, self._ended = options, ended
        self._progress, self._pools = Mutable(progress), RunningPools()
        self._images = Images(each.source for each in self._valid if not each.by_engine)
        self._runner = PushRunner(session, options, self._images, self._pools.workers)
        self._outcomes: list[PushOutcome | None] = [None] * len(jobs)
        self._finished: dict[tuple[str, str], list[str]] = {}
        """By image and registry, the repositories that have it, in the order in which they got it."""
        self._lock = threading.Lock()

    @property
    def _valid(self) -> list[PushRequest]:
        return [each for each in self._requests if isinstance(each, PushRequest)]

    def push(self) -> tuple[PushOutcome, ...]:
        return self._run(self._push)

    def plan(self) -> tuple[PushOutcome, ...]:
        for request in self._valid:
            if request.by_engine:
                raise UsageError(
                    f"--dry-run cannot show what a container engine would send of {quoted(request.source)}; name the "
                    "path of an OCI layout or of an archive"
                )
        return self._run(self._plan)

    def _run(self, step: Callable[[PushJob, PushRequest], PushOutcome]) -> tuple[PushOutcome, ...]:
        scheduled = []
        for number, (job, each) in enumerate(zip(self._jobs, self._requests, strict=True)):
            if isinstance(each, JobFault):
                self._end(number, PushOutcome(job, error=each.error))
            else:
                run = partial(self._run_one, number, job, each, step)
                scheduled.append(ScheduledJob(run, _keys(each), on_main_thread=each.by_engine))
        with closing(self._images):
            Scheduler(scheduled, self._options.at_a_time).run(self._stop)
        return tuple(outcome for outcome in self._outcomes if outcome is not None)

    def _run_one(
        self, number: int, job: PushJob, request: PushRequest, step: Callable[[PushJob, PushRequest], PushOutcome]
    ) -> None:
        try:
            outcome = step(job, request)
        except StoppedError:
            raise
        except (SharedEcrError, OSError) as error:
            outcome = PushOutcome(job, request.place, error=error)
        finally:
            if not request.by_engine:
                self._images.done(request.source)
        self._end(number, outcome)

    def _push(self, job: PushJob, request: PushRequest) -> PushOutcome:
        key = request.source, request.host.text
        others = tuple(self._finished.get(key, ()))
        result = self._runner.push(replace(request, mount_from=others), self._progress)
        with self._lock:
            self._finished.setdefault(key, []).append(request.repository)
        return PushOutcome(job, request.place, result)

    def _plan(self, job: PushJob, request: PushRequest) -> PushOutcome:
        before = self._valid[: self._valid.index(request)]
        same = (each for each in before if (each.source, each.host) == (request.source, request.host))
        others = tuple(dict.fromkeys(each.repository for each in same))
        return PushOutcome(job, request.place, plan=self._runner.plan(replace(request, mount_from=others)))

    def _end(self, number: int, outcome: PushOutcome) -> None:
        with self._lock:
            self._outcomes[number] = outcome
            if not self._progress.is_muted:
                self._ended(outcome)

    def _stop(self) -> None:
        # Threads that notice the stop a little later must not write into what is printed about it.
        self._progress.is_muted = True
        self._pools.set()


def _keys(request: PushRequest) -> frozenset[tuple[str, str]]:
    """Return what no two pushes have at the same time: the repository, and the image in the same registry."""
    return frozenset({("repository", request.place), (request.source, request.host.text)})
