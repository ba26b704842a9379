"""Jobs on threads that stop together: at the first error, and when the user says so."""

import queue
import threading
import time
from collections.abc import Callable, Iterable, Sequence

# How long the others may take to notice that it is over. They are daemons: anyone who still waits for a network then
# does not keep the program from ending.
GRACE_SECONDS = 0.5
# How long a signal may stay unheard: one that has access the moment before the main thread begins to wait, or that the
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
        ended: queue.SimpleQueue[BaseException | None] = queue.SimpleQueue()
        threads = [
            threading.Thread(target=_work, args=(waiting, self.stop, ended), daemon=True)
            for _ in range(min(self._threads, len(waiting)))
        ]
        started = started_threads(threads)
        if not started:
            _work(waiting, self.stop, ended)
        try:
            for _ in started or (None,):
                _raise_if(_next_of(ended))
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


def _work(
    waiting: list[Callable[[], None]], stop: threading.Event, ended: "queue.SimpleQueue[BaseException | None]"
) -> None:
    try:
        while not stop.is_set():
            try:
                job = waiting.pop()
            except IndexError:
                break
            job()
    except BaseException as error:  # noqa: BLE001 — carried to the thread that waits, and raised there
        ended.put(error)
    else:
        ended.put(None)


def _next_of(ended: "queue.SimpleQueue[BaseException | None]") -> BaseException | None:
    while True:
        try:
            return ended.get(timeout=HEARING_SECONDS)
        except queue.Empty:
            # Python runs the handlers of signals between two statements of the main thread, and this is one.
            continue


def _raise_if(error: BaseException | None) -> None:
    if error is not None:
        raise error
