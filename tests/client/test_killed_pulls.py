"""Pulls killed at random points: a layout never names, nor has under its digest, what is not whole."""

import hashlib
import json
import os
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from client.fake_registry import Seen
from client.forked_commands import Commands, commands
from client.images import image, index, noise, write_layout
from client.killing import SIGNALS, KillingRegistry, kill_points
from client.pushing import Bench

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="pidfd_open, which waits for the killed, is Linux's")

KILLS = 40
SEED = os.environ.get("KILLS_SEED", "2026")
# Large enough to be on its way while the others are asked for.
BUILT = index(
    image([noise(6_000_000, 1), b"2", b"3", b"4"], seed=1), image([noise(3_000_000, 5), b"6", b"7", b"8"], seed=2)
)


@dataclass(frozen=True)
class World:
    """A registry that kills, and a folder to pull into."""

    registry: KillingRegistry
    commands: Commands
    folder: Path
    requests: list[Seen]
    """Those of a pull that was left alone."""

    def pull(self, name: str) -> list[str]:
        """The words of the command."""
        return ["pull", f"{self.registry.host}/team/app:1.0", str(self.folder / name)]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("kills")
    with KillingRegistry() as registry, commands(folder, {"HOME": str(folder)}) as ours:
        Bench(registry).push(write_layout(folder / "source", BUILT))
        registry.seen.clear()
        world = World(registry, ours, folder, [])
        assert ours.warm(*world.pull("whole")) == 0
        world.requests.extend(registry.seen)
        yield world


def files(layout: Path) -> dict[str, bytes]:
    """What is there under a digest."""
    return {path.name: path.read_bytes() for path in layout.glob("blobs/sha256/*") if not path.name.startswith(".")}


@pytest.mark.parametrize("number", range(KILLS))
def test_a_killed_pull_leaves_nothing_half_written_under_a_digest_and_the_next_completes_it(
    world: World, number: int
) -> None:
    where = next(kill_points(world.requests, random.Random(f"{SEED}/{number}")))
    place, layout = f"kill {number} of seed {SEED}: {where}", world.folder / f"layout-{number}"

    killed = world.commands.run(*world.pull(layout.name), victim=world.registry.arm(where))

    assert killed.code == SIGNALS[where.by], f"{place}: {killed.stderr}"
    there = files(layout)
    assert [name for name, content in there.items() if hashlib.sha256(content).hexdigest() != name] == [], place
    listed = layout / "index.json"
    assert not listed.exists() or not json.loads(listed.read_text())["manifests"], place
    if killed.code > 0:
        # Who is asked to end tidies up.
        assert list(layout.rglob(".*")) == [], place
    world.registry.seen.clear()

    again = world.commands.run(*world.pull(layout.name))

    assert again.code == 0, f"{place}: {again.stderr}"
    assert list(layout.rglob(".*")) == [], f"{place}: what the killed one left is still there"
    assert files(layout) == {digest[7:]: content for digest, content in BUILT.files.items()}, place
    fetched = {seen.path.rpartition(":")[2] for seen in world.registry.seen if "/blobs/" in seen.path}
    assert fetched.isdisjoint(there), f"{place}: fetched again"
