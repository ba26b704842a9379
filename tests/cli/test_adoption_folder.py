"""The folder of an adoption that exists: the way back of an earlier run is kept, and another registry is refused."""

import threading
from pathlib import Path

import pytest

from live_registries import registry, repository
from shared_ecr.cli.main import main
from shared_ecr.client.credentials.locks import locked_folder
from shared_ecr.documents.live import LiveRegistry, parse_document, render_text
from shared_ecr.findings.errors import ExitCode
from shared_ecr.model.names import AccountId, Region
from shared_ecr.records import replace

FIRST = registry(repository("shop"))
LATER = replace(registry(repository("shop"), repository("other")), taken="2026-12-01T08:00:00+00:00")
EARLIER = Path("adoption/earlier/2026-11-30T080000+0000")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def adopt(live: LiveRegistry, *words: str) -> int:
    Path("live.json").write_text(render_text(live), encoding="utf-8")
    return main(["adopt", "--snapshot", "live.json", *words])


def snapshot(folder: Path) -> LiveRegistry:
    return parse_document((folder / "live.json").read_text(encoding="utf-8"), "live.json")


def test_the_snapshot_and_the_way_back_of_an_earlier_run_are_kept() -> None:
    assert adopt(FIRST) == ExitCode.DONE
    undo = sorted(path.name for path in Path("adoption/undo").iterdir())
    assert adopt(LATER) == ExitCode.DONE
    assert (snapshot(EARLIER), snapshot(Path("adoption"))) == (FIRST, LATER)
    assert sorted(path.name for path in (EARLIER / "undo").iterdir()) == undo


def test_the_commands_of_an_earlier_certificate_are_not_left_beside_the_new_snapshot() -> None:
    assert adopt(FIRST) == ExitCode.DONE
    for name in ("commands.sh", "mapping-a.json", "removed.tf"):
        Path("adoption", name).write_text("", encoding="utf-8")
    assert adopt(LATER) == ExitCode.DONE
    left = {path.name for path in Path("adoption").iterdir()}
    assert left == {"live.json", "adopted.json", "release.md", "undo", "earlier"}
    assert (EARLIER / "commands.sh").exists()


def test_a_run_on_the_same_snapshot_keeps_no_copy_of_it() -> None:
    assert adopt(FIRST) == ExitCode.DONE
    Path("adoption/commands.sh").write_text("", encoding="utf-8")
    assert adopt(FIRST) == ExitCode.DONE
    assert not Path("adoption/earlier").exists()
    assert not Path("adoption/commands.sh").exists()


def test_a_second_reading_of_the_same_time_gets_a_folder_of_its_own() -> None:
    for live in (FIRST, LATER, FIRST, LATER):
        assert adopt(live) == ExitCode.DONE
    assert len([path for path in EARLIER.parent.iterdir() if path.name.startswith(EARLIER.name)]) == 2


def test_a_run_that_was_interrupted_while_it_kept_an_earlier_one_is_continued_in_the_same_folder() -> None:
    assert adopt(FIRST) == ExitCode.DONE
    EARLIER.mkdir(parents=True)
    Path("adoption/undo").rename(EARLIER / "undo")
    assert adopt(LATER) == ExitCode.DONE
    assert {path.name for path in EARLIER.parent.iterdir()} == {EARLIER.name}
    assert {"undo", "release.md", "live.json"} <= {path.name for path in EARLIER.iterdir()}


def test_a_run_waits_for_another_one_that_writes_the_folder() -> None:
    assert adopt(FIRST) == ExitCode.DONE
    codes: list[int] = []
    run = threading.Thread(target=lambda: codes.append(adopt(LATER)))
    with locked_folder(Path("adoption")):
        run.start()
        run.join(0.5)
        assert (codes, snapshot(Path("adoption"))) == ([], FIRST)
    run.join()
    assert (codes, snapshot(Path("adoption"))) == ([ExitCode.DONE], LATER)


def test_files_of_another_origin_stay_where_they_are() -> None:
    Path("adoption").mkdir()
    Path("adoption/notes.txt").write_text("mine", encoding="utf-8")
    assert adopt(FIRST) == ExitCode.DONE
    assert adopt(LATER) == ExitCode.DONE
    assert Path("adoption/notes.txt").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    "other",
    [replace(FIRST, account=AccountId("999999999999")), replace(FIRST, region=Region("eu-west-1"))],
    ids=["account", "Region"],
)
def test_the_folder_of_another_registry_is_refused(capsys: pytest.CaptureFixture[str], other: LiveRegistry) -> None:
    assert adopt(FIRST) == ExitCode.DONE
    assert adopt(other, "--into", "other.yaml") == ExitCode.INVALID
    assert "--folder" in capsys.readouterr().err
    assert snapshot(Path("adoption")) == FIRST
    assert not Path("other.yaml").exists()


def test_a_folder_with_a_broken_snapshot_is_refused_by_its_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert adopt(FIRST) == ExitCode.DONE
    Path("adoption/live.json").write_text("{", encoding="utf-8")
    assert adopt(LATER) == ExitCode.INVALID
    assert "adoption/live.json" in capsys.readouterr().err


def test_a_file_in_the_place_of_the_folder_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    Path("adoption").write_text("", encoding="utf-8")
    assert adopt(FIRST) != ExitCode.DONE
    assert "adoption" in capsys.readouterr().err
    assert not Path("registry.yaml").exists()
