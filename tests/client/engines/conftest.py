import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from client.engines import authority, dockerd
from client.engines.authority import Authority, made_authority
from client.engines.dockerd import NoDockerdError, running_dockerd
from client.stand_in import StandIns
from shared_ecr.client.credentials.interface import Credentials
from shared_ecr.model.names import ImageReference


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


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    reason = authority.missing()
    if reason:
        pytest.skip(reason)
    return made_authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
def docker_socket(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The address of a real daemon, one for all tests of this process; it trusts `certificates` where there are."""
    reason = dockerd.missing()
    if reason:
        pytest.skip(reason)
    trusted = {}
    if not authority.missing():
        trusted = {"SSL_CERT_FILE": str(request.getfixturevalue("certificates").root)}
    try:
        with running_dockerd(tmp_path_factory.mktemp("dockerd"), trusted) as socket:
            yield socket
    except NoDockerdError as error:
        pytest.skip(f"dockerd does not start here: {error}")
