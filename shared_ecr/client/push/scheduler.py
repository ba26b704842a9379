"""Which pushes go at the same time: as many as allowed, and never two that would send the same layer twice.

Pushes to one repository follow each other: the second finds what the first has sent. So do those of one image to
several repositories of one registry: ECR mounts a layer from another repository only once a manifest there names it.
https://docs.aws.amazon.com/AmazonECR/latest/userguide/blob-mounting.html
"""

import threading
import time
from collections.abc import Callable, Hashable, Sequence

from shared_ecr.client.http.workers import HEARING_SECONDS, started_threads
from shared_ecr.records import record

# How long pushes that were shown to stop may take to notice; those that wait for a network do not keep us.
GRACE_SECONDS = 0.5


@record
class ScheduledJob:
    """One push; its failures are its own result, so what it raises is a fault of ours or a stop."""

    run: Callable[[], None]
    keys: frozenset[Hashable]
    """What no two jobs may have at the same time."""
    on_main_thread: bool = False
    """An engine runs as a child process, which must end with us: Ctrl-C and SIGTERM reach only the main thread."""


class Scheduler:
    """Jobs that wait, and the threads that take them."""

    def __init__(self, jobs: Sequence[ScheduledJob], threads: int) -> None:
        self._waiting = list(jobs)
        self._busy: set[Hashable] = set()
        self._left = len(self._waiting)
        self._changed = threading.Condition()
        self._error: BaseException | None = None
        self._is_over = False
        self._is_alone = False
        on_threads = sum(not job.on_main_thread for job in jobs)
        self._threads = [
            threading.Thread(target=self._work, name="push", daemon=True) for _ in range(min(threads, on_threads))
        ]

    def run(self, stop: Callable[[], None]) -> None:
        """Run every job; return when all are done.

        Ctrl-C, SIGTERM and faults of ours call *stop*, by which jobs learn that they must end, and are raised.
        """
        started = started_threads(self._threads)
        self._is_alone = not started
        try:
            while (job := self._next(on_main_thread=True)) is not None:
                self._do(job)
            self._raise_error()
        except BaseException:
            with self._changed:
                self._is_over = True
                self._changed.notify_all()
            stop()
            end = time.monotonic() + GRACE_SECONDS
            for thread in started:
                thread.join(max(0.0, end - time.monotonic()))
            raise

    def _work(self) -> None:
        while (job := self._next(on_main_thread=False)) is not None:
            try:
                self._do(job)
            except BaseException:  # noqa: BLE001 — kept by `_do`, for the thread that waits
                return

    def _next(self, *, on_main_thread: bool) -> ScheduledJob | None:
        """Take the first job whose turn it is, waiting for one; None where nothing is left to take or to wait for.

        The main thread also waits for the jobs of the others.
        """
        with self._changed:
            while not self._is_over and self._left:
                job = self._free(on_main_thread=on_main_thread)
                if job is not None:
                    self._waiting.remove(job)
                    self._busy |= job.keys
                    return job
                if not on_main_thread and all(waiting.on_main_thread for waiting in self._waiting):
                    return None
                # Not for ever: see there.
                self._changed.wait(HEARING_SECONDS)
            return None

    def _free(self, *, on_main_thread: bool) -> ScheduledJob | None:
        """Find the first job that no one is in the way of; one that waits is in the way of those behind it."""
        taken = set(self._busy)
        for job in self._waiting:
            if (self._is_alone or job.on_main_thread is on_main_thread) and not job.keys & taken:
                return job
            taken |= job.keys
        return None

    def _raise_error(self) -> None:
        if self._error is not None:
            raise self._error

    def _do(self, job: ScheduledJob) -> None:
        try:
            job.run()
        except BaseException as error:
            with self._changed:
                self._error = self._error or error
                self._is_over = True
            raise
        finally:
            with self._changed:
                self._busy -= job.keys
                self._left -= 1
                self._changed.notify_all()
