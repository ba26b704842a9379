import json
import subprocess
from pathlib import Path

import pytest

from cli.command_line import shared_ecr

HOME = 'version: 1\nregistry: {account: "111111111111", regions: [us-east-1]}\nrepositories:\n'


def declare(folder: Path, count: int) -> Path:
    path = folder / "registry.yaml"
    path.write_text(HOME + "".join(f"  team/app-{number:03}: {{}}\n" for number in range(count)), encoding="utf-8")
    return path


def commit(folder: Path) -> None:
    identity = ("-c", "user.name=tester", "-c", "user.email=tester@example.com")
    for words in (("init", "--quiet"), ("add", "--all"), (*identity, "commit", "--quiet", "--message", "deployed")):
        subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)


def placed(folder: Path) -> dict[str, int]:
    document = json.loads((folder / "registry.stacks.json").read_text(encoding="utf-8"))
    found: dict[str, int] = document["repositories"]
    return found


def test_what_was_declared_stays_and_what_is_new_gets_a_further_stack(tmp_path: Path) -> None:
    declare(tmp_path, 200)
    commit(tmp_path)
    path = declare(tmp_path, 260)
    done = shared_ecr("grow", "--file", path)
    assert (done.code, done.stdout) == (0, f"{tmp_path / 'registry.stacks.json'}\n")
    assert "200 repositories stay in their stacks, 60 are new; there are 2 stacks" in done.stderr
    assert {name: number for name, number in placed(tmp_path).items() if name < "team/app-200"} == {
        f"team/app-{number:03}": 0 for number in range(200)
    }
    assert shared_ecr("check", path).code == 0


def test_a_registry_that_fits_needs_no_file(tmp_path: Path) -> None:
    declare(tmp_path, 3)
    commit(tmp_path)
    done = shared_ecr("grow", "--file", tmp_path / "registry.yaml")
    assert (done.code, done.stdout) == (0, "")
    assert "one stack holds 3 repositories" in done.stderr
    assert not (tmp_path / "registry.stacks.json").exists()


def test_a_registry_that_is_not_deployed_yet_is_spread_from_the_first_stack_on(tmp_path: Path) -> None:
    path = declare(tmp_path, 260)
    assert shared_ecr("grow", "--new", "--file", path).code == 0
    assert set(placed(tmp_path).values()) == {0}
    assert shared_ecr("check", path).code == 0


def test_a_second_growth_moves_nothing_of_the_first(tmp_path: Path) -> None:
    path = declare(tmp_path, 260)
    shared_ecr("grow", "--new", "--file", path)
    commit(tmp_path)
    before = placed(tmp_path)
    declare(tmp_path, 500)
    assert shared_ecr("grow", "--file", path).code == 0
    after = placed(tmp_path)
    # Those that were in the last stack by being unlisted are listed now.
    assert {name: after[name] for name in before} == before
    assert {after[f"team/app-{number:03}"] for number in range(260) if f"team/app-{number:03}" not in before} == {1}


def test_outside_of_git_the_two_ways_on_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    done = shared_ecr("grow", "--file", declare(tmp_path, 260))
    assert done.code == 2
    assert "--against" in done.stderr
    assert "--new" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_declaration_that_is_missing_is_named(tmp_path: Path) -> None:
    done = shared_ecr("grow", "--file", tmp_path / "none.yaml")
    assert done.code == 2
    assert "none.yaml: no such file" in done.stderr


def test_a_revision_without_the_declaration_is_not_taken_for_one_where_nothing_is_deployed(tmp_path: Path) -> None:
    declare(tmp_path, 260)
    commit(tmp_path)
    moved = (tmp_path / "registry.yaml").rename(tmp_path / "moved.yaml")
    done = shared_ecr("grow", "--file", moved)
    assert done.code == 2
    assert "has no moved.yaml" in done.stderr
    assert "--new" in done.stderr
