"""How fast `docker-credential-shared-ecr get` answers from its cache, against Python alone; docker waits for it.

    python -m benchmarks.credential_helper [--quick]

The figure is the ratio of wall times, taken pair by pair; the median is what counts. At most 2.0 is wanted. The
program is the one that the installer wrote: pip's launcher imports `re`, which costs half a start of Python by itself.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from shared_ecr.client.credentials.token_cache import CachedToken
from shared_ecr.client.credentials.token_files import store

SCRIPT = Path(sys.executable).with_name("docker-credential-shared-ecr")
HOST = "111122223333.dkr.ecr.us-east-1.amazonaws.com"
PYTHON = [sys.executable, "-c", "pass"]
COMMANDS = {
    "`docker-credential-shared-ecr get`": [str(SCRIPT), "get"],
    "`python -c 'import re'`": [sys.executable, "-c", "import re"],
    "`python -c pass`": PYTHON,
}
HALF_A_DAY = 12 * 3600.0


def main(*, quick: bool) -> None:
    """Print the table."""
    if not SCRIPT.exists():
        sys.exit(f"there is no {SCRIPT}; install this package first")
    runs = 5 if quick else 40
    print("| command | wall, against `python -c pass` |\n| --- | --- |")
    with tempfile.TemporaryDirectory() as home:
        environ = surroundings(home)
        now = time.time()
        # A token as long as ECR's.
        times = (now, HALF_A_DAY, now + HALF_A_DAY / 2, now + HALF_A_DAY)
        store(CachedToken(HOST, "AWS", "e" * 2700, times), environ)
        for name, command in COMMANDS.items():
            seconds(command, environ), seconds(PYTHON, environ)
            ratios = [seconds(command, environ) / seconds(PYTHON, environ) for _ in range(runs)]
            print(f"| {name} | {statistics.median(ratios):.2f} |")


def surroundings(home: str) -> dict[str, str]:
    """Return an environment with nothing of the user's in it, bytecode cached as for an installed package."""
    key = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLEEXAMPLE01", "AWS_SECRET_ACCESS_KEY": "none"}
    return {**key, "PATH": os.environ["PATH"], "HOME": home, "PYTHONPYCACHEPREFIX": f"{home}/bytecode"}


def seconds(command: Sequence[str], environ: Mapping[str, str]) -> float:
    """Return how long one run takes."""
    started = time.perf_counter()
    subprocess.run(command, input=HOST.encode(), env=environ, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started


if __name__ == "__main__":
    main(quick="--quick" in sys.argv)
