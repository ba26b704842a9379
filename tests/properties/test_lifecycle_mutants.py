"""Each mistake that public evaluators make, made in ours: at least one case must notice."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lifecycle_cases import FILE

ROOT = Path(__file__).resolve().parents[2]
FATE = Path("shared_ecr") / "fate"
COUNT_DISAGREEMENTS = """
from lifecycle_cases import cases
from shared_ecr.fate.evaluation import evaluate
print(sum(
    {each.image.digest: (str(each.fate), each.claimed_by) for each in evaluate(case.policy, case.images, case.now)}
    != case.expected
    for case in cases()
))
"""
MUTANTS = {
    "nothing": ("evaluation.py", []),
    "any entry of a list is enough": ("matching.py", [("first.intersection(*others)", "first.union(*others)")]),
    "only marked images are protected": (
        "marking.py",
        [
            ("                unclaimed[number] = None\n", ""),
            ("marked[image.digest] = fate\n", "marked[image.digest] = fate; unclaimed[number] = None\n"),
        ],
    ),
    "claimed images take no place": (
        "marking.py",
        [
            (
                "identified = ranked.identified(rule.selection)\n        clock",
                "identified = [n for n in ranked.identified(rule.selection) if ranked.unclaimed[n]]\n        clock",
            )
        ],
    ),
    "the limit itself is too old": ("ranking.py", [("since < oldest", "since <= oldest")]),
    "storage classes are one": (
        "marking.py",
        [("(image for image in images if image.storage_class is storage_class)", "images")],
    ),
    "manifest lists hold nothing": ("evaluation.py", [("if not image.children or", "if True or")]),
}


@pytest.mark.skipif(not FILE.exists(), reason=f"{FILE} is absent")
@pytest.mark.parametrize("name", MUTANTS)
def test_a_mistake_in_the_evaluator_is_noticed_by_a_case(name: str, tmp_path: Path) -> None:
    file, replacements = MUTANTS[name]
    shutil.copytree(ROOT / "shared_ecr", tmp_path / "shared_ecr", ignore=shutil.ignore_patterns("__pycache__"))
    mutant = tmp_path / FATE / file
    text = mutant.read_text(encoding="utf-8")
    for old, new in replacements:
        assert text.count(old) == 1, f"the code has moved on: {old}"
        text = text.replace(old, new)
    mutant.write_text(text, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", COUNT_DISAGREEMENTS],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT / 'tests'}", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (int(done.stdout) > 0) == (name != "nothing")
