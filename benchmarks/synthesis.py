"""Compare the synthesis of a shared registry with the L2 constructs of CDK, and with writing the JSON alone.

    python -m benchmarks.synthesis [--quick]

Prints Markdown: medians of paired ratios, below 1 where ours costs less. Ends with 1 where a target is missed.
`--quick` runs everything once on small registries, to see that it runs; its figures mean nothing.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Cost, Program, Ratio, in_turn, table
from benchmarks.synthesis_ways.job import APPS, BUILD, HOME, PROJECT, PULLERS, REGION, names

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Variant:
    """A program of `synthesis_ways`, and the flags it is run with."""

    title: str
    module: str
    flags: tuple[str, ...] = ()


OURS = Variant("ours", "shared")
L2, L2_UNVALIDATED = Variant("L2, CDK's defaults", "l2"), Variant("L2, validation off", "l2", ("unvalidated",))
OTHERS = (
    L2,
    L2_UNVALIDATED,
    Variant("ours, validation on", "shared", ("validated",)),
    Variant("JSON without CDK", "json_alone"),
)
APP = Variant("app.py", "app")
WHOLE = (
    Variant("L2, CDK's defaults", "l2", ("whole",)),
    Variant("L2, validation off", "l2", ("whole", "unvalidated")),
)
# What the typed L1 has to be worth (docs/adr/0003-typed-l1-instead-of-l2.md), of CPU time at the largest size.
TARGETS = {L2: 0.15, L2_UNVALIDATED: 0.30}


@dataclass(frozen=True, slots=True)
class Plan:
    """How many repositories are synthesised, and how often."""

    rounds_of_size: dict[int, int]
    whole_size: int
    whole_rounds: int


FULL = Plan({1: 5, 100: 5, 500: 3}, whole_size=100, whole_rounds=5)
QUICK = Plan({1: 1, 10: 1}, whole_size=10, whole_rounds=1)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; return 1 where a target is missed."""
    parser = argparse.ArgumentParser(description="Compare the synthesis with CDK's L2 constructs.")
    parser.add_argument("--quick", action="store_true", help="once, on small registries, to see that it runs")
    quick = parser.parse_args(arguments).quick
    plan = QUICK if quick else FULL
    with tempfile.TemporaryDirectory() as folder:
        _warm_up(Path(folder), build_index=not quick)
        costs = {size: _constructs(size, rounds, Path(folder)) for size, rounds in plan.rounds_of_size.items()}
        whole = _whole(plan.whole_size, plan.whole_rounds, Path(folder))
    print(f"Python {platform.python_version()}; CPU time of the process tree, wall time in brackets.\n")
    print(f"### Ours in terms of the others\n\n{_ratios(costs, OURS, OTHERS)}\n")
    print(f"### `python app.py` in terms of the others\n\n{_ratios({plan.whole_size: whole}, APP, WHOLE)}\n")
    return 0 if quick else _verdict(costs[max(costs)])


def _constructs(size: int, rounds: int, folder: Path) -> dict[Variant, list[Cost]]:
    """Measure the repositories alone."""
    print(f"{size} repositories, {rounds} times each", file=sys.stderr)
    return in_turn({variant: _program(variant, size, folder) for variant in (OURS, *OTHERS)}, rounds)


def _whole(size: int, rounds: int, folder: Path) -> dict[Variant, list[Cost]]:
    """Measure the whole stack, from the declaration on: also the key, the parameters and the outputs."""
    print(f"the whole stack of {size} repositories, {rounds} times each", file=sys.stderr)
    declaration = folder / "declaration.yaml"
    declaration.write_text(_declaration(size))
    context = json.dumps({"declaration": str(declaration)})
    environment = {"CDK_CONTEXT_JSON": context, "CDK_OUTDIR": str(folder / "app")}
    app = Program([sys.executable, str(ROOT / "app.py")], environment)
    return in_turn({APP: app} | {variant: _program(variant, size, folder) for variant in WHOLE}, rounds)


def _program(variant: Variant, size: int, folder: Path) -> Program:
    outdir = _outdir(variant, size, folder)
    outdir.mkdir(exist_ok=True)
    program = f"benchmarks.synthesis_ways.{variant.module}"
    command = [sys.executable, "-m", program, str(size), str(outdir), *variant.flags]
    return Program(command, {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "constructs")])})


def _outdir(variant: Variant, size: int, folder: Path) -> Path:
    return folder / "-".join([variant.module, *variant.flags, str(size)])


def _warm_up(folder: Path, *, build_index: bool) -> None:
    """Run every variant once, so that none pays for bytecode and caches, and see that all do the same work."""
    if build_index:
        # jsii indexes its package cache in the background; only a process that lives for some seconds finishes it,
        # and without the index every short run takes 2.7 times as long.
        code = "import time, aws_cdk as cdk; cdk.Stack(cdk.App(), 'Stack'); time.sleep(10)"
        Program([sys.executable, "-c", code], {"CDK_OUTDIR": str(folder / "index")}).run()
    work = {}
    for variant in (OURS, *OTHERS, *WHOLE):
        _program(variant, 2, folder).run()
        work[variant] = _work(_outdir(variant, 2, folder).glob("*.template.json"))
    if len(set(work.values())) != 1:
        sys.exit(f"the ways do not synthesise the same repositories: {work}")


def _work(templates: Iterable[Path]) -> tuple[tuple[str, tuple[str, ...], int], ...]:
    """Return the name, the Sids and the number of rules of every repository."""
    resources = [each for path in templates for each in json.loads(path.read_text())["Resources"].values()]
    repositories = [each["Properties"] for each in resources if each["Type"] == "AWS::ECR::Repository"]
    return tuple(
        (
            each["RepositoryName"],
            tuple(statement["Sid"] for statement in each["RepositoryPolicyText"]["Statement"]),
            len(json.loads(each["LifecyclePolicy"]["LifecyclePolicyText"])["rules"]),
        )
        for each in repositories
    )


def _declaration(size: int) -> str:
    """Write the job as a declaration."""
    rules = [
        {"tagStatus": "tagged", "tagPrefixList": ["dev-"], "countType": "imageCountMoreThan", "countNumber": 20},
        {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 7},
        {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 200},
    ]
    properties = {
        "grants": {
            "pull": [
                {"codebuild": {"account": BUILD, "project": PROJECT}},
                {"lambda": APPS},
                *({"account": account} for account in PULLERS),
            ],
            "push": [{"role": {"account": BUILD, "name": "ci/app"}}],
        },
        "lifecycle": {
            "rules": [
                {"rulePriority": 10 * number, "selection": selection, "action": {"type": "expire"}}
                for number, selection in enumerate(rules, start=1)
            ]
        },
    }
    document = {
        "version": 1,
        "registry": {"account": HOME, "regions": [REGION]},
        # Everything is written out for every repository, as it is on the other side.
        "repositories": dict.fromkeys(names(size), properties),
    }
    return json.dumps(document, indent=1)


def _ratios(costs: dict[int, dict[Variant, list[Cost]]], ours: Variant, others: Sequence[Variant]) -> str:
    rows = []
    for size, costs_of in costs.items():
        ratios = [Ratio.of(costs_of[ours], costs_of[variant]) for variant in others]
        rows.append([str(size), *(f"{ratio.cpu:.2f} ({ratio.wall:.2f})" for ratio in ratios)])
    return table(["repositories", *(variant.title for variant in others)], rows)


def _verdict(costs: dict[Variant, list[Cost]]) -> int:
    """Say of every target whether it is met; return 1 where one is missed."""
    reached = {variant: Ratio.of(costs[OURS], costs[variant]).cpu for variant in TARGETS}
    for variant, ratio in reached.items():
        outcome = "met" if ratio <= TARGETS[variant] else "missed"
        print(f"- {variant.title}: {ratio:.3f}, {outcome}: at most {TARGETS[variant]:.2f}")
    return 0 if all(ratio <= TARGETS[variant] for variant, ratio in reached.items()) else 1


if __name__ == "__main__":
    sys.exit(main())
