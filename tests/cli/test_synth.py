import json
from pathlib import Path

import pytest

from cli.command_line import shared_ecr

APP = """
import os, pathlib
out = pathlib.Path(os.environ["CDK_OUTDIR"])
out.mkdir(parents=True, exist_ok=True)
(out / "manifest.json").write_text('{"context": ' + os.environ["CDK_CONTEXT_JSON"] + "}")
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "cdk.json").write_text('{"app": "python app.py"}')
    (tmp_path / "app.py").write_text(APP)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_assembly_is_written_into_the_folder() -> None:
    ran = shared_ecr("synth", "after")
    assert (ran.code, ran.stdout) == (0, "")
    assert Path("after/manifest.json").is_file()


def test_the_app_gets_the_declaration_by_its_context() -> None:
    shared_ecr("synth", "after", "--file", "team.yaml")
    assert json.loads(Path("after/manifest.json").read_text())["context"] == {"declaration": "team.yaml"}


def test_a_folder_that_holds_something_is_refused(project: Path) -> None:
    ran = shared_ecr("synth", project)
    assert ran.code == 2
    assert "is not an empty folder" in ran.stderr


def test_an_app_that_fails_is_reported_with_its_last_words(project: Path) -> None:
    (project / "app.py").write_text("raise SystemExit('no such account')")
    ran = shared_ecr("synth", "after")
    assert ran.code == 3
    assert "no such account" in ran.stderr
