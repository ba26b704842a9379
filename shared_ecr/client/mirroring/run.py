"""One run over mirrors: a row for each image, looked at by several threads, then copied by as many."""

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

from shared_ecr.client.http.limits import LimitReachedError
from shared_ecr.client.http.workers import WorkerPool
from shared_ecr.client.mirroring.outcomes import Mirrored, MirrorOutcome
from shared_ecr.client.mirroring.pair import Pair, PendingCopy
from shared_ecr.client.push.cancellation import Mutable, RunningPools
from shared_ecr.client.push.scheduler import ScheduledJob, Scheduler
from shared_ecr.client.pushers.events import Progress
from shared_ecr.findings.errors import ExitCode, SharedEcrError
from shared_ecr.model.mirrors import Chosen, Mirror

if TYPE_CHECKING:
    from shared_ecr.client.session import Session
    from shared_ecr.client.signatures import TrustedSigner
    from shared_ecr.model.names import Digest, RegistryHost, RepositoryName, Tag


class Run:
    """Everything that is known of each image so far; a thread changes rows of its own alone."""

    def __init__(self, session: "Session", jobs: int, signer: "TrustedSigner | None" = None) -> None:
        self._session, self._jobs, self._signer = session, jobs, signer
        self._rows: list[Mirrored] = []
        self._to_look_at: dict[int, Pair] = {}
        self._due: dict[int, tuple[Pair, PendingCopy]] = {}
        self._owners: dict[tuple[RepositoryName, Tag | Digest], Mirror] = {}
        self._limited: dict[RegistryHost, str] = {}

    @property
    def rows(self) -> tuple[Mirrored, ...]:
        """Every row, in the order in which they were prepared."""
        return tuple(self._rows)

    def prepare(self, mirror: Mirror, stack: ExitStack) -> None:
        """Open both sides of *mirror* until *stack* ends, and find out which images it means.

        A fault fails the mirror as a whole, and no other.
        """
        try:
            pair = stack.enter_context(Pair(mirror, self._session, self._signer))
            found = pair.choose()
        except SharedEcrError as error:
            self._rows.append(self._failed(mirror, None, error))
            return
        if not found:
            why = f"no tag there is meant by {', '.join(map(str, mirror.patterns))}"
            self._rows.append(Mirrored(mirror, None, MirrorOutcome.REFUSED, None, why, ExitCode.FINDINGS))
        for chosen in found:
            owner = self._owners.setdefault((mirror.target, chosen.here or chosen.there), mirror)
            if owner is mirror:
                self._to_look_at[len(self._rows)] = pair
                self._rows.append(
                    Mirrored(mirror, chosen, MirrorOutcome.FAILED, None, "not reached", ExitCode.ENVIRONMENT)
                )
            else:
                # Patterns that overlap are seen here alone; the declaration does not know the tags of upstreams.
                why = f"{owner.source} is mirrored under this tag already, and one tag names one image"
                self._rows.append(Mirrored(mirror, chosen, MirrorOutcome.REFUSED, None, why, ExitCode.FINDINGS))

    def look(self) -> None:
        """Compare both sides of every image."""
        WorkerPool(self._jobs).run([partial(self._look, number, pair) for number, pair in self._to_look_at.items()])

    def report_due(self) -> None:
        """Make the rows of a dry run of what is to be copied."""
        for number, (pair, due) in self._due.items():
            outcome = MirrorOutcome.TO_UPDATE if due.moves else MirrorOutcome.TO_COPY
            self._rows[number] = Mirrored(pair.mirror, due.chosen, outcome, due.digest)

    def copy(self, progress: Progress, failed: Callable[[str], object]) -> None:
        """Copy what is to be copied; no two at a time into one repository, so that no layer is sent twice."""
        heard, stops = Mutable(progress), RunningPools()
        jobs = [
            ScheduledJob(partial(self._copy, number, heard, failed, stops), frozenset({self._due[number][0].place}))
            for number in sorted(self._due)
        ]

        def stop() -> None:
            # As in `moving.several`: no one writes into the last word.
            heard.is_muted = True
            stops.set()

        Scheduler(jobs, self._jobs).run(stop)

    def _look(self, number: int, pair: Pair) -> None:
        chosen = self._rows[number].chosen
        assert chosen is not None  # noqa: S101 — by `prepare`, for the type checker
        if self._is_limited(number):
            return
        try:
            found = pair.look(chosen)
        except SharedEcrError as error:
            self._rows[number] = self._failed(pair.mirror, chosen, error)
            return
        if isinstance(found, PendingCopy):
            self._due[number] = (pair, found)
        else:
            self._rows[number] = found

    def _copy(self, number: int, progress: Progress, failed: Callable[[str], object], stops: RunningPools) -> None:
        pair, due = self._due[number]
        if self._is_limited(number):
            return
        try:
            self._rows[number] = pair.copy(due, progress, stops.workers)
        except SharedEcrError as error:
            self._rows[number] = self._failed(pair.mirror, due.chosen, error)
            failed(pair.place)

    def _is_limited(self, number: int) -> bool:
        """Whether the upstream of an image refuses further ones, which its row then says."""
        row = self._rows[number]
        limit = self._limited.get(row.mirror.source.host)
        if limit is not None:
            why = f"not asked for: {limit}"
            self._rows[number] = Mirrored(row.mirror, row.chosen, MirrorOutcome.FAILED, None, why, ExitCode.REFUSED)
        return limit is not None

    def _failed(self, mirror: Mirror, chosen: Chosen | None, error: SharedEcrError) -> Mirrored:
        if isinstance(error, LimitReachedError):
            self._limited[mirror.source.host] = str(error)
        return Mirrored(mirror, chosen, MirrorOutcome.FAILED, None, str(error), error.exit_code)
