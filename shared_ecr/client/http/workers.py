"""Jobs on threads that stop together: at the first error, and when the user says so."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence

# How long the other threads may take to notice the stop. They are daemon threads: one that still waits for a network
# does not keep the program from ending.
GRACE_SECONDS = 0.5
# How long a signal may stay unheard: one that arrives in the moment before the main thread begins to wait, or that the
# system gives to another thread, does not wake it.
HEARING_SECONDS = 0.2


class StoppedError(Exception):
    """Raised in a worker that noticed the stop; never leaves this package."""


class WorkerPool:
    """Threads that work for one push or pull, and the signal that ends it."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self.stop = threading.Event()

    def run(self, jobs: Iterable[Callable[[], None]]) -> None:
        """Run *jobs* in their order, several at a time; return when all are done.

        The first error sets `stop`, which the jobs look at while they work, and is raised here. Ctrl-C does the
        same.

        Raises:
            StoppedError: `stop` was set from outside, so not all is done.
        """
        waiting = list(jobs)[::-1]
        ended = _EndedWorkers()
        threads = [
            threading.Thread(target=_work, args=(waiting, self.stop, ended), daemon=True)
            for _ in range(min(self._threads, len(waiting)))
        ]
        started = started_threads(threads)
        if not started:
            _work(waiting, self.stop, ended)
        try:
            for _ in started or (None,):
                _raise_if(ended.next())
        except BaseException:
            self.stop.set()
            end = time.monotonic() + GRACE_SECONDS
            for thread in started:
                thread.join(max(0.0, end - time.monotonic()))
            raise
        if self.stop.is_set():
            raise StoppedError


def started_threads(threads: Sequence[threading.Thread]) -> Sequence[threading.Thread]:
    """Start *threads*, or as many of them as the limits of this process and its memory allow, and return those."""
    for count, thread in enumerate(threads):
        try:
            thread.start()
        except RuntimeError:
            return threads[:count]
    return threads


class _EndedWorkers:
    """With what workers ended, in the order in which they did; one thread waits for them.

    It is a queue. Every push imports this module, and `queue` would import heapq for it.
    """

    def __init__(self) -> None:
        self._came = threading.Condition()
        self._errors: list[BaseException | None] = []

    def add(self, error: BaseException | None) -> None:
        """Add the end of one worker: its error, or None."""
        with self._came:
            self._errors.append(error)
            self._came.notify()

    def next(self) -> BaseException | None:
        """Wait for the next one and return it."""
        with self._came:
            while not self._errors:
                # Python runs the handlers of signals between two statements of the main thread, and this is one.
                self._came.wait(HEARING_SECONDS)
            return self._errors.pop(0)


def _work(waiting: list[Callable[[], None]], stop: threading.Event, ended: _EndedWorkers) -> None:
    try:
        while not stop.is_set():
            try:
                job = waiting.pop()
            except IndexError:
                break
            job()
    except BaseException as error:  # noqa: BLE001 — carried to the thread that waits, and raised there
        ended.add(error)
        # At once: the thread that waits may learn of it only after the others have begun their next jobs.
        stop.set()
    else:
        ended.add(None)


def _raise_if(error: BaseException | None) -> None:
    if error is not None:
        raise error
