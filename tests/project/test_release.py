"""A release is refused where its tag, its changelog or its addresses are not those of the project."""

import importlib.util
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
import yaml

ROOT = Path(__file__).parents[2]
HOME = "https://forge.example/team/shared-ecr"
PROJECT = {"version": "1.2.0", "urls": {"Repository": HOME, "Issues": f"{HOME}/issues"}}
WORKFLOWS = [*sorted((ROOT / ".github/workflows").glob("*.yml")), ROOT / "integrations/github/review.yml"]


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / f"scripts/{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def check() -> ModuleType:
    return script("check_release")


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
    ours = "<OWNER>/shared-ecr/"
    assert [each for each in used if not each.startswith(ours) and not re.search(r"@[0-9a-f]{40}$", each)] == []


def test_a_placeholder_that_is_not_replaced_is_no_name_that_a_stranger_can_own() -> None:
    # A forge takes what is written here for an account of its own; no account has '<' in its name.
    paths = [path for folder in ("integrations", "docs/how-to", "examples") for path in (ROOT / folder).rglob("*.*")]
    texts = [path.read_text(encoding="utf-8") for path in paths if path.suffix in {".yml", ".md", ".py"}]
    words = r"(?:uses|project|repository|repo): (?:https://github\.com/)?(<?OWNER>?)/shared-ecr"
    found = [each for text in texts for each in re.findall(words, text)]
    assert found
    assert set(found) == {"<OWNER>"}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_has_no_permission_that_it_does_not_name(path: Path) -> None:
    assert yaml.safe_load(path.read_text(encoding="utf-8"))["permissions"] in ({}, {"contents": "read"})


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_is_one_that_github_accepts(path: Path) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(path)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_the_steps_of_a_workflow_are_targets_of_make() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    steps = [
        step["run"]
        for path in WORKFLOWS[:2]
        for job in yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values()
        for step in job["steps"]
        if step.get("run", "").startswith("make ")
    ]
    assert {step.removeprefix("make ") for step in steps} == {"dist", "docs", "lint", "test", "types"}
    assert [step for step in steps if step.removeprefix("make ") not in targets] == []


def test_the_address_of_the_project_is_written_by_one_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = script("address")
    home = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]["Repository"]
    texts = {name: (ROOT / name).read_text(encoding="utf-8") for name in address.FILES}
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    monkeypatch.setattr(address, "ROOT", tmp_path)
    assert address.main("https://github.com/acme/our-ecr") == 0
    for name, text in texts.items():
        written = (tmp_path / name).read_text(encoding="utf-8")
        assert (home in text or address.slug_of(home) in text, address.slug_of(home) in written) == (True, False), name
    urls = tomllib.loads((tmp_path / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]
    assert (urls["Repository"], urls["Documentation"]) == (
        "https://github.com/acme/our-ecr",
        "https://acme.github.io/our-ecr",
    )


def test_what_is_not_an_address_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert script("address").main("acme/shared-ecr") == 2
    assert "is not the address of a repository" in capsys.readouterr().err
