"""How fast a live registry is read and judged: `python benchmarks/live.py [REPOSITORIES]`; exit code 1 beyond a bound.

Bounds, for 1,000 repositories: a snapshot over loopback in 5 s, with 3,015 calls and 150 MiB; a declaration of it with
its certificate in 10 s and 300 MiB; drift in 5 s. The snapshot is the best of some rounds in wall time, since it waits
for the embedded AWS, another process on the same machine; what follows is CPU time. AWS would be asked at 20 requests
a second, which takes 150 s: what is measured here is what we add. The CPU time of the snapshot is a row of its own: on
a loaded machine the wall time is that of the others.
"""

import json
import os
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest.mock import patch

from botocore.client import BaseClient
from botocore.session import Session

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from adoption_shapes import SHAPES  # noqa: E402 — the path is above
from live_registries import UNTAGGED  # noqa: E402 — the path is above
from shared_ecr.access.trust_boundary import TrustBoundary  # noqa: E402 — the path is above
from shared_ecr.client.aws.clients import AwsClients  # noqa: E402 — the path is above
from shared_ecr.client.aws.registry import RegistryQuestion, read_registry  # noqa: E402 — the path is above
from shared_ecr.deployment.adoption.certificate import certify  # noqa: E402 — the path is above
from shared_ecr.deployment.adoption.declaration_draft import AdoptionRequest  # noqa: E402 — the path is above
from shared_ecr.deployment.adoption.declaration_writer import write_declaration  # noqa: E402 — the path is above
from shared_ecr.deployment.adoption.drift import drifts  # noqa: E402 — the path is above
from shared_ecr.deployment.adoption.drift_records import DriftQuestion  # noqa: E402 — the path is above
from shared_ecr.deployment.adoption.wanted_resources import WantedRegistry  # noqa: E402 — the path is above
from shared_ecr.documents.live import LiveRegistry, render_text  # noqa: E402 — the path is above
from shared_ecr.fate.reports.text import columns  # noqa: E402 — the path is above
from shared_ecr.local import environment_under, running  # noqa: E402 — the path is above
from shared_ecr.model.names import Region  # noqa: E402 — the path is above

REPOSITORIES, ROUNDS, WORKERS, UNLIMITED = 1_000, 3, 8, 1_000.0
READING, ADOPTING, DRIFTING = 5.0, 10.0, 5.0
READ_MEBIBYTES, MEBIBYTES = 150.0, 300.0
_TAKEN = "2026-11-30T00:00:00+00:00"


def seed(count: int) -> None:
    """Make *count* repositories, with the policies of the shapes in turn, each with accounts of its own."""
    shapes = [shape for shape, _, _ in SHAPES.values()]

    def make(number: int) -> None:
        name = f"team{number % 40}/app{number}"
        ecr.create_repository(repositoryName=name, tags=[{"Key": "team", "Value": str(number % 40)}])
        text = json.dumps(shapes[number % len(shapes)]).replace("222222222222", f"{222222000000 + number}")
        ecr.set_repository_policy(repositoryName=name, policyText=text, force=True)
        if number % 2:
            ecr.put_lifecycle_policy(repositoryName=name, lifecyclePolicyText=json.dumps(UNTAGGED))

    ecr: Any = Session().create_client("ecr")
    with ThreadPoolExecutor(WORKERS) as workers:
        list(workers.map(make, range(count)))


def counted_read() -> tuple[int, LiveRegistry]:
    """Read the registry, and count every call to AWS, whichever client makes it."""
    # botocore has no public place through which every call of every client passes.
    made = vars(BaseClient)["_make_api_call"]
    with patch.object(BaseClient, "_make_api_call", autospec=True, side_effect=made) as calling:
        _, _, live = read()
    return calling.call_count, live


def read() -> tuple[float, float, LiveRegistry]:
    """Read the registry once, and write the document; return wall time and the CPU time of this process."""
    began, began_cpu = time.perf_counter(), time.process_time()
    with closing(AwsClients()) as clients:
        live = read_registry(clients, RegistryQuestion(Region("us-east-1"), _TAKEN, rate=UNLIMITED))
    render_text(live)
    return time.perf_counter() - began, time.process_time() - began_cpu, live


def main() -> int:
    """Measure and print; return 1 where a bound is passed."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else REPOSITORIES
    with running() as aws:
        os.environ.update(environment_under(aws))
        seed(count)
        calls, live = counted_read()
        readings = [read() for _ in range(ROUNDS)]
        reading, reading_cpu = min(each[0] for each in readings), min(each[1] for each in readings)
    read_peak = _peak()
    began = time.process_time()
    written = write_declaration(live, AdoptionRequest())
    wanted = WantedRegistry.of_declaration(written.registry, live.home)
    found = certify(live, wanted, written.adopted)
    adopting = time.process_time() - began
    began = time.process_time()
    drifted = drifts(DriftQuestion(live, wanted, wanted, ("shared-ecr",), TrustBoundary()))
    drifting = time.process_time() - began
    blocking = [finding for each in drifted for finding in each.findings if finding.blocks]
    if found or blocking or len(written.adopted) != count or len(drifted) < count:
        counts = f"{len(found)} differences, {len(blocking)} drifted, {len(written.adopted)} adopted"
        sys.exit(f"{counts}, {len(drifted)} judged: what is measured must be equal")
    most = 3 * count + 15
    rows = [
        ("snapshot, s", f"{reading:.1f}", f"{READING:.0f}", reading <= READING),
        ("snapshot, s of CPU", f"{reading_cpu:.1f}", f"{READING:.0f}", reading_cpu <= READING),
        ("snapshot, calls", f"{calls}", f"{most}", calls <= most),
        ("snapshot, MiB", f"{read_peak:.0f}", f"{READ_MEBIBYTES:.0f}", read_peak <= READ_MEBIBYTES),
        ("adopt and certify, s of CPU", f"{adopting:.1f}", f"{ADOPTING:.0f}", adopting <= ADOPTING),
        ("drift, s of CPU", f"{drifting:.2f}", f"{DRIFTING:.0f}", drifting <= DRIFTING),
        ("memory after all, MiB", f"{_peak():.0f}", f"{MEBIBYTES:.0f}", _peak() <= MEBIBYTES),
    ]
    lines = [(name, value, bound, "" if holds else "BEYOND") for name, value, bound, holds in rows]
    print(f"{count:,} repositories, load of the machine {os.getloadavg()[0]:.0f}\n")
    print("\n".join(columns(("what", "measured", "at most", ""), lines)))
    return 0 if all(holds for *_, holds in rows) else 1


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
