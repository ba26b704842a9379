"""Measure the pusher of our own against skopeo and against the bytes alone, as ratios within one run.

    python benchmarks/push.py [--runs N] [--only NAME]

Each run has a registry of its own, fresh and on another port: skopeo remembers which registry has which blob and
would mount instead of upload. Engines take turns, each is a process of its own. "bare" sends the same bytes as
parallel uploads that neither hash nor ask nor store a manifest: no pusher can be faster.

Prints a Markdown table of seconds (medians) and ratios; compare ratios, seconds are this machine's. "process" counts
the start of Python and its imports, which no small image can make up for against a compiled program. "push" leaves
the start out on both sides (for skopeo, what `skopeo --version` takes) and is what the targets are set for: a push
to ECR has Python and boto3 running already, and skopeo a token to get from somewhere.
"""

import argparse
import hashlib
import http.client
import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PLAYERS = Path(__file__).with_name("push_players.py")
MIB = 1024 * 1024
TAG = "1"
ENGINES = ("ours", "skopeo", "bare")


@dataclass(frozen=True)
class Scenario:
    """So many layers of such a size, and what the way to the registry costs."""

    name: str
    layers: int
    layer_bytes: int
    delay_ms: int = 0
    target: float = 1.0
    """The share of skopeo's time, starts left out, that a push may not exceed."""


SCENARIOS = (
    Scenario("1 x 5 MB", 1, 5 * MIB),
    Scenario("10 x 20 MB", 10, 20 * MIB),
    Scenario("100 x 1 MB", 100, MIB),
    Scenario("1 x 5 MB, 20 ms a request", 1, 5 * MIB, delay_ms=20),
    Scenario("10 x 20 MB, 20 ms a request", 10, 20 * MIB, delay_ms=20),
    Scenario("100 x 1 MB, 20 ms a request", 100, MIB, delay_ms=20, target=1 / 3),
)


def main() -> int:
    """Run the scenarios, print the table, exit with 1 where a target was missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--runs", type=int, default=3, help="runs of each engine; the median counts (default 3)")
    parser.add_argument("--only", default="", help="scenarios whose name has this text")
    arguments = parser.parse_args()
    for program in ("skopeo", "docker-registry"):
        if shutil.which(program) is None:
            sys.exit(f"{program} is not installed; the comparison needs it (Debian has it as a package)")
    print("| image | ours s | skopeo s | bare s | process: ours / skopeo | push: ours / skopeo | push: ours / bare |")
    print("|---|---|---|---|---|---|---|")
    missed = []
    for scenario in SCENARIOS:
        if arguments.only in scenario.name:
            seconds = measure(scenario, arguments.runs)
            print(row(scenario, seconds), flush=True)
            if ratio(seconds, "ours", "skopeo") > scenario.target:
                missed.append(f"{scenario.name}: the push takes over {scenario.target:.2f} of skopeo's time")
    for sentence in missed:
        print(sentence)
    return 1 if missed else 0


def row(scenario: Scenario, seconds: dict[str, float]) -> str:
    """Render one line of the table."""
    ours, skopeo, bare = seconds["ours"], seconds["skopeo"], seconds["bare"]
    pushes = (ratio(seconds, "ours", "skopeo"), ratio(seconds, "ours", "bare"))
    cells = (ours, skopeo, bare, ours / skopeo, *pushes)
    return f"| {scenario.name} | {' | '.join(f'{cell:.2f}' for cell in cells)} |"


def ratio(seconds: dict[str, float], one: str, other: str) -> float:
    """Compare two engines without their starts."""
    return (seconds[one] - seconds[f"{one} start"]) / (seconds[other] - seconds[f"{other} start"])


def measure(scenario: Scenario, runs: int) -> dict[str, float]:
    """Push the scenario's image *runs* times with each engine, in turn; return the medians in seconds."""
    taken: dict[str, list[float]] = {name: [] for engine in ENGINES for name in (engine, f"{engine} start")}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        layout = Path(folder) / "layout"
        write_layout(layout, scenario)
        for _ in range(runs):
            for engine in ENGINES:
                taken[f"{engine} start"].append(timed(start_command(engine)))
                with registry(Path(folder) / "registry") as port, delayed(port, scenario.delay_ms) as seen_port:
                    taken[engine].append(timed(command(engine, layout, seen_port)))
                    check(port, engine)
    return {name: statistics.median(seconds) for name, seconds in taken.items()}


def timed(arguments: list[str]) -> float:
    """Run a program that must end well; return the seconds it took."""
    begin = time.perf_counter()
    subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def start_command(engine: str) -> list[str]:
    """Say how *engine* is started for nothing."""
    return ["skopeo", "--version"] if engine == "skopeo" else [sys.executable, str(PLAYERS), f"start-{engine}"]


def command(engine: str, layout: Path, port: int) -> list[str]:
    """Say how *engine* pushes *layout*."""
    if engine == "skopeo":
        target = f"docker://127.0.0.1:{port}/bench:{TAG}"
        return ["skopeo", "copy", "--insecure-policy", "--dest-tls-verify=false", f"oci:{layout}", target]
    return [sys.executable, str(PLAYERS), engine, str(layout), str(port)]


def check(port: int, engine: str) -> None:
    """Fail where the image is not there: a fast failure is no result."""
    if engine == "bare":
        return
    connection = http.client.HTTPConnection("127.0.0.1", port)
    accept = {"Accept": "application/vnd.oci.image.manifest.v1+json"}
    connection.request("HEAD", f"/v2/bench/manifests/{TAG}", headers=accept)
    status = connection.getresponse().status
    connection.close()
    if status != http.client.OK:
        sys.exit(f"{engine} ended well, and the registry has no image")


def write_layout(folder: Path, scenario: Scenario) -> None:
    """Write an OCI layout with layers of random bytes, which nothing can compress."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)

    def add(content: bytes, media_type: str) -> dict[str, object]:
        digest = hashlib.sha256(content).hexdigest()
        (blobs / digest).write_bytes(content)
        return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(content)}

    kind = "application/vnd.oci.image"
    layers = [add(os.urandom(scenario.layer_bytes), f"{kind}.layer.v1.tar+gzip") for _ in range(scenario.layers)]
    diff_ids = [layer["digest"] for layer in layers]
    config_document = {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": diff_ids}}
    config = add(json.dumps(config_document).encode(), f"{kind}.config.v1+json")
    document = {"schemaVersion": 2, "mediaType": f"{kind}.manifest.v1+json", "config": config, "layers": layers}
    manifest = add(json.dumps(document).encode(), f"{kind}.manifest.v1+json")
    (folder / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [manifest]}))


@contextmanager
def registry(folder: Path) -> Iterator[int]:
    """Run Debian's docker-registry with an empty storage, and remove it afterwards."""
    port = free_port()
    folder.mkdir()
    config = {
        "version": "0.1",
        "log": {"level": "error", "accesslog": {"disabled": True}},
        "storage": {"filesystem": {"rootdirectory": str(folder / "data")}},
        "http": {"addr": f"127.0.0.1:{port}"},
    }
    # JSON is YAML.
    (folder / "config.yml").write_text(json.dumps(config))
    log = (folder / "log").open("wb")
    process = subprocess.Popen(["docker-registry", "serve", str(folder / "config.yml")], stdout=log, stderr=log)
    try:
        wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.wait()
        log.close()
        shutil.rmtree(folder)


@contextmanager
def delayed(port: int, delay_ms: int) -> Iterator[int]:
    """Put the delay proxy, a process of its own, before the registry."""
    if not delay_ms:
        yield port
        return
    own = free_port()
    process = subprocess.Popen([sys.executable, str(PLAYERS), "proxy", str(own), str(port), str(delay_ms)])
    try:
        wait_for(own, process)
        yield own
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    """Ask the system for a port that nobody has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Return when *process* listens."""
    for _ in range(500):
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    sys.exit(f"nothing listens on port {port}")


if __name__ == "__main__":
    sys.exit(main())
