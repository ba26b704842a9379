"""`shared-ecr` at work with a real engine, looked at from outside: what it says, and what the machine shows of it."""

import subprocess
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[3]
SECONDS = 120


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    stdout: str
    stderr: str
    shown: frozenset[str] = frozenset()
    """The processes that showed a secret in their arguments or, but for ours, in their environment."""


def shared_ecr(*words: str | Path, environ: Mapping[str, str], secrets: tuple[str, ...] = ()) -> Done:
    """Run the command, and look at every process of the machine for *secrets* meanwhile."""
    command = [sys.executable, "-m", "shared_ecr.cli", *map(str, words)]
    variables = {"PYTHONPATH": str(ROOT), **environ}
    with subprocess.Popen(
        command, env=variables, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        over, shown = threading.Event(), set[str]()
        watch = threading.Thread(target=_watch, args=(secrets, over, shown))
        watch.start()
        try:
            stdout, stderr = process.communicate(timeout=SECONDS)
        finally:
            over.set()
            watch.join()
    return Done(process.returncode, stdout, stderr, frozenset(shown))


def _watch(secrets: tuple[str, ...], over: threading.Event, shown: set[str]) -> None:
    ours = Path(sys.executable).resolve()
    while secrets and not over.wait(0.01):
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                # Our own environment is where the user keeps the password; a fork of ours that is not yet another
                # program still has it, and so has the test.
                names = ("cmdline",) if (folder / "exe").resolve() == ours else ("cmdline", "environ")
                content = b"".join((folder / name).read_bytes() for name in names)
                if any(secret.encode() in content for secret in secrets):
                    shown.add((folder / "comm").read_text().strip())


def holding(folders: tuple[Path, ...], secrets: tuple[str, ...]) -> list[Path]:
    """The files below *folders* that hold one of *secrets*."""
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if any(secret.encode() in path.read_bytes() for secret in secrets)]
