"""What records cost against dataclasses with the same fields, as ratios within one run.

    python -m benchmarks.records [--quick]

Below 1.00 the record is faster. "class" is paid for every class that a command imports, and "first value" for those
that it makes a value of; both are time of the start. The reasons are in docs/adr/0073-records.md.
"""

import dataclasses
import sys
from collections.abc import Callable
from statistics import median
from timeit import timeit
from typing import Any

from shared_ecr.client.pushers.plan import PlannedBlob
from shared_ecr.model.names import Digest
from shared_ecr.records import record

WAYS: dict[str, Callable[[type], Any]] = {"record": record, "dataclass": dataclasses.dataclass(frozen=True, slots=True)}
# A push makes a digest of each blob and compares it, and a planned blob of each.
SHAPES: tuple[Any, ...] = (Digest, PlannedBlob)


def body(shape: Any) -> dict[str, Any]:
    """Return the fields of *shape* as a class body."""
    fields = dataclasses.fields(shape)
    defaults = {each.name: each.default for each in fields if each.default is not dataclasses.MISSING}
    return {"__annotations__": {each.name: each.type for each in fields}, **defaults}


def seconds(shape: Any, way: Callable[[type], Any], times: int) -> dict[str, float]:
    """Return what each step takes with classes that *way* makes."""
    declared, values = body(shape), [object() for _ in dataclasses.fields(shape)]

    def made() -> Any:
        return way(type(shape.__name__, (), dict(declared)))

    cls = made()
    one, other = cls(*values), cls(*values)
    start = max(times // 1000, 20)
    return {
        "class": timeit(made, number=start) / start,
        "class and first value": timeit(lambda: made()(*values), number=start) / start,
        "value": timeit(lambda: cls(*values), number=times) / times,
        "==": timeit(lambda: one == other, number=times) / times,
        "hash": timeit(lambda: hash(one), number=times) / times,
    }


def main(*, quick: bool) -> None:
    """Print the table."""
    rounds, times = (3, 2_000) if quick else (11, 100_000)
    for shape in SHAPES:
        print(f"\n| {shape.__name__} | record / dataclass | record |\n| --- | --- | --- |")
        pairs = [{name: seconds(shape, way, times) for name, way in WAYS.items()} for _ in range(rounds)]
        for step in pairs[0]["record"]:
            ratio = median(pair["record"][step] / pair["dataclass"][step] for pair in pairs)
            print(f"| {step} | {ratio:.2f} | {median(pair['record'][step] for pair in pairs) * 1e6:.2f} µs |")


if __name__ == "__main__":
    main(quick="--quick" in sys.argv)
