"""How fast fates are shown: `python benchmarks/fate.py [IMAGES]`, a table on stdout, exit code 1 beyond a bound.

Bounds, for 100,000 images and 50 rules: evaluation at most 1 s; 500 MiB of memory; loading at most twice the time of
`json.load`; time in proportion to the images. CPU seconds are taken, so that other work on the machine weighs less;
ratios are medians of pairs taken in turn.
"""

import gc
import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))


from properties import naive_lifecycle  # noqa: E402 — the path is above
from shared_ecr.fate.evaluation import evaluate  # noqa: E402 — the path is above
from shared_ecr.fate.images import Image  # noqa: E402 — the path is above
from shared_ecr.fate.inventory import load_inventory  # noqa: E402 — the path is above
from shared_ecr.fate.inventory.loader import InventorySource  # noqa: E402 — the path is above
from shared_ecr.fate.reports.text import columns  # noqa: E402 — the path is above
from shared_ecr.fate.uncertainty import judge  # noqa: E402 — the path is above
from shared_ecr.model.lifecycle import (  # noqa: E402 — the path is above
    AnyImage,
    LifecyclePolicy,
    LifecycleRule,
    NewestImages,
    PushedAge,
    TaggedLike,
    Untagged,
)

NOW = datetime(2026, 11, 21, tzinfo=UTC)
IMAGES, ROUNDS, NAIVE_IMAGES = 100_000, 5, 1_000
SECONDS, MEBIBYTES, LOADING = 1.0, 500.0, 2.0
# Twice the images may cost a little more than twice: they are sorted, and the caches of a processor are not endless.
GROWTH = 2.6
_INDEX, _MANIFEST = "application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json"


def entries(count: int) -> list[dict[str, object]]:
    """Make what DescribeImages would show: builds of 40 services, releases, untagged ones, an index in fifty."""
    chance = random.Random(7)  # noqa: S311 — the same inventory each time, no secret
    made: list[dict[str, object]] = []
    for number in range(count):
        pushed = NOW - timedelta(seconds=chance.randrange(400 * 86_400))
        tags = [] if number % 5 == 0 else [f"svc{number % 40}-{number}"]
        tags += [f"v{number // 1000}.{number % 1000}"] if number % 20 == 1 else []
        entry: dict[str, object] = {
            "registryId": "111111111111",
            "repositoryName": "team/app",
            "imageDigest": f"sha256:{chance.getrandbits(256):064x}",
            "imageTags": tags,
            "imageSizeInBytes": chance.randrange(10**7, 10**9),
            "imagePushedAt": pushed.isoformat(),
            "imageManifestMediaType": _MANIFEST,
            "artifactMediaType": "application/vnd.oci.image.config.v1+json",
            "lastRecordedPullTime": min(pushed + timedelta(days=1), NOW).isoformat(),
            "imageStatus": "ACTIVE",
        }
        if number % 50 == 1:
            entry |= {"imageManifestMediaType": _INDEX, "childDigests": [made[-1]["imageDigest"]]}
        made.append(entry)
    return made


def policy() -> LifecyclePolicy:
    """Make 50 rules: some for releases, one for each service, every fourth by a piece in the middle of the tag."""
    rules = [LifecycleRule(number + 1, TaggedLike((f"v{number}.*",)), NewestImages(9999)) for number in range(8)]
    for service in range(40):
        pattern = f"*vc{service}-*" if service % 4 == 0 else f"svc{service}-*"
        count = NewestImages(500) if service % 2 else PushedAge(120)
        rules.append(LifecycleRule(service + 10, TaggedLike((pattern,)), count))
    rules.append(LifecycleRule(60, Untagged(), PushedAge(14)))
    rules.append(LifecycleRule(61, AnyImage(), NewestImages(5000)))
    return LifecyclePolicy(tuple(rules))


def seconds(action: Callable[[], object]) -> float:
    """Return the CPU seconds of *action*; what was left by others is collected before."""
    gc.collect()
    began = time.process_time()
    action()
    return time.process_time() - began


def loaded(path: Path) -> tuple[Image, ...]:
    """Load the inventory at *path*."""
    return load_inventory([InventorySource(path)], NOW).repositories[0].images


def parsed(path: Path) -> object:
    """Do what loading is compared with."""
    with path.open(encoding="utf-8") as file:
        return json.load(file)


def main() -> int:
    """Measure and print; return 1 where a bound is passed."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else IMAGES
    rules = policy()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "images.json"
        path.write_text(json.dumps({"imageDetails": entries(count)}), encoding="utf-8")
        loading = [(seconds(lambda: loaded(path)), seconds(lambda: parsed(path))) for _ in range(ROUNDS)]
        images = loaded(path)
    before = _peak()
    evaluating = [seconds(lambda: evaluate(rules, images, NOW)) for _ in range(ROUNDS)]
    judging = [seconds(lambda: judge(rules, images, NOW)) for _ in range(ROUNDS)]
    half = [seconds(lambda: evaluate(rules, images[: count // 2], NOW)) for _ in range(ROUNDS)]
    few = images[:NAIVE_IMAGES]
    naive = [
        seconds(lambda: naive_lifecycle.evaluate(rules, few, NOW)) / seconds(lambda: evaluate(rules, few, NOW))
        for _ in range(2)
    ]
    ratio, growth = median(ours / theirs for ours, theirs in loading), min(evaluating) / min(half)
    rows = [
        ("load, against json.load", f"{ratio:.2f}", f"{LOADING:.1f}", ratio <= LOADING),
        ("evaluate, s", f"{min(evaluating):.2f}", f"{SECONDS:.1f}", min(evaluating) <= SECONDS),
        ("evaluate with open questions, s", f"{min(judging):.2f}", f"{SECONDS:.1f}", min(judging) <= SECONDS),
        ("memory after loading and evaluating, MiB", f"{_peak():.0f}", f"{MEBIBYTES:.0f}", _peak() <= MEBIBYTES),
        ("of it at the peak of loading, MiB", f"{before:.0f}", "", True),
        (f"{count:,} images against {count // 2:,}", f"{growth:.2f}", f"{GROWTH}", growth <= GROWTH),
        (f"the naive evaluator at {NAIVE_IMAGES:,} images, times ours", f"{median(naive):.0f}", "", True),
    ]
    lines = [(name, value, bound, "" if holds else "BEYOND") for name, value, bound, holds in rows]
    print(f"{count:,} images, {len(rules.rules)} rules\n")
    print("\n".join(columns(("what", "measured", "at most", ""), lines)))
    return 0 if all(holds for *_, holds in rows) else 1


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
