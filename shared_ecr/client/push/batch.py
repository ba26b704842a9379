"""Many images to many repositories at once: each goes its way, a failure is its own, a stop is everybody's."""

import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from shared_ecr.client.http.workers import StoppedError
from shared_ecr.client.push.cancellation import Mutable, RunningPools
from shared_ecr.client.push.image_sources import Images
from shared_ecr.client.push.jobs import InvalidJobsError, JobFault, PushJob, ResolvedPush, read_orders
from shared_ecr.client.push.options import DEFAULTS, PushOptions
from shared_ecr.client.push.runner import PushRunner
from shared_ecr.client.push.scheduler import ScheduledJob, Scheduler
from shared_ecr.client.pushers.events import NullProgress, Progress
from shared_ecr.client.pushers.interface import PushResult
from shared_ecr.errors import ExitCode, SharedEcrError, UsageError
from shared_ecr.text import quoted

if TYPE_CHECKING:
    from shared_ecr.client.pushers.plan import PushPlan
    from shared_ecr.client.session import Session


@dataclass(frozen=True, slots=True)
class PushOutcome:
    """What became of one order: a result, a plan where only that was asked for, or an error."""

    order: PushJob
    place: str = ""
    """The repository with its registry; empty where not even that could be found out."""
    result: PushResult | None = None
    plan: "PushPlan | None" = None
    error: SharedEcrError | OSError | None = None

    @property
    def exit_code(self) -> ExitCode:
        """What the command would end with if this were its only order."""
        match self.error:
            case None:
                return ExitCode.DONE
            case SharedEcrError():
                return ExitCode(self.error.exit_code)
            case _:
                return ExitCode.ENVIRONMENT


Ended = Callable[[PushOutcome], None]


def push_all(
    orders: Sequence[PushJob],
    session: "Session",
    options: PushOptions = DEFAULTS,
    *,
    progress: Progress | None = None,
    ended: Ended = lambda _: None,
) -> tuple[PushOutcome, ...]:
    """Push each of *orders* and return what became of them, in their sequence; *ended* hears of each as it ends.

    No layer is sent twice to one repository, and one that goes to several repositories of a registry is mounted
    there where that is possible.

    Raises:
        InvalidJobsError: some orders cannot be meant; nothing was sent. A single one raises its own error.
        InvalidDeclarationError: the declaration has problems.
    """
    return _Run(orders, session, options, progress or NullProgress(), ended).push()


def plan_all(
    orders: Sequence[PushJob], session: "Session", options: PushOptions = DEFAULTS, *, ended: Ended = lambda _: None
) -> tuple[PushOutcome, ...]:
    """Return what `push_all` would do, each outcome with its plan; nothing is written anywhere.

    Raises:
        UsageError: an image is a container engine's, which does not tell what it would send.
    """
    return _Run(orders, session, options, NullProgress(), ended).plan()


class _Run:
    """The orders of one command on their way."""

    def __init__(
        self, orders: Sequence[PushJob], session: "Session", options: PushOptions, progress: Progress, ended: Ended
    ) -> None:
        self._read, faults = read_orders(orders, session, options)
        if faults:
            raise InvalidJobsError.of(faults)
        self._options, self._ended = options, ended
        self._progress, self._stops = Mutable(progress), RunningPools()
        self._images = Images(each.order.image for each in self._resolved_pushes if not each.by_engine)
        self._carrier = PushRunner(session, options, self._images, self._stops.workers)
        self._outcomes: list[PushOutcome | None] = [None] * len(self._read)
        self._finished: dict[tuple[str, str], list[str]] = {}
        """By image and registry, the repositories that have it, in the sequence in which they got it."""
        self._lock = threading.Lock()

    @property
    def _resolved_pushes(self) -> list[ResolvedPush]:
        return [each for each in self._read if isinstance(each, ResolvedPush)]

    def push(self) -> tuple[PushOutcome, ...]:
        return self._go(self._push)

    def plan(self) -> tuple[PushOutcome, ...]:
        for resolved in self._resolved_pushes:
            if resolved.by_engine:
                raise UsageError(
                    f"what a container engine would send of {quoted(resolved.order.image)} cannot be told beforehand; "
                    "name the path of an OCI layout or of an archive"
                )
        return self._go(self._plan)

    def _go(self, way: Callable[[ResolvedPush], PushOutcome]) -> tuple[PushOutcome, ...]:
        jobs = []
        for number, each in enumerate(self._read):
            if isinstance(each, JobFault):
                self._end(number, PushOutcome(each.order, error=each.error))
            else:
                run = partial(self._carry, number, each, way)
                jobs.append(ScheduledJob(run, _keys(each), on_main_thread=each.by_engine))
        with closing(self._images):
            Scheduler(jobs, self._options.at_a_time).run(self._stop)
        return tuple(outcome for outcome in self._outcomes if outcome is not None)

    def _carry(self, number: int, resolved: ResolvedPush, way: Callable[[ResolvedPush], PushOutcome]) -> None:
        try:
            outcome = way(resolved)
        except StoppedError:
            raise
        except (SharedEcrError, OSError) as error:
            outcome = PushOutcome(resolved.order, resolved.place, error=error)
        finally:
            if not resolved.by_engine:
                self._images.done(resolved.order.image)
        self._end(number, outcome)

    def _push(self, resolved: ResolvedPush) -> PushOutcome:
        key = resolved.order.image, resolved.host.text
        result = self._carrier.push(resolved, tuple(self._finished.get(key, ())), self._progress)
        with self._lock:
            self._finished.setdefault(key, []).append(resolved.repository.text)
        return PushOutcome(resolved.order, resolved.place, result)

    def _plan(self, resolved: ResolvedPush) -> PushOutcome:
        before = self._resolved_pushes[: self._resolved_pushes.index(resolved)]
        same = (each for each in before if (each.order.image, each.host) == (resolved.order.image, resolved.host))
        sources = tuple(dict.fromkeys(each.repository.text for each in same))
        return PushOutcome(resolved.order, resolved.place, plan=self._carrier.plan(resolved, sources))

    def _end(self, number: int, outcome: PushOutcome) -> None:
        with self._lock:
            self._outcomes[number] = outcome
            if not self._progress.is_muted:
                self._ended(outcome)

    def _stop(self) -> None:
        # Threads that notice the stop a little later must not write into whatever is said about it.
        self._progress.is_muted = True
        self._stops.set()


def _keys(resolved: ResolvedPush) -> frozenset[tuple[str, str]]:
    """Return what no other push may be at: the repository, and the image in the same registry."""
    return frozenset({("repository", resolved.place), (resolved.order.image, resolved.host.text)})
