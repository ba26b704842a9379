"""Two hundred pushes killed at random points of random requests: no tag ever names what is not whole.

The points are drawn from the requests that the registry sees of a push that is left alone, so that every step is hit,
however short it is. What fails names its point and the seed; `KILLS_SEED` draws others.
"""

import gzip
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
from client.images import about, image, index, noise, write_archive, write_layout
from client.killing import SIGNALS, KillingRegistry, KillPoint, kill_points, kind_of, missing_below
from client.pushing import CANARY
from client.registry_contents import Repository
from shared_ecr.client.credentials.interface import Credentials

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="pidfd_open, which waits for the killed, is Linux's")

KILLS = 200
SEED = os.environ.get("KILLS_SEED", "2026")
BUILT = index(
    image([noise(40_000, 1), noise(9000, 2), noise(900, 3), b"4", b"5", b"6"], seed=1),
    image([noise(40_000, 1), noise(7000, 7), b"8", b"9", b"10"], seed=2),
)
SIGNATURE = about(BUILT)
EVERYTHING = {*BUILT.files, *SIGNATURE.files}
TAGS = ("1.0", "latest")
LOGIN = Credentials("AWS", CANARY).basic().removeprefix("Basic ")


@dataclass(frozen=True)
class World:
    """A registry that kills, and a user with a home and a folder for temporary files, both of no one else."""

    registry: KillingRegistry
    commands: Commands
    folder: Path
    requests: list[Seen]
    """Those of a push that was left alone."""

    def push(self, repository: str, source: str = "layout") -> list[str]:
        """The words of the command."""
        return ["push", str(self.folder / source), f"{self.registry.host}/{repository}:{':'.join(TAGS)}"]

    def held(self, repository: str) -> Repository:
        with self.registry.contents.lock:
            return self.registry.contents.repositories[repository]

    def files_left(self) -> list[Path]:
        """What is in the home and among the temporary files beyond the login that was there before."""
        folders = (self.folder / "home", self.folder / "temporary")
        return [path for folder in folders for path in folder.rglob("*") if path.name not in {".docker", "config.json"}]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("kills")
    for name in ("home/.docker", "temporary"):
        (folder / name).mkdir(parents=True)
    write_layout(folder / "layout", BUILT, SIGNATURE)
    archive = write_archive(folder / "archive.tar", BUILT, SIGNATURE)
    (folder / "archive.tar.gz").write_bytes(gzip.compress(archive.read_bytes(), mtime=0))
    environ = {"HOME": str(folder / "home"), "TMPDIR": str(folder / "temporary")}
    with KillingRegistry() as registry, commands(folder, environ) as ours:
        registry.manners.passwords = {CANARY}
        logins = {"auths": {str(registry.host): {"auth": LOGIN}}}
        (folder / "home/.docker/config.json").write_text(json.dumps(logins))
        world = World(registry, ours, folder, [])
        assert ours.warm(*world.push("whole", "archive.tar.gz")) == 0
        # A login is refused once before it is shown; those requests are hit as well.
        world.requests.extend(registry.seen)
        yield world


def point(world: World, number: int) -> KillPoint:
    return next(kill_points(world.requests, random.Random(f"{SEED}/{number}")))


@pytest.mark.parametrize("number", range(KILLS))
def test_a_killed_push_leaves_nothing_half_done_and_the_next_sends_the_rest(world: World, number: int) -> None:
    repository, where = f"killed/{number}", point(world, number)
    place = f"kill {number} of seed {SEED}: {where}"
    source = "archive.tar.gz" if number % 4 == 0 else "layout"

    killed = world.commands.run(*world.push(repository, source), victim=world.registry.arm(where))

    assert killed.code == SIGNALS[where.by], f"{place}: {killed.stderr}"
    assert not killed.left_a_process, place
    assert world.files_left() == [], place
    held = world.held(repository)
    assert set(held.tags.values()) <= {BUILT.root}, place
    assert [missing for root in list(held.tags.values()) for missing in missing_below(held, root)] == [], place
    # Under a tag no one finds an image without its signature either.
    assert not held.tags or SIGNATURE.root in held.manifests, place
    there, tagged = {*held.blobs, *held.manifests}, set(held.tags)
    world.registry.seen.clear()

    again = world.commands.run(*world.push(repository, source))

    assert (again.code, again.stdout) == (0, f"{world.registry.host}/{repository}@{BUILT.root}\n"), place
    assert dict.fromkeys(TAGS, BUILT.root) == held.tags, place
    assert {*held.blobs, *held.manifests} == EVERYTHING, place
    sent = {
        kind_of(seen).removeprefix("PUT ").removeprefix("manifests/")
        for seen in world.registry.seen
        if seen.method == "PUT"
    }
    assert sent.isdisjoint(there | tagged), f"{place}: sent again"
    for ended in (killed, again):
        said = ended.stdout + ended.stderr
        assert not any(word in said for word in ("Traceback", CANARY, LOGIN)), f"{place}: {said}"
