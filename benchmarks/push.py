"""Measure `shared-ecr push` against other programs, and against the bytes alone, as ratios within one run.

    python benchmarks/push.py [--runs N] [--only TEXT] [--against NAME]

Each push has a registry of its own, fresh and on another port: skopeo and docker remember which registry has which
blob and would mount instead of upload. Engines take turns, each is a process of its own; ratios are taken turn by
turn, and their medians are quoted. skopeo and docker are Debian's; crane takes part where it is on PATH.

"process" is all of it, and the targets against crane are set for that. "push" leaves out on both sides what the start
alone takes (`skopeo --version`, our command as far as its first connection); the targets against all others are set
for that. `curl` begins the uploads and sends the same bytes, eight at a time: it neither asks, hashes nor stores a
manifest. `bare` is the same from Python.
"""

import argparse
import compileall
import http.client
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

# It is run as a file too.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.push_engines import ENGINES, TAG, Engine, Ground
from benchmarks.push_ground import delayed, dockerd, registry, write_image

ROOT = Path(__file__).resolve().parent.parent
MIB = 1024 * 1024
# Programs that send only bytes, not an image.
WITHOUT_IMAGE = {"curl", "bare"}


@dataclass(frozen=True)
class Scenario:
    """A number of layers of one size, and the delay of the connection to the registry."""

    name: str
    layers: int
    layer_bytes: int
    delay_ms: int = 0
    at_most: dict[str, float] = field(default_factory=lambda: {"skopeo": 1.0})
    """The largest allowed part of each program's time, without the starts."""
    process_at_most: dict[str, float] = field(default_factory=lambda: {"crane": 1.0})
    """The same for whole processes."""


SCENARIOS = (
    # Some sixty milliseconds without the starts, which are too little for a target.
    Scenario("1 x 5 MB", 1, 5 * MIB, at_most={}, process_at_most={"crane": 2.0}),
    Scenario("10 x 20 MB", 10, 20 * MIB, at_most={"skopeo": 1.0, "curl": 1.15}),
    Scenario("1 x 500 MB", 1, 500 * MIB, at_most={"skopeo": 1.25}),
    Scenario("100 x 1 MB", 100, MIB),
    Scenario("1 x 5 MB, 20 ms a request", 1, 5 * MIB, delay_ms=20, process_at_most={"crane": 2.0}),
    Scenario("10 x 20 MB, 20 ms a request", 10, 20 * MIB, delay_ms=20),
    Scenario(
        "100 x 1 MB, 20 ms a request",
        100,
        MIB,
        delay_ms=20,
        at_most={"skopeo": 0.15, "docker": 0.30},
        process_at_most={"crane": 0.45},
    ),
)


@dataclass(frozen=True)
class Turn:
    """What one engine took in one turn, in seconds."""

    start: float
    whole: float

    @property
    def push(self) -> float:
        """Without the start."""
        return max(self.whole - self.start, 0.001)


def main() -> int:
    """Run the scenarios, print the table, exit with 1 where a target was missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--runs", type=int, default=3, help="turns of each engine; the median counts (default 3)")
    parser.add_argument("--only", default="", help="scenarios whose name has this text")
    parser.add_argument("--against", default="", help="one engine alone")
    arguments = parser.parse_args()
    for program in ("skopeo", "docker-registry"):
        if shutil.which(program) is None:
            sys.exit(f"{program} is not installed; the comparison needs it (Debian has it as a package)")
    # As an installed package has it.
    compileall.compile_dir(ROOT / "shared_ecr", quiet=1)
    print("| image | against | ours s | theirs s | process | push | at most | |")
    print("|---|---|---|---|---|---|---|---|")
    missed = False
    for scenario in SCENARIOS:
        if arguments.only in scenario.name:
            turns = measure(scenario, arguments.runs, arguments.against)
            for name in turns:
                if name != "ours":
                    missed = row(scenario, turns["ours"], name, turns[name]) or missed
    return int(missed)


def row(scenario: Scenario, ours: list[Turn], name: str, theirs: list[Turn]) -> bool:
    """Print one comparison; return whether it missed its target."""
    process = statistics.median(one.whole / other.whole for one, other in zip(ours, theirs, strict=True))
    push = statistics.median(one.push / other.push for one, other in zip(ours, theirs, strict=True))
    is_whole = name in scenario.process_at_most
    allowed = scenario.process_at_most[name] if is_whole else scenario.at_most.get(name)
    is_missed = allowed is not None and (process if is_whole else push) > allowed
    seconds = (statistics.median(turn.whole for turn in turns) for turns in (ours, theirs))
    cells = [scenario.name, name, *(f"{second:.2f}" for second in seconds), f"{process:.2f}", f"{push:.2f}"]
    cells += [f"{allowed:.2f}" if allowed is not None else "", "missed" if is_missed else ""]
    print(f"| {' | '.join(cells)} |", flush=True)
    return is_missed


def measure(scenario: Scenario, runs: int, against: str) -> dict[str, list[Turn]]:
    """Push the scenario's image *runs* times with each engine, in turn."""
    with ground(scenario) as here:
        engines = [each for each in ENGINES if each.is_here(here) and (each.name in {"ours", against} or not against)]
        turns: dict[str, list[Turn]] = {engine.name: [] for engine in engines}
        for _ in range(runs):
            for engine in engines:
                turns[engine.name].append(turn(engine, here, scenario.delay_ms))
    return turns


def turn(engine: Engine, here: Ground, delay_ms: int) -> Turn:
    """Push once with one engine."""
    start = engine.started(here)
    with registry(here.folder / "registry") as port, delayed(port, delay_ms) as seen_port:
        whole = engine.pushed(here, seen_port)
        if engine.name not in WITHOUT_IMAGE:
            check(port, engine.name)
    return Turn(start, whole)


@contextmanager
def ground(scenario: Scenario) -> Iterator[Ground]:
    """Prepare the scenario's image, for docker in a daemon of its own."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        write_image(folder, scenario.layers, scenario.layer_bytes)
        with dockerd(folder) as address:
            if address is not None:
                load = ["docker", "-H", address, "load", "--quiet", "--input", str(folder / "archive.tar")]
                subprocess.run(load, check=True, stdout=subprocess.DEVNULL)
            (folder / "archive.tar").unlink()
            yield Ground(folder, address)


def check(port: int, engine: str) -> None:
    """Fail where the image is not there: a fast failure is not a result."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    kinds = ("application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json")
    connection.request("HEAD", f"/v2/bench/manifests/{TAG}", headers={"Accept": ", ".join(kinds)})
    status = connection.getresponse().status
    connection.close()
    if status != http.client.OK:
        sys.exit(f"{engine} ended well, and the registry has no image")


if __name__ == "__main__":
    sys.exit(main())
