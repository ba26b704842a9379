from dataclasses import dataclass, field

import pytest
from botocore.exceptions import ClientError

from shared_ecr.client.aws.registry.asking import PacedQuestions
from shared_ecr.client.aws.request_pace import RequestPace
from shared_ecr.findings.errors import UnavailableError


@dataclass
class Clock:
    now: float = 0.0
    pauses: list[float] = field(default_factory=list)

    def time(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


def paced(clock: Clock, rate: float | None) -> RequestPace:
    return RequestPace(rate, clock.time, clock.pause)


def test_requests_are_spaced_by_the_rate() -> None:
    clock = Clock()
    pace = paced(clock, 20)
    for _ in range(41):
        pace.wait()
    assert clock.now == pytest.approx(2.0)


def test_without_a_rate_nothing_waits() -> None:
    clock = Clock()
    pace = paced(clock, None)
    for _ in range(100):
        pace.wait()
    assert clock.pauses == []


def test_a_throttle_halves_the_rate_and_time_gives_it_back() -> None:
    clock = Clock()
    pace = paced(clock, 20)
    pace.slow_down()
    for _ in range(3):
        pace.wait()
    assert clock.pauses[-1] == pytest.approx(0.1, rel=0.05)
    clock.now += 600
    for _ in range(3):
        pace.wait()
    assert clock.pauses[-1] == pytest.approx(0.05, rel=0.05)


def test_what_retry_after_says_is_waited_for() -> None:
    clock = Clock()
    pace = paced(clock, 20)
    pace.slow_down(7)
    pace.wait()
    assert clock.now >= 7


def throttled(times: int) -> "list[str]":
    """Return what a call answers that is throttled *times* before."""
    left = [times]

    def call() -> str:
        if left[0]:
            left[0] -= 1
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, "GetRepositoryPolicy")
        return "answer"

    return [PacedQuestions(paced(Clock(), 20)).ask("ecr:GetRepositoryPolicy", call)]


def test_twelve_throttles_in_a_row_are_survived() -> None:
    assert throttled(12) == ["answer"]


def test_a_throttle_without_end_is_reported() -> None:
    with pytest.raises(UnavailableError, match="throttles"):
        throttled(1_000)
