import tempfile
from pathlib import Path

import pytest

from client.stand_in import StandIns
from shared_ecr.client.credentials.interface import Credentials
from shared_ecr.names import ImageReference


@pytest.fixture
def stand_ins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIns:
    stand_ins = StandIns(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(stand_ins.temporary))
    return stand_ins


@pytest.fixture
def canary() -> Credentials:
    return Credentials("AWS", "canary:4f1c9b7e2d8a")


@pytest.fixture
def target() -> ImageReference:
    return ImageReference.parse("111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/app:v1")
