import threading
from pathlib import Path

import pytest

from client.fake_registry import FakeRegistry
from client.images import image, index, write_layout
from client.push.world import FRANKFURT, IRELAND, World
from client.pushing import Pauses
from shared_ecr.client.http.rate_limits import MANIFESTS_A_SECOND, RateLimits
from shared_ecr.client.http.retries import RateLimit
from shared_ecr.model.names import RegistryHost

FIPS = "123456789012.dkr.ecr-fips.us-east-1.amazonaws.com"
PLAIN = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
DUAL_STACK = "123456789012.dkr-ecr.us-east-1.on.aws"
OTHER_ACCOUNT = "210987654321.dkr.ecr.us-east-1.amazonaws.com"


@pytest.mark.parametrize("other", [FIPS, DUAL_STACK])
def test_every_host_of_one_registry_has_the_same_pace(other: str) -> None:
    paces = RateLimits()
    assert paces.of(RegistryHost(PLAIN)) is paces.of(RegistryHost(other))


@pytest.mark.parametrize("other", [IRELAND, OTHER_ACCOUNT])
def test_another_account_or_region_has_its_own(other: str) -> None:
    paces = RateLimits()
    assert paces.of(RegistryHost(PLAIN)) is not paces.of(RegistryHost(other))


def test_no_second_lets_more_pass_than_the_pace() -> None:
    pauses, pace, moments = Pauses(), RateLimit(3), []
    for _ in range(20):
        pace.wait(pauses.patience())
        moments.append(pauses.now)
    assert all(later - earlier >= 1.0 for earlier, later in zip(moments, moments[3:], strict=False))


def test_threads_that_come_at_once_are_shown_moments_apart() -> None:
    pace, reported = RateLimit(2), list[float]()
    start = threading.Barrier(8)

    def come() -> None:
        pauses = Pauses()
        start.wait()
        pace.wait(pauses.patience())
        reported.append(pauses.now)

    threads = [threading.Thread(target=come) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(reported) == [1000.0, 1000.0, 1001.0, 1001.0, 1002.0, 1002.0, 1003.0, 1003.0]


def test_several_pushes_to_one_registry_share_the_pace_of_its_manifests(tmp_path: Path) -> None:
    with FakeRegistry() as registry:
        world = World(registry)
        layout = write_layout(tmp_path / "multi", index(*(image([], seed=seed) for seed in range(4))))
        # Six manifests each: four children, the index by its digest, the tag.
        done = world.push(*((layout, f"{FRANKFURT}/team/app-{number}:1") for number in range(5)), at_a_time=1)
    assert [outcome.error for outcome in done] == [None] * 5
    assert sum(world.pauses.taken) >= (5 * 6 - 1) // MANIFESTS_A_SECOND


def test_pushes_to_two_registries_wait_for_each_other_not(tmp_path: Path) -> None:
    with FakeRegistry() as registry:
        world = World(registry)
        layout = write_layout(tmp_path / "multi", index(*(image([], seed=seed) for seed in range(4))))
        places = (FRANKFURT, IRELAND)
        world.push(*((layout, f"{place}/team/app:1") for place in places), at_a_time=1)
    assert world.pauses.taken == []
