"""A build is a principal: `access` shows its role, and a review shows what the build gains and what changes of it."""

import json
from pathlib import Path

import pytest

from cli.command_line import shared_ecr
from shared_ecr.declaration import parse
from shared_ecr.model.builds.projects import build_projects
from templates.synthesis import synthesize

START = """\
version: 1
organization: o-a1b2c3d4e5
accounts: { home: "111111111111", build: "555555555555" }
registry: { account: home, regions: [us-east-1] }
repositories: { team/app: {} }
"""
BUILDS = """\
builds:
  account: build
  package: shared-ecr==1.0
  connection: arn:aws:codeconnections:us-east-1:555555555555:connection/11111111-2222-3333-4444-555555555555
  repositories: { team/app: { source: "https://github.com/acme/app", branches: [main] } }
"""
BUILT = START + BUILDS
(PROJECT,) = build_projects(parse(BUILT).registry)
ROLE = f"arn:aws:iam::555555555555:role/{PROJECT.name}"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "registry.yaml").write_text(BUILT)
    return tmp_path


def findings(folder: Path, before: str, after: str) -> set[tuple[str, bool]]:
    """Return the codes of the review that concern builds and access, and whether each blocks."""
    for name, text in (("before", before), ("after", after)):
        synthesize(parse(text).registry, folder / name)
    done = shared_ecr("review", folder / "after", "--against", folder / "before", "--format", "json")
    assert done.code in {0, 1}, done.stderr
    found = [(each["code"], each["severity"] == "error") for each in json.loads(done.stdout)["findings"]]
    return {(code, blocks) for code, blocks in found if code.startswith(("build-", "access-"))}


@pytest.mark.usefixtures("folder")
def test_access_shows_that_the_role_of_a_build_may_push() -> None:
    shown = shared_ecr("access", "--format", "json")
    assert ROLE in shown.stdout
    why = shared_ecr("access", "why", ROLE, "team/app", "push")
    assert why.code == 0, why.stderr
    assert "Push" in why.stdout


def test_a_new_build_gains_access(folder: Path) -> None:
    assert findings(folder, START, BUILT) == {("access-widened", True)}


def test_another_source_blocks_though_no_access_changes(folder: Path) -> None:
    assert findings(folder, BUILT, BUILT.replace("acme/app", "evil/app")) == {("build-source-changed", True)}


def test_one_more_branch_blocks(folder: Path) -> None:
    assert findings(folder, BUILT, BUILT.replace("[main]", "[main, next]")) == {("build-started-by-more", True)}


def test_an_upgrade_of_the_package_is_a_warning(folder: Path) -> None:
    assert findings(folder, BUILT, BUILT.replace("==1.0", "==1.1")) == {("build-commands-changed", False)}


def test_a_build_that_does_not_change_is_no_finding(folder: Path) -> None:
    assert findings(folder, BUILT, BUILT) == set()
