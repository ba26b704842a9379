import json
from pathlib import Path

import pytest

from cli.command_line import shared_ecr

ROOT = Path(__file__).parents[2]


def test_the_starter_is_a_declaration_without_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "registry.yaml"
    assert shared_ecr("init", path).stdout == f"{path}\n"
    assert shared_ecr("check", path).stdout == f"{path}: 2 repositories, no errors\n"


def test_the_starter_goes_into_a_folder_by_its_usual_name(tmp_path: Path) -> None:
    assert shared_ecr("init", tmp_path).code == 0
    assert (tmp_path / "registry.yaml").exists()


def test_the_paths_can_be_json(tmp_path: Path) -> None:
    one = shared_ecr("init", tmp_path / "registry.yaml", "--format", "json")
    assert json.loads(one.stdout) == {"files": [str(tmp_path / "registry.yaml")]}
    many = shared_ecr("init", "--app", tmp_path / "app", "--ci", "none", "-o", "json")
    assert str(tmp_path / "app" / "app.py") in json.loads(many.stdout)["files"]


def test_a_file_that_exists_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "registry.yaml"
    path.write_text("mine", encoding="utf-8")
    outcome = shared_ecr("init", path)
    assert (outcome.code, outcome.stdout, path.read_text(encoding="utf-8")) == (2, "", "mine")
    assert "not overwritten" in outcome.stderr


def test_a_link_to_nowhere_is_not_followed(tmp_path: Path) -> None:
    link = tmp_path / "registry.yaml"
    link.symlink_to(tmp_path / "elsewhere.yaml")
    assert shared_ecr("init", link).code == 2
    assert not (tmp_path / "elsewhere.yaml").exists()


def test_a_folder_that_is_missing_is_said(tmp_path: Path) -> None:
    outcome = shared_ecr("init", tmp_path / "none" / "registry.yaml")
    assert outcome.code == 2
    assert "there is no folder" in outcome.stderr


def test_the_schema_that_is_printed_is_the_committed_one() -> None:
    printed = shared_ecr("schema").stdout
    assert printed == (ROOT / "schema/registry.schema.json").read_text(encoding="utf-8")


def test_the_starter_is_valid_by_the_schema(tmp_path: Path) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not installed")
    yaml = pytest.importorskip("yaml")
    shared_ecr("init", tmp_path)
    read = yaml.safe_load((tmp_path / "registry.yaml").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(json.loads(shared_ecr("schema").stdout)).validate(read)
