"""What a push costs besides time: requests where nothing is to do, and memory whatever the size of a layer.

    python benchmarks/push_footprint.py

A registry with an access log counts the requests; the most memory that the whole command held is what Linux says of
it. Layers are zeros, which take no room on this disk. The last rows are pushes to ECR, the embedded AWS in its place:
AWS's SDK, which they need for the token, is beside the pusher in memory, and shown alone for comparison.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# It is run as a file too.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.push_ground import registry
from shared_ecr.local import environment_under, running

ROOT = Path(__file__).resolve().parent.parent
MIB = 1024 * 1024
MOST_REQUESTS, MOST_MIB = 3, 45
# Runs a command of ours, or only makes a client of ECR, and says on stderr how many KiB it held at most.
MEASURED = """
import sys
if sys.argv[1] == "sdk":
    from botocore.session import Session
    Session().create_client("ecr", region_name="us-east-1").get_authorization_token()
    code = 0
else:
    from shared_ecr.cli.main import main
    code = main(sys.argv[1:])
peak = open("/proc/self/status").read().partition("VmHWM:")[2].split()[0]
print(f"peak {peak}", file=sys.stderr)
sys.exit(code)
"""


@dataclass(frozen=True)
class Row:
    """One measured figure, and what it may be at most; None where that is for others to say."""

    what: str
    measured: float
    unit: str
    at_most: float | None

    @property
    def is_missed(self) -> bool:
        """Whether it is over its target."""
        return self.at_most is not None and self.measured > self.at_most

    def __str__(self) -> str:
        allowed = f"{self.at_most:.0f}" if self.at_most is not None else ""
        verdict = "missed" if self.is_missed else ""
        return f"| {self.what} | {self.measured:.0f} {self.unit} | {allowed} | {verdict} |"


def main() -> int:
    """Measure, print the table, exit with 1 where a target was missed."""
    if shutil.which("docker-registry") is None:
        sys.exit("docker-registry is not installed; the measurement needs it (Debian has it as a package)")
    if sys.platform != "linux":
        sys.exit("only Linux shows how much memory a program held at most")
    print("| push | measured | at most | |\n|---|---|---|---|")
    missed = False
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        for row in (*_at_a_registry(Path(name)), *_at_ecr(Path(name))):
            print(row, flush=True)
            missed = missed or row.is_missed
    return int(missed)


def _at_a_registry(folder: Path) -> Iterator[Row]:
    layouts = {
        "one layer of 4 MB": layout(folder / "small", [4]),
        "one layer of 2 GB": layout(folder / "large", [2048]),
        "100 layers of 1 MB": layout(folder / "wide", [1] * 100),
        "8 layers of 250 MB at once": layout(folder / "many", [250] * 8),
    }
    for what, path in layouts.items():
        with registry(folder / "registry") as port:
            yield Row(what, peak(["push", str(path), f"127.0.0.1:{port}/bench:1", "-q"]), "MiB", MOST_MIB)
    with registry(folder / "registry", log_requests=True) as port:
        words = ["push", str(layouts["100 layers of 1 MB"]), f"127.0.0.1:{port}/bench:1", "-q"]
        peak(words)
        log = folder / "registry" / "log"
        before = log.read_text().count('HTTP/1.1"')
        peak(words)
        requests = log.read_text().count('HTTP/1.1"') - before
    yield Row("what is there already, 100 layers", requests, "requests", MOST_REQUESTS)


def _at_ecr(folder: Path) -> Iterator[Row]:
    with running() as aws:
        environ = {**environment_under(aws), "HOME": str(folder)}
        subprocess.run([sys.executable, "-c", _CREATE, aws.url], env=environ, check=True)
        for what, sizes in (("to ECR, one layer of 4 MB", [4]), ("to ECR, one layer of 250 MB", [250])):
            path = layout(folder / f"ecr-{sizes[0]}", sizes)
            words = ["push", str(path), f"{aws.account}.dkr.ecr.{aws.region}.amazonaws.com/bench:{sizes[0]}", "-q"]
            yield Row(what, peak(words, environ), "MiB", None)
        yield Row("AWS's SDK alone, one token", peak(["sdk"], environ), "MiB", None)


_CREATE = """
import sys
from botocore.session import Session
Session().create_client("ecr", endpoint_url=sys.argv[1]).create_repository(repositoryName="bench")
"""


def layout(folder: Path, sizes: list[int]) -> Path:
    """Write an OCI layout whose layers are as many mebibytes of zeros, and a number that makes each another."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    layers = []
    for number, size in enumerate(sizes):
        head, seen = number.to_bytes(8, "big"), hashlib.sha256()
        seen.update(head)
        for _ in range(size):
            seen.update(bytes(MIB))
        path = blobs / seen.hexdigest()
        path.write_bytes(head)
        os.truncate(path, len(head) + size * MIB)
        kind = "application/vnd.oci.image.layer.v1.tar"
        layers.append({"mediaType": kind, "digest": f"sha256:{seen.hexdigest()}", "size": len(head) + size * MIB})
    config = _stored(blobs, b"{}", "application/vnd.oci.image.config.v1+json")
    kind = "application/vnd.oci.image.manifest.v1+json"
    document = {"schemaVersion": 2, "mediaType": kind, "config": config, "layers": layers}
    listed = [_stored(blobs, json.dumps(document).encode(), kind)]
    (folder / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": listed}))
    return folder


def _stored(blobs: Path, content: bytes, kind: str) -> dict[str, object]:
    digest = hashlib.sha256(content).hexdigest()
    (blobs / digest).write_bytes(content)
    return {"mediaType": kind, "digest": f"sha256:{digest}", "size": len(content)}


def peak(words: list[str], environ: dict[str, str] | None = None) -> float:
    """Run the command, which must end well; return the most memory it held, in MiB."""
    variables = {**(environ or os.environ), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", MEASURED, *words]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(words)} ended with {done.returncode}:\n{done.stderr}")
    return int(done.stderr.rpartition("peak ")[2]) / 1024


if __name__ == "__main__":
    sys.exit(main())
