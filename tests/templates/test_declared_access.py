"""The access that `shared-ecr access` reads from a declaration is the access that it reads from the templates of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from cli.command_line import shared_ecr
from templates.cases import CASES, Case
from templates.synthesis import synthesize


def rows(*arguments: str | Path) -> tuple[Any, dict[str, Any]]:
    done = shared_ecr("access", "--format", "json", *arguments)
    assert done.code == 0, done.stderr
    found = json.loads(done.stdout)
    by_arn = {row["arn"]: row for row in found["repositories"]}
    assert len(by_arn) == len(found["repositories"])
    return found["consumers"], by_arn


@pytest.mark.parametrize("case", CASES, ids=str)
def test_access_is_the_same_in_the_declaration_and_in_its_templates(case: Case, tmp_path: Path) -> None:
    synthesize(case.registry, tmp_path / "cdk.out")
    assert rows("--file", case.declaration) == rows("--file", case.declaration, "--template", tmp_path / "cdk.out")
