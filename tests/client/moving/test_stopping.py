import threading

import pytest

from client.pushing import Heard
from shared_ecr.client.http.workers import Crew, StoppedError
from shared_ecr.client.push.cancellation import Mutable, Stops
from shared_ecr.client.pushers.events import Told


def test_a_crew_that_is_stopped_from_outside_does_not_say_that_all_is_done() -> None:
    crew = Crew(2)
    done: list[int] = []

    def work() -> None:
        done.append(1)
        crew.stop.set()

    with pytest.raises(StoppedError):
        crew.run([work] * 10)
    assert len(done) <= 2


def test_the_crews_of_all_pushes_stop_together() -> None:
    stops = Stops()
    crews = [stops.crew(1) for _ in range(3)]
    stops.set()
    assert [crew.stop.is_set() for crew in crews] == [True] * 3


def test_a_crew_that_comes_after_the_stop_is_stopped() -> None:
    stops = Stops()
    stops.set()
    with pytest.raises(StoppedError):
        stops.crew(1).run([threading.Event().set])


def test_after_a_stop_nothing_is_heard() -> None:
    heard = Heard()
    progress = Mutable(heard)
    progress.happened(Told("a", "before"))
    progress.is_muted = True
    progress.happened(Told("a", "after"))
    assert heard.lines == ["before"]
