"""A signal that reaches a thread which does not run its handler, or comes a moment before the main thread waits."""

import signal
import threading
from collections.abc import Callable, Iterator

import pytest

from shared_ecr.client.http.workers import WorkerPool
from shared_ecr.client.push.scheduler import ScheduledJob, Scheduler

# What is held up by a signal that no one hears; a person would have pressed Ctrl-C again long before.
LONG = 20.0


@pytest.fixture
def over() -> Iterator[threading.Event]:
    """Set when a stop is heard; at the latest after the test."""
    event = threading.Event()
    yield event
    event.set()


@pytest.fixture
def struck(over: threading.Event) -> Iterator[Callable[[], None]]:
    """Work that is shown of Ctrl-C on its own thread and does not end by itself."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    heard: list[bool] = []

    def work() -> None:
        # By then the main thread waits.
        over.wait(0.2)
        # Python notes the signal, and leaves it to the main thread, which this does not wake.
        signal.raise_signal(signal.SIGINT)
        heard.append(over.wait(LONG))

    yield work
    signal.signal(signal.SIGINT, before)
    assert heard == [True], "the main thread slept through the signal"


def test_a_workers_hears_a_signal_that_did_not_wake_it(struck: Callable[[], None], over: threading.Event) -> None:
    workers = WorkerPool(1)
    workers.stop = over
    with pytest.raises(KeyboardInterrupt):
        workers.run([struck])


def test_a_scheduler_hears_a_signal_that_did_not_wake_it(struck: Callable[[], None], over: threading.Event) -> None:
    with pytest.raises(KeyboardInterrupt):
        Scheduler([ScheduledJob(struck, frozenset())], 1).run(over.set)
