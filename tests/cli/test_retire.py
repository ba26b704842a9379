"""`retire` from documents: what it prints, and what it refuses."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from inventory_files import AT_NOW, NOW, Files, entry
from live_registries import registry, repository
from shared_ecr.cli.main import main
from shared_ecr.documents.live import render_text
from shared_ecr.findings.errors import ExitCode
from shared_ecr.records import replace


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Files:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "live.json").write_text(render_text(registry(repository("team/app"))), encoding="utf-8")
    return Files(tmp_path)


def retire(files: Files, *words: str, **image: Any) -> int:
    images = files.inventory(entry("v1", "v1", days=400, **image))
    return main(["retire", "team/app", "--images", images, "--snapshot", "live.json", *AT_NOW, *words])


def used(reference: str) -> tuple[str, str]:
    Path("uses.txt").write_text(f"{reference}\n", encoding="utf-8")
    return ("--in-use", "uses.txt")


def test_a_quiet_repository_may_be_removed(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    assert retire(files, *used("team/other:v1")) == ExitCode.DONE
    assert "aws ecr delete-repository" in capsys.readouterr().out


def test_an_image_in_use_blocks_and_no_command_is_printed(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    assert retire(files, *used("team/app:v1")) == ExitCode.FINDINGS
    out = capsys.readouterr().out
    assert "[retire-in-use]" in out
    assert "aws ecr" not in out


def test_without_any_use_it_is_not_known_what_runs(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    assert retire(files) == ExitCode.FINDINGS
    assert "[retire-uses-unknown]" in capsys.readouterr().out


def test_the_json_has_every_finding(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    retire(files, *used("team/app:v1"), "--format", "json")
    (row,) = json.loads(capsys.readouterr().out)["repositories"]
    assert (row["name"], row["blocks"], row["commands"]) == ("team/app", True, [])
    assert [each["code"] for each in row["findings"]] == ["retire-in-use"]


def test_a_repository_that_the_inventory_lacks_is_refused(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    images = files.inventory(entry("v1", "v1"))
    assert main(["retire", "absent", "--images", images, "--snapshot", "live.json", *AT_NOW]) == ExitCode.INVALID
    assert "no images of absent" in capsys.readouterr().err


@pytest.mark.parametrize("words", [("--images", "images.json"), ("--snapshot", "live.json")])
def test_images_and_snapshot_are_given_together(
    files: Files, capsys: pytest.CaptureFixture[str], words: tuple[str, str]
) -> None:
    files.inventory(entry("v1", "v1"))
    assert main(["retire", "team/app", *words]) == ExitCode.INVALID
    assert "given together" in capsys.readouterr().err


def test_the_images_of_another_account_are_not_those_of_the_registry(
    files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    assert retire(files, *used("team/other:v1"), registryId="999999999999") == ExitCode.INVALID
    assert "no images of team/app of account 111111111111" in capsys.readouterr().err


def test_a_repository_that_the_inventory_has_twice_is_refused(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    images = files.inventory(entry("v1", "v1", days=400), entry("v2", days=400, region="us-east-1"))
    assert main(["retire", "team/app", "--images", images, "--snapshot", "live.json", *AT_NOW]) == ExitCode.INVALID
    assert "has a repository twice" in capsys.readouterr().err


def test_documents_whose_age_is_not_known_block_unless_it_is_stated(
    files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    images = files.inventory(entry("v1", "v1", days=400))
    words = ["retire", "team/app", "--images", images, "--snapshot", "live.json", *used("team/other:v1")]
    assert main(words) == ExitCode.FINDINGS
    assert "[retire-stale]" in capsys.readouterr().out
    assert main([*words, *AT_NOW]) == ExitCode.DONE


def test_an_inventory_of_last_month_blocks(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    taken: dict[str, Any] = {"sharedEcrInventory": 1, "takenAt": (NOW - timedelta(days=30)).isoformat()}
    images = files.inventory(entry("v1", "v1", days=400), **taken)
    words = ["retire", "team/app", "--images", images, "--snapshot", "live.json", *used("team/other:v1"), *AT_NOW]
    assert main(words) == ExitCode.FINDINGS
    assert "was taken at 2026-10-22" in capsys.readouterr().out


@pytest.mark.parametrize("key", ["inUse", "notRead", "useNotKnown"])
@pytest.mark.parametrize("value", [["odd"], {"what": "odd"}, [{"odd": 1}], 7])
def test_a_note_of_an_inventory_that_cannot_be_read_is_refused(
    files: Files, capsys: pytest.CaptureFixture[str], key: str, value: Any
) -> None:
    images = files.inventory(entry("v1", "v1", days=400), **{key: value})
    words = ["retire", "team/app", "--images", images, "--snapshot", "live.json", *used("team/other:v1"), *AT_NOW]
    assert main(words) == ExitCode.INVALID
    assert f"'{key}' was changed after it was saved" in capsys.readouterr().err


@pytest.mark.parametrize("days", ["0", "-1", "many", "99999999999999999999", "³"])
def test_a_number_of_days_that_is_none_is_refused(days: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["retire", "team/app", "--quiet", days])
    assert ended.value.code == ExitCode.INVALID


def test_a_snapshot_that_does_not_say_the_zone_of_its_time_is_of_unknown_age(
    files: Files, capsys: pytest.CaptureFixture[str]
) -> None:
    live = replace(registry(repository("team/app")), taken="2026-11-21T00:00:00")
    Path("live.json").write_text(render_text(live), encoding="utf-8")
    taken = {"sharedEcrInventory": 1, "takenAt": NOW.isoformat()}
    images = files.written("images.json", {**taken, "imageDetails": [entry("v1", "v1", days=400)]})
    words = ["retire", "team/app", "--images", images, "--snapshot", "live.json", *used("team/other:v1")]
    assert main(words) == ExitCode.FINDINGS
    assert "it is not known when the inventory was taken" in capsys.readouterr().out
