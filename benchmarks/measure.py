"""Run programs in turn, as child processes, and say how much one costs in terms of another.

Ratios are taken pair by pair (A B A B …) and the median of them is quoted: other work on the machine slows both of
a pair, and swells CPU seconds too, but hardly moves their ratio.
"""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

Name = TypeVar("Name")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took, in seconds."""

    cpu: float
    """User and system time of the child and of every process that it, in turn, waited for."""
    wall: float


@dataclass(frozen=True, slots=True)
class Program:
    """A command to run, with what its environment has besides this process's own."""

    command: Sequence[str]
    environment: Mapping[str, str]

    def run(self) -> Cost:
        """Run to the end.

        Raises:
            SystemExit: the program failed, so that there is nothing to compare; its words are the message.
        """
        before, began = _cpu_of_children(), time.perf_counter()
        environment = {**os.environ, **self.environment}
        done = subprocess.run(self.command, env=environment, capture_output=True, text=True, check=False)
        cost = Cost(_cpu_of_children() - before, time.perf_counter() - began)
        if done.returncode:
            sys.exit(f"{' '.join(self.command)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
        return cost


def in_turn(programs: Mapping[Name, Program], rounds: int) -> dict[Name, list[Cost]]:
    """Run every program once a round, in the given order, and return the costs by name."""
    costs: dict[Name, list[Cost]] = {name: [] for name in programs}
    for _ in range(rounds):
        for name, program in programs.items():
            costs[name].append(program.run())
    return costs


@dataclass(frozen=True, slots=True)
class Ratio:
    """What one program costs in terms of another: the medians of the paired ratios."""

    cpu: float
    wall: float

    @classmethod
    def of(cls, costs: Sequence[Cost], against: Sequence[Cost]) -> "Ratio":
        """Compare run by run."""
        pairs = list(zip(costs, against, strict=True))
        return cls(median(a.cpu / b.cpu for a, b in pairs), median(a.wall / b.wall for a, b in pairs))


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Render a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cpu_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
