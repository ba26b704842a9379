import pytest

from client.push.world import World
from client.pushing import Bench


@pytest.fixture
def world(bench: Bench) -> World:
    return World(bench.registry)
