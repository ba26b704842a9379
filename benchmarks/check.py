"""Time and memory of `shared-ecr check` for 1,000 repositories shared with 50 accounts, read in two ways.

    python benchmarks/check.py

`defaults`: the accounts stand once, in the defaults. `written out`: each repository lists all of them. Exits 1 where
the slower of three runs is over the figure that the project promises: 2 seconds, 300 MiB, each a process of its own.
"""

import compileall
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
REPOSITORIES, ACCOUNTS, ROUNDS = 1000, 50, 3
MOST_SECONDS, MOST_MIB = 2.0, 300
FIRST_ACCOUNT = 200_000_000_000


def declaration(*, written_out: bool) -> str:
    """Write a declaration of that size."""
    return "\n".join([*_head(), *([] if written_out else ["defaults:", *_grants("  ")]), *_repositories(written_out)])


def _head() -> Iterator[str]:
    yield "version: 1"
    yield 'registry: {account: "111111111111", regions: [us-east-1], stacks: 16}'
    yield "accounts:"
    yield from (f'  team-{number:03}: "{FIRST_ACCOUNT + number}"' for number in range(ACCOUNTS))


def _repositories(written_out: bool) -> Iterator[str]:  # noqa: FBT001 — the caller names it
    yield "repositories:"
    for number in range(REPOSITORIES):
        name = f"  team-{number % 40}/app-{number}:"
        if written_out:
            yield name
            yield from _grants("    ")
        else:
            yield f"{name} {{}}"


def _grants(indent: str) -> Iterator[str]:
    yield f"{indent}grants:"
    yield f"{indent}  pull:"
    yield from (f"{indent}    - account: team-{number:03}" for number in range(ACCOUNTS))


def measured(file: Path) -> tuple[float, float, str]:
    """Check *file* once; seconds, MiB of the largest child so far, and the last line that was said."""
    began = time.perf_counter()
    command = [str(Path(sys.executable).with_name("shared-ecr")), "check", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    seconds = time.perf_counter() - began
    mib = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    said = (done.stdout or done.stderr).strip().rsplit("\n", 1)[-1]
    if done.returncode:
        sys.exit(f"the declaration is refused, so nothing is measured:\n{said}")
    return seconds, mib, said


def main() -> int:
    """Measure both ways and print a line for each."""
    over = False
    # As an installed package has it.
    compileall.compile_dir(ROOT / "shared_ecr", quiet=1)
    with tempfile.TemporaryDirectory() as folder:
        for name, written_out in (("defaults", False), ("written out", True)):
            file = Path(folder) / f"{name.replace(' ', '-')}.yaml"
            file.write_text(declaration(written_out=written_out), encoding="utf-8")
            runs = [measured(file) for _ in range(ROUNDS)]
            seconds, mib = max(run[0] for run in runs), max(run[1] for run in runs)
            over = over or seconds > MOST_SECONDS or mib > MOST_MIB
            kib = file.stat().st_size // 1024
            print(f"{name:12} {kib:5} KiB  {seconds:5.2f} s  {mib:5.0f} MiB  ({min(r[0] for r in runs):.2f} s at best)")
    return int(over)


if __name__ == "__main__":
    sys.exit(main())
