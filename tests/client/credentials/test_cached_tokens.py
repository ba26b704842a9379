import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared_ecr.client.credentials import cached_tokens, token_cache, token_files
from shared_ecr.client.credentials.cached_tokens import token_for
from shared_ecr.client.credentials.interface import Credentials
from shared_ecr.client.credentials.issuing import IssuedToken
from shared_ecr.client.credentials.token_cache import cached
from shared_ecr.findings.errors import RefusedError, UnavailableError
from shared_ecr.model.names import RegistryHost

ROOT = Path(__file__).parents[3]
HOST = RegistryHost("111122223333.dkr.ecr.us-east-1.amazonaws.com")
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
TWELVE = timedelta(hours=12)


@dataclass
class World:
    """ECR and this machine, each with a clock of its own."""

    here: datetime = NOON
    there: datetime = NOON
    lifetime: timedelta = TWELVE
    shows_its_time: bool = True
    given: int = 0
    fault: Exception | None = None
    said: list[str] = field(default_factory=list)

    def issue(self) -> IssuedToken:
        if self.fault:
            raise self.fault
        self.given += 1
        credentials = Credentials("AWS", f"token {self.given}", self.there + self.lifetime)
        return IssuedToken(credentials, self.there if self.shows_its_time else None)

    def passes(self, hours: float) -> None:
        self.here += timedelta(hours=hours)
        self.there += timedelta(hours=hours)


Ask = Callable[[], str]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World()

    class Clock:
        @staticmethod
        def time() -> float:
            return world.here.timestamp()

    for module in (cached_tokens, token_cache, token_files):
        monkeypatch.setattr(module, "time", Clock)
    return world


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path)}


@pytest.fixture
def ask(world: World, environ: dict[str, str]) -> Ask:
    return lambda: token_for(HOST, world.issue, environ, world.said.append).secret


@pytest.mark.parametrize(("hours", "number"), [(0, 1), (5.9, 1), (6, 2), (13, 2)])
def test_a_token_is_asked_for_at_half_the_life_of_the_last(world: World, ask: Ask, hours: float, number: int) -> None:
    ask()
    world.passes(hours)

    assert ask() == f"token {number}"


def test_half_a_life_is_the_servers_to_show(world: World, ask: Ask) -> None:
    world.lifetime = timedelta(hours=1)
    ask()
    world.passes(0.6)

    assert ask() == "token 2"


@pytest.mark.parametrize("hours", [-13, -1, 1, 5])
def test_a_clock_that_is_wrong_all_the_time_changes_nothing(world: World, ask: Ask, hours: float) -> None:
    world.here += timedelta(hours=hours)
    ask()
    world.passes(5.9)
    assert ask() == "token 1"
    world.passes(0.2)

    assert ask() == "token 2"


def test_a_clock_that_is_half_a_day_fast_costs_questions_alone(world: World, ask: Ask) -> None:
    world.here += timedelta(hours=13)

    assert [ask(), ask()] == ["token 1", "token 2"]


@pytest.mark.parametrize("is_shown", [True, False])
@pytest.mark.parametrize("hours", [-20, -1])
def test_a_clock_that_was_set_back_makes_a_token_stale(world: World, ask: Ask, hours: float, *, is_shown: bool) -> None:
    world.shows_its_time = is_shown
    ask()
    world.here += timedelta(hours=hours)

    assert ask() == "token 2"


def test_while_aws_fails_a_token_that_is_still_good_is_used_and_shown_of(world: World, ask: Ask) -> None:
    ask()
    world.passes(11.9)
    world.fault = UnavailableError("AWS could not be reached")

    assert ask() == "token 1"
    assert world.said == [
        f"warning: AWS could not be reached; the token that {HOST} gave before is still good and is used"
    ]


def test_a_token_that_has_expired_is_never_used(world: World, ask: Ask) -> None:
    ask()
    world.passes(12)
    world.fault = UnavailableError("AWS could not be reached")

    with pytest.raises(UnavailableError, match="could not be reached"):
        ask()


def test_a_token_that_expired_by_the_corrected_clock_is_never_used(world: World, ask: Ask) -> None:
    # The clock was an hour fast when the token came, and has been set right since.
    world.here += timedelta(hours=1)
    ask()
    world.passes(12)
    world.here -= timedelta(hours=1)
    world.fault = UnavailableError("AWS could not be reached")

    with pytest.raises(UnavailableError):
        ask()


def test_without_a_token_a_refusal_is_a_refusal(world: World, ask: Ask) -> None:
    world.fault = RefusedError("AWS does not allow it")

    with pytest.raises(RefusedError, match="does not allow"):
        ask()


def test_while_aws_fails_it_is_not_asked_at_each_pull(world: World, ask: Ask) -> None:
    ask()
    world.passes(7)
    world.fault = UnavailableError("AWS could not be reached")
    ask()
    world.fault = None
    world.passes(0.05)
    assert ask() == "token 1"
    world.passes(0.05)

    assert ask() == "token 2"


def test_a_cache_that_cannot_be_written_costs_a_warning_alone(world: World, ask: Ask, tmp_path: Path) -> None:
    (tmp_path / ".cache").write_text("a file where the folder should be")

    assert [ask(), ask()] == ["token 1", "token 2"]
    assert "is not cached: cannot make" in world.said[0]
    assert "SHARED_ECR_DISABLE_CACHE=1" in world.said[0]


def test_without_a_cache_every_call_asks_and_nothing_is_said(world: World, environ: dict[str, str]) -> None:
    environ["SHARED_ECR_DISABLE_CACHE"] = "1"

    secrets = [token_for(HOST, world.issue, environ, world.said.append).secret for _ in range(2)]

    assert (secrets, world.said) == (["token 1", "token 2"], [])


def test_what_another_process_fetched_meanwhile_is_used(
    world: World, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    others: list[str] = []
    real = token_files.single_flight

    def waits(host: str, environ: dict[str, str], seconds: float) -> object:
        if not others:
            others.append("now")
            others.append(token_for(HOST, world.issue, environ, world.said.append).secret)
        return real(host, environ, seconds)

    monkeypatch.setattr(cached_tokens, "single_flight", waits)

    assert token_for(HOST, world.issue, environ, world.said.append).secret == "token 1"
    assert others == ["now", "token 1"]


ASKER = """
import os, sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shared_ecr.client.credentials.cached_tokens import token_for
from shared_ecr.client.credentials.interface import Credentials
from shared_ecr.client.credentials.issuing import IssuedToken
from shared_ecr.model.names import RegistryHost
calls = Path(os.environ["CALLS"])
def issue():
    with calls.open("a") as file:
        file.write("x")
    now = datetime.now(UTC)
    return IssuedToken(Credentials("AWS", "the one", now + timedelta(hours=12)), now)
sys.stdin.read()
print(token_for(RegistryHost(sys.argv[1]), issue, os.environ, print).secret)
"""


def test_twenty_processes_at_once_ask_once(tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    environ = {**os.environ, "HOME": str(tmp_path), "PYTHONPATH": str(ROOT), "CALLS": str(calls)}
    environ.pop("XDG_CACHE_HOME", None)
    command = [sys.executable, "-c", ASKER, str(HOST)]
    askers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ, text=True)
        for _ in range(20)
    ]
    answers = [asker.communicate(timeout=60)[0] for asker in askers]

    assert answers == ["the one\n"] * 20
    assert calls.read_text() == "x"


def test_a_lock_that_is_held_for_too_long_is_gone_around(
    world: World, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cached_tokens, "PATIENCE_SECONDS", 0.0)

    with token_files.single_flight(HOST.text, environ, 1):
        assert token_for(HOST, world.issue, environ, world.said.append).secret == "token 1"
    assert "holds the lock" in world.said[0]
    assert cached(HOST.text, environ) is None


def test_time_is_taken_from_this_machine_where_nothing_is_patched(environ: dict[str, str]) -> None:
    before = time.time()
    real = World(there=datetime.now(UTC))

    found = token_for(HOST, real.issue, environ, real.said.append)

    assert before <= found.issued_at <= time.time()
