from pathlib import Path

import pytest

from shared_ecr.findings.errors import UnavailableError
from shared_ecr.local.instance import DEMO_ACCOUNT, DEMO_REGION, LocalAws
from shared_ecr.local.state import StateFile

AWS = LocalAws(1, "http://127.0.0.1:4566", DEMO_ACCOUNT, DEMO_REGION, "nonce")


def test_what_was_written_is_read(tmp_path: Path) -> None:
    state = StateFile.of(tmp_path)
    state.write(AWS)
    assert state.read() == AWS


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    state = StateFile.of(tmp_path)
    state.write(AWS)
    assert state.path.stat().st_mode & 0o777 == 0o600


def test_a_looser_file_in_its_place_is_replaced(tmp_path: Path) -> None:
    state = StateFile.of(tmp_path)
    state.path.parent.mkdir()
    state.path.touch(0o644)
    state.write(AWS)
    assert state.path.stat().st_mode & 0o777 == 0o600


def test_a_folder_without_one_remembers_none(tmp_path: Path) -> None:
    assert StateFile.of(tmp_path).read() is None


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"pid": "x"}', '{"pid": 1, "url": "u", "account": "1"}'])
def test_another_content_is_refused_with_what_to_do(tmp_path: Path, content: str) -> None:
    state = StateFile.of(tmp_path)
    state.path.parent.mkdir()
    state.path.write_text(content)
    with pytest.raises(UnavailableError, match="remove it and start again"):
        state.read()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / ".shared-ecr").write_text("a file, not a folder")
    with pytest.raises(UnavailableError, match="cannot write"):
        StateFile.of(tmp_path).write(AWS)
