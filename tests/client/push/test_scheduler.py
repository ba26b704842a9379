import threading
from collections.abc import Callable

import pytest

from shared_ecr.client.http.workers import StoppedError
from shared_ecr.client.push.scheduler import ScheduledJob, Scheduler

MEETING_SECONDS = 10.0


def job(run: Callable[[], None], *keys: str, on_main_thread: bool = False) -> ScheduledJob:
    return ScheduledJob(run, frozenset(keys), on_main_thread)


def nothing() -> None:
    pass


def test_jobs_without_a_key_in_common_run_at_the_same_time() -> None:
    meeting = threading.Barrier(3, timeout=MEETING_SECONDS)
    jobs = [job(lambda: (meeting.wait(), None)[1], str(number)) for number in range(3)]
    Scheduler(jobs, threads=3).run(nothing)
    assert not meeting.broken


@pytest.mark.parametrize("threads", [1, 2, 8])
def test_jobs_with_a_key_in_common_run_one_after_the_other_in_their_sequence(threads: int) -> None:
    at_work, found = [0], []

    def run(number: int) -> None:
        at_work[0] += 1
        found.append((number, at_work[0]))
        at_work[0] -= 1

    jobs = [job(lambda number=number: run(number), "same", str(number)) for number in range(20)]  # type: ignore[misc]  # the default binds it
    Scheduler(jobs, threads).run(nothing)
    assert found == [(number, 1) for number in range(20)]


def test_a_job_whose_key_is_taken_lets_a_later_one_pass() -> None:
    meeting = threading.Barrier(2, timeout=MEETING_SECONDS)
    jobs = [job(meeting.wait, "a"), job(nothing, "a"), job(meeting.wait, "b")]  # type: ignore[arg-type]  # the number is for no one
    Scheduler(jobs, threads=2).run(nothing)
    assert not meeting.broken


def test_no_more_jobs_run_at_once_than_are_allowed() -> None:
    lock, now, most = threading.Lock(), [0], [0]
    gate = threading.Semaphore(0)

    def run() -> None:
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
            if now[0] == 2:
                gate.release(100)
        gate.acquire(timeout=MEETING_SECONDS)
        with lock:
            now[0] -= 1

    Scheduler([job(run, str(number)) for number in range(10)], threads=2).run(nothing)
    assert most == [2]


def test_jobs_of_the_main_thread_run_there_and_wait_for_the_keys_of_others() -> None:
    threads: list[tuple[str, threading.Thread]] = []
    jobs = [
        job(lambda: threads.append(("other", threading.current_thread())), "same"),
        job(lambda: threads.append(("main", threading.current_thread())), "same", on_main_thread=True),
    ]
    Scheduler(jobs, threads=4).run(nothing)
    here = threading.current_thread()
    assert [(name, thread is here) for name, thread in threads] == [("other", False), ("main", True)]


@pytest.mark.parametrize("on_main_thread", [True, False])
@pytest.mark.parametrize("fault", [RuntimeError("a fault of ours"), KeyboardInterrupt()], ids=["fault", "Ctrl-C"])
def test_what_a_job_raises_stops_the_others_and_is_raised(fault: BaseException, *, on_main_thread: bool) -> None:
    stop = threading.Event()

    def wait_for_the_stop() -> None:
        if stop.wait(MEETING_SECONDS):
            raise StoppedError

    def fail() -> None:
        raise fault

    jobs = [job(wait_for_the_stop, "a"), job(fail, "b", on_main_thread=on_main_thread)]
    with pytest.raises(type(fault)):
        Scheduler(jobs, threads=2).run(stop.set)
    assert stop.is_set()
    assert "push" not in {thread.name for thread in threading.enumerate()}


def test_after_a_stop_no_job_begins() -> None:
    begun: list[str] = []

    def interrupt() -> None:
        raise KeyboardInterrupt

    jobs = [job(interrupt, "same", on_main_thread=True), job(lambda: begun.append("late"), "same")]
    with pytest.raises(KeyboardInterrupt):
        Scheduler(jobs, threads=4).run(nothing)
    assert begun == []


def test_a_scheduler_without_jobs_is_done() -> None:
    Scheduler([], threads=4).run(nothing)
