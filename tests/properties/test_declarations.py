"""Chance finds no declaration that ends in a traceback. FUZZ=2000 tries ten times as many, FUZZ_FROM=N others."""

import json
import os
import time
from collections import Counter
from pathlib import Path

import pytest

from properties.declarations import generated, mutated
from shared_ecr.declaration import Declaration, load
from shared_ecr.findings.problems import InvalidDeclarationError
from shared_ecr.model.permissions import PolicyLocation

ROOT = Path(__file__).parents[2]
CORPUS = [path.read_bytes() for path in sorted((ROOT / "tests/declarations").rglob("*.yaml"))]
CASES = int(os.environ.get("FUZZ", "200"))
FIRST = int(os.environ.get("FUZZ_FROM", "0"))
# Of processor time, so that a busy machine is no failure.
MOST_SECONDS = 2
ENVIRON = {"SET": "value"}


def judged(data: bytes, path: Path) -> str:
    """Read *data* as a user's file and render all that is accepted; return what became of it."""
    path.write_bytes(data)
    began = time.process_time()
    try:
        declaration = load(path, ENVIRON)
    except InvalidDeclarationError:
        outcome = "rejected"
    else:
        render(declaration)
        outcome = "accepted"
    assert time.process_time() - began < MOST_SECONDS
    return outcome


def render(declaration: Declaration) -> None:
    registry = declaration.registry
    for spec in registry.repositories:
        assert spec.lifecycle_text is None or json.loads(spec.lifecycle_text)["rules"]
        for region in registry.regions:
            json.dumps(spec.policy(PolicyLocation.of(region)))


@pytest.mark.parametrize("way", ["generated", "mutated"])
def test_no_declaration_ends_in_a_traceback(way: str, tmp_path: Path) -> None:
    path = tmp_path / "registry.yaml"
    for seed in range(FIRST, FIRST + CASES):
        data = generated(seed) if way == "generated" else mutated(seed, CORPUS)
        try:
            judged(data, path)
        except Exception as error:
            error.add_note(f"{way} declaration of seed {seed}: {data[:2000]!r}")
            raise


def test_chance_writes_both_what_is_accepted_and_what_is_rejected(tmp_path: Path) -> None:
    outcomes = Counter(judged(generated(seed), tmp_path / "registry.yaml") for seed in range(100))
    assert min(outcomes["accepted"], outcomes["rejected"]) >= 10, outcomes
