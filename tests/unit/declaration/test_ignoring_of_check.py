"""What only `check` finds can be ignored with a reason too; an entry that ignores nothing is still reported."""

import json
from pathlib import Path
from typing import Any

import pytest

from shared_ecr.cli.main import main
from shared_ecr.declaration import load

STATEMENT = (
    "{Effect: Allow, Principal: {AWS: 'arn:aws:iam::222222222222:root'}, "
    "Action: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer']}"
)
HEAD = 'version: 1\nregistry: {account: "111111111111", regions: [us-east-1]}\n'


def checked(capsys: pytest.CaptureFixture[str], text: str) -> tuple[int, dict[str, Any]]:
    Path("registry.yaml").write_text(f"{HEAD}{text}", encoding="utf-8")
    code = main(["check", "--format", "json"])
    return code, json.loads(capsys.readouterr().out)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def declared(ignored: str = "", statement: str = STATEMENT) -> str:
    return f"repositories: {{shop: {{statements: [{{reason: as found, statement: {statement}}}]}}}}\n{ignored}"


def codes(report: dict[str, Any], key: str) -> list[str]:
    return [each["code"] for each in report[key]]


def test_a_statement_that_a_grant_says_is_ignored_with_a_reason(capsys: pytest.CaptureFixture[str]) -> None:
    _, report = checked(capsys, declared("ignore: [{code: statement-as-grant, reason: the auditor asks for it}]\n"))
    assert (codes(report, "problems"), codes(report, "ignored")) == ([], ["statement-as-grant"])


def test_it_is_ignored_at_its_path_alone(capsys: pytest.CaptureFixture[str]) -> None:
    entry = "{code: statement-as-grant, path: repositories.other, reason: none}"
    _, report = checked(capsys, declared(f"ignore: [{entry}]\n"))
    assert codes(report, "problems") == ["statement-as-grant", "ignore-unused"]


def test_an_entry_for_it_that_ignores_nothing_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    _, report = checked(capsys, "repositories: {shop: {}}\nignore: [{code: statement-as-grant, reason: none}]\n")
    assert codes(report, "problems") == ["ignore-unused"]


def test_reading_alone_does_not_call_it_unused(capsys: pytest.CaptureFixture[str]) -> None:
    checked(capsys, declared("ignore: [{code: statement-as-grant, reason: none}]\n"))
    assert load(Path("registry.yaml"), {}).warnings == ()


def test_null_for_the_mutability_of_tags_does_not_mean_that_they_can_be_moved(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, report = checked(capsys, "repositories: {shop: {tag_mutability: null}}\n")
    assert [(each["code"], each["path"]) for each in report["problems"]] == [
        ("null-default", "repositories.shop.tag_mutability")
    ]
