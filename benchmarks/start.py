"""How fast the command line starts, against `python -c "import boto3"` and against Python alone.

    python -m benchmarks.start [--quick]

The figure is the ratio of wall times, taken pair by pair; the median is what counts. At most 1.0 is wanted. The start
of a push ends at its first connection (`push_start.py`).
"""

import compileall
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.push_ground import write_image

ROOT = Path(__file__).parents[1]
SCRIPT = str(Path(sys.executable).with_name("shared-ecr"))
BOTO3 = [sys.executable, "-c", "import boto3"]
COMMANDS = {
    "`shared-ecr --help`": [SCRIPT, "--help"],
    "`shared-ecr uri NAME`": [SCRIPT, "uri", "docker-in-aws/todobackend"],
    "`shared-ecr check`": [SCRIPT, "check"],
    "start of `shared-ecr push`": [sys.executable, "benchmarks/push_start.py", "push", "{image}", "127.0.0.1:1/a:1"],
    "`python -c pass`": [sys.executable, "-c", "pass"],
}


def main(*, quick: bool) -> None:
    """Print the table."""
    # As an installed package has it.
    compileall.compile_dir(ROOT / "shared_ecr", quiet=1)
    runs = 3 if quick else 15
    print("| command | wall, against `import boto3` |\n| --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        write_image(Path(folder), 1, 10_000)
        for name, words in COMMANDS.items():
            command = [word.format(image=f"{folder}/layout") for word in words]
            seconds(command), seconds(BOTO3)
            ratios = [seconds(command) / seconds(BOTO3) for _ in range(runs)]
            print(f"| {name} | {statistics.median(ratios):.2f} |")


def seconds(command: list[str]) -> float:
    """Return how long one run takes, bytecode cached as for an installed package."""
    started = time.perf_counter()
    with tempfile.TemporaryFile() as nowhere:
        subprocess.run(command, cwd=ROOT, stdout=nowhere, stderr=nowhere, check=True)
    return time.perf_counter() - started


if __name__ == "__main__":
    main(quick="--quick" in sys.argv)
