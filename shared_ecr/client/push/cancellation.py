"""Ctrl-C and SIGTERM: the stop of all pushes that run."""

import threading

from shared_ecr.client.http.workers import WorkerPool
from shared_ecr.client.pushers.events import Event, Progress
from shared_ecr.records import field, record


@record(frozen=False)
class Mutable:
    """Hands events on until no one wants to hear them any more."""

    progress: Progress
    is_muted: bool = False

    def happened(self, event: Event) -> None:
        """Take one event."""
        if not self.is_muted:
            self.progress.happened(event)


@record(frozen=False)
class RunningPools:
    """The worker_pools at work, and whether it is over for all of them."""

    worker_pools: list[WorkerPool] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    is_set: bool = False

    def workers(self, threads: int) -> WorkerPool:
        """Make a workers that stops with the others."""
        workers = WorkerPool(threads)
        with self.lock:
            self.worker_pools.append(workers)
            if self.is_set:
                workers.stop.set()
        return workers

    def set(self) -> None:
        """Stop all of them, and those that are added later."""
        with self.lock:
            self.is_set = True
            for workers in self.worker_pools:
                workers.stop.set()
