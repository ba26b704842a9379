import threading

import pytest

from client.pushing import Heard
from shared_ecr.client.http.workers import StoppedError, WorkerPool
from shared_ecr.client.push.cancellation import Mutable, RunningPools
from shared_ecr.client.pushers.events import Message


def test_a_workers_that_is_stopped_from_outside_does_not_say_that_all_is_done() -> None:
    workers = WorkerPool(2)
    done: list[int] = []

    def work() -> None:
        done.append(1)
        workers.stop.set()

    with pytest.raises(StoppedError):
        workers.run([work] * 10)
    assert len(done) <= 2


def test_the_worker_pools_of_all_pushes_stop_together() -> None:
    stops = RunningPools()
    worker_pools = [stops.workers(1) for _ in range(3)]
    stops.set()
    assert [workers.stop.is_set() for workers in worker_pools] == [True] * 3


def test_a_workers_that_comes_after_the_stop_is_stopped() -> None:
    stops = RunningPools()
    stops.set()
    with pytest.raises(StoppedError):
        stops.workers(1).run([threading.Event().set])


def test_after_a_stop_nothing_is_heard() -> None:
    heard = Heard()
    progress = Mutable(heard)
    progress.happened(Message("a", "before"))
    progress.is_muted = True
    progress.happened(Message("a", "after"))
    assert heard.lines == ["before"]
