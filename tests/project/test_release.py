"""A release is refused where its tag, its changelog or its addresses are not those of the project."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
import yaml

ROOT = Path(__file__).parents[2]
HOME = "https://forge.example/team/shared-ecr"
PROJECT = {"version": "1.2.0", "urls": {"Repository": HOME, "Issues": f"{HOME}/issues"}}
WORKFLOWS = [*sorted((ROOT / ".github/workflows").glob("*.yml")), ROOT / "integrations/github/review.yml"]


@pytest.fixture(scope="module")
def check() -> ModuleType:
    spec = importlib.util.spec_from_file_location("check_release", ROOT / "scripts/check_release.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_release_that_agrees_with_itself_is_made(check: ModuleType) -> None:
    assert list(check.faults(PROJECT, "# Changelog\n\n## 1.2.0 (2027-01-01)\n", "v1.2.0", HOME)) == []


@pytest.mark.parametrize(("changelog", "tag", "home", "said"), [
    ("## 1.2.0", "v1.3.0", HOME, "the tag is v1.3.0"),
    ("## Unreleased", "v1.2.0", HOME, "has no section"),
    ("## 1.2.0", "v1.2.0", "https://forge.example/fork/shared-ecr", "where this release is made"),
])  # fmt: skip
def test_a_release_that_does_not_agree_is_refused(
    check: ModuleType, changelog: str, tag: str, home: str, said: str
) -> None:
    (fault,) = check.faults(PROJECT, changelog, tag, home)
    assert said in fault


def test_a_placeholder_among_the_addresses_is_refused(check: ModuleType) -> None:
    project = {**PROJECT, "urls": {"Repository": HOME, "Issues": "https://forge.example/OWNER/issues"}}
    (fault,) = check.faults(project, "## 1.2.0", "v1.2.0", HOME)
    assert "placeholder" in fault


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_pins_each_action_by_its_commit(path: Path) -> None:
    used = re.findall(r"uses: (\S+)", path.read_text(encoding="utf-8"))
    ours = "OWNER/shared-ecr/"
    assert [each for each in used if not each.startswith(ours) and not re.search(r"@[0-9a-f]{40}$", each)] == []


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_has_no_permission_that_it_does_not_name(path: Path) -> None:
    assert yaml.safe_load(path.read_text(encoding="utf-8"))["permissions"] in ({}, {"contents": "read"})
