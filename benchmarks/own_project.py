"""How fast a project of your own synthesizes, against `python app.py` of this repository with the same declaration.

    python -m benchmarks.own_project [--quick]

The figure is the ratio of processor times, taken pair by pair; the median is what counts. At most 1.2 is wanted.
"""

import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
SCRIPT = str(Path(sys.executable).with_name("shared-ecr"))


def main(*, quick: bool) -> None:
    """Print the table."""
    runs = 3 if quick else 15
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / "registry"
        subprocess.run([SCRIPT, "init", "--app", project], check=True, capture_output=True)
        shutil.copy(ROOT / "registry.yaml", project)
        ratios = [seconds(project, folder) / seconds(ROOT, folder) for _ in range(runs)]
    print("| app | processor time, against `python app.py` here |\n| --- | --- |")
    print(f"| `shared-ecr init --app` | {statistics.median(ratios):.2f} |")


def seconds(project: Path, out: str) -> float:
    """Return the processor time of one synthesis, its children included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = os.environ | {"CDK_OUTDIR": str(Path(out) / "cdk.out")}
    subprocess.run([sys.executable, "app.py"], cwd=project, env=environment, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main(quick="--quick" in sys.argv[1:])
