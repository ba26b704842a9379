"""The programs of a push measurement: for each, a command that only starts, and a command that pushes."""

import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

PLAYERS = Path(__file__).with_name("push_players.py")
CURL = Path(__file__).with_name("push_curl.sh")
TAG = "1"


@dataclass(frozen=True)
class Ground:
    """Where one scenario happens."""

    folder: Path
    docker: str | None
    """The address of a daemon that has the image."""

    @property
    def layout(self) -> Path:
        """The image as an OCI layout."""
        return self.folder / "layout"


@dataclass(frozen=True)
class Engine:
    """A program that pushes; `{layout}`, `{port}` and `{docker}` are replaced."""

    name: str
    start: list[str]
    push: list[str]
    before: list[list[str]] = field(default_factory=list)
    """What is not timed."""

    def is_here(self, ground: Ground) -> bool:
        """Whether it can be asked."""
        return bool(shutil.which(self.start[0])) and (self.name != "docker" or ground.docker is not None)

    def started(self, ground: Ground) -> float:
        """Start it without a push; return the seconds it took."""
        return _timed(_filled(self.start, ground, 0))

    def pushed(self, ground: Ground, port: int) -> float:
        """Push; return the seconds it took."""
        for command in self.before:
            _timed(_filled(command, ground, port))
        return _timed(_filled(self.push, ground, port))


_DOCKER = ["docker", "-H", "{docker}"]
_PLAYER = [sys.executable, str(PLAYERS)]
# What users run: the console script beside Python.
_OUR_PUSH = [str(Path(sys.executable).with_name("shared-ecr")), "push", "{layout}"]
_OUR_START = [sys.executable, str(Path(__file__).with_name("push_start.py")), *_OUR_PUSH[1:]]
ENGINES = (
    Engine("ours", [*_OUR_START, f"127.0.0.1:1/bench:{TAG}"], [*_OUR_PUSH, f"127.0.0.1:{{port}}/bench:{TAG}"]),
    Engine(
        "skopeo",
        ["skopeo", "--version"],
        ["skopeo", "copy", "--insecure-policy", "--dest-tls-verify=false", "oci:{layout}",
         f"docker://127.0.0.1:{{port}}/bench:{TAG}"],
    ),
    Engine(
        "docker",
        [*_DOCKER, "version"],
        [*_DOCKER, "push", "--quiet", f"127.0.0.1:{{port}}/bench:{TAG}"],
        [[*_DOCKER, "tag", "bench:1", f"127.0.0.1:{{port}}/bench:{TAG}"]],
    ),
    Engine(
        "crane", ["crane", "version"], ["crane", "push", "--insecure", "{layout}", f"127.0.0.1:{{port}}/bench:{TAG}"]
    ),
    Engine("curl", ["curl", "--version"], [str(CURL), "{layout}", "{port}"]),
    Engine("bare", [*_PLAYER, "start-bare"], [*_PLAYER, "bare", "{layout}", "{port}"]),
)  # fmt: skip


def _filled(command: list[str], ground: Ground, port: int) -> list[str]:
    return [word.format(layout=ground.layout, port=port, docker=ground.docker) for word in command]


def _timed(command: list[str]) -> float:
    """Run a program that must succeed."""
    begin = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - begin
    if done.returncode:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return seconds
