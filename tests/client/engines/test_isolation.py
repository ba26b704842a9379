import json
import stat
from pathlib import Path

import pytest

from client.stand_in import StandIns
from shared_ecr.client.credentials.docker_config import DockerConfig, StoredLogin
from shared_ecr.client.credentials.interface import IDENTITY_TOKEN_USER, Credentials
from shared_ecr.client.engines.isolation import authfile, docker_config
from shared_ecr.model.names import ImageReference, RegistryHost


def test_without_memory_files_the_credentials_stand_in_a_file_of_the_user_alone(
    stand_ins: StandIns, canary: Credentials, target: ImageReference
) -> None:
    with authfile("--authfile", target.host, canary, in_memory=False) as lent:
        path = Path(lent.arguments[1])
        mode = stat.S_IMODE(path.stat().st_mode)
        document = json.loads(path.read_text())

    assert (mode, list(document["auths"])) == (0o600, [str(target.host)])


def test_the_file_is_gone_when_the_command_is_interrupted(
    stand_ins: StandIns, canary: Credentials, target: ImageReference
) -> None:
    with pytest.raises(KeyboardInterrupt), authfile("--authfile", target.host, canary, in_memory=False):
        raise KeyboardInterrupt

    assert list(stand_ins.temporary.iterdir()) == []


def test_the_folder_is_gone_when_the_command_is_interrupted(
    stand_ins: StandIns, canary: Credentials, target: ImageReference
) -> None:
    with pytest.raises(KeyboardInterrupt), docker_config(target.host, canary, stand_ins.environ):
        raise KeyboardInterrupt

    assert list(stand_ins.runtime.iterdir()) == []


def test_what_the_links_of_the_folder_name_outlives_it(
    stand_ins: StandIns, canary: Credentials, target: ImageReference
) -> None:
    context = stand_ins.home / ".docker" / "contexts" / "meta.json"
    context.parent.mkdir(parents=True)
    context.write_text("{}")

    with docker_config(target.host, canary, stand_ins.environ):
        pass

    assert context.read_text() == "{}"


@pytest.mark.parametrize("text", ["", "not json", "[]", '{"proxies": '], ids=["empty", "text", "list", "cut off"])
def test_a_configuration_that_cannot_be_read_is_done_without(
    stand_ins: StandIns, canary: Credentials, target: ImageReference, text: str
) -> None:
    users = stand_ins.home / ".docker"
    users.mkdir()
    (users / "config.json").write_text(text)

    with docker_config(target.host, canary, stand_ins.environ) as lent:
        document = json.loads(Path(lent.variables["DOCKER_CONFIG"], "config.json").read_text())

    assert list(document) == ["auths"]


def test_no_one_is_logged_in_without_credentials(stand_ins: StandIns, target: ImageReference) -> None:
    with authfile("--authfile", target.host, None, in_memory=False) as lent:
        assert json.loads(Path(lent.arguments[1]).read_text()) == {"auths": {}}


def test_docker_hub_is_known_by_the_name_each_engine_has_for_it(stand_ins: StandIns, canary: Credentials) -> None:
    with authfile("--authfile", RegistryHost("docker.io"), canary, in_memory=False) as lent:
        document = json.loads(Path(lent.arguments[1]).read_text())

    assert set(document["auths"]) == {"docker.io", "https://index.docker.io/v1/"}


def test_an_identity_token_is_lent_as_one_and_not_as_a_password(stand_ins: StandIns, target: ImageReference) -> None:
    token = Credentials(IDENTITY_TOKEN_USER, "canary-of-identity")
    with authfile("--authfile", target.host, token, in_memory=False) as lent:
        lent_login = DockerConfig.load(Path(lent.arguments[1])).login_of(str(target.host))

    assert lent_login == StoredLogin(IDENTITY_TOKEN_USER, "", "canary-of-identity")
