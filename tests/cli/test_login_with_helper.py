from pathlib import Path

import pytest

from cli.user import HOST, OTHER, User, new_user

STALE = {"auths": {HOST: {"auth": "QVdTOnN0YWxl"}, "kept.example": {"auth": "dTpw"}}}
DECLARATION = """\
version: 1
registry: {account: "111122223333", regions: [us-east-1, eu-west-1]}
repositories: {team/app: {}}
"""


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> User:
    user = new_user(tmp_path, monkeypatch)
    user.stand_ins.install("docker-credential-shared-ecr")
    return user


def test_the_helper_is_written_for_each_host_and_each_is_printed(user: User) -> None:
    outcome = user.types("login", "--credential-helper", HOST, f"{OTHER}/team/app:v1", "public.ecr.aws")

    assert (outcome.code, outcome.stdout.split()) == (0, [HOST, OTHER, "public.ecr.aws"])
    assert user.held() == {"credHelpers": dict.fromkeys([HOST, OTHER, "public.ecr.aws"], "shared-ecr")}


def test_neither_an_engine_nor_aws_nor_the_helper_is_asked(user: User) -> None:
    user.stand_ins.install("docker")

    user.types("login", "--credential-helper", HOST)

    assert user.stand_ins.calls == []


def test_the_registries_of_the_declaration_are_meant_without_a_target(user: User) -> None:
    Path("registry.yaml").write_text(DECLARATION)

    user.types("login", "--credential-helper")

    regions = ("us-east-1", "eu-west-1")
    assert list(user.held()["credHelpers"]) == [f"111122223333.dkr.ecr.{region}.amazonaws.com" for region in regions]


def test_a_second_time_changes_nothing(user: User) -> None:
    user.types("login", "--credential-helper", HOST)
    before = user.config.stat().st_ino

    assert user.types("login", "--credential-helper", HOST).code == 0
    assert user.config.stat().st_ino == before


def test_another_helper_that_was_asked_before_is_shown(user: User) -> None:
    user.has(user.config, {"credHelpers": {HOST: "ecr-login"}})

    outcome = user.types("login", "--credential-helper", HOST)

    assert "in place of docker-credential-ecr-login" in outcome.stderr
    assert user.held() == {"credHelpers": {HOST: "shared-ecr"}}


@pytest.mark.parametrize("file", ["config", "podmans"])
def test_a_stale_login_in_the_way_is_warned_of_and_kept(user: User, file: str) -> None:
    path: Path = getattr(user, file)
    user.has(path, STALE)

    outcome = user.types("login", "--credential-helper", HOST)

    assert f"warning: {path} holds a login to {HOST}" in outcome.stderr
    assert "--remove-stale removes it" in outcome.stderr
    assert user.held(path)["auths"] == STALE["auths"]


@pytest.mark.parametrize("file", ["config", "podmans"])
def test_a_stale_login_is_removed_on_request_and_no_other(user: User, file: str) -> None:
    path: Path = getattr(user, file)
    user.has(path, STALE)

    outcome = user.types("login", "--credential-helper", "--remove-stale", HOST)

    assert f"removed the login to {HOST} from {path}" in outcome.stderr
    assert list(user.held(path)["auths"]) == ["kept.example"]


def test_a_helper_that_engines_will_not_find_is_warned_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "other").mkdir()
    user = new_user(tmp_path / "other", monkeypatch)

    assert "docker-credential-shared-ecr is not on PATH" in user.types("login", "--credential-helper", HOST).stderr


def test_a_helper_that_engines_will_find_is_not_warned_of(user: User) -> None:
    assert "warning" not in user.types("login", "--credential-helper", HOST).stderr


def test_a_broken_configuration_is_left_alone(user: User) -> None:
    user.has(user.config, [])

    outcome = user.types("login", "--credential-helper", HOST)

    assert (outcome.code, outcome.stdout) == (3, "")
    assert f"{user.config}:1:1" in outcome.stderr
    assert user.held() == []


def test_the_embedded_aws_has_no_such_hosts(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHARED_ECR_REGISTRY_ENDPOINT", "http://127.0.0.1:4566")

    outcome = user.types("login", "--credential-helper", HOST)

    assert outcome.code == 2
    assert "SHARED_ECR_REGISTRY_ENDPOINT is set" in outcome.stderr
    assert not user.config.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--remove-stale", HOST), "--remove-stale is an option of --credential-helper"),
        (("--credential-helper", "--engine", "docker", HOST), "leave out --engine"),
        (("--credential-helper", "registry.example"), "not in a private ECR registry"),
        (("--credential-helper", "--username", "u", "--password-stdin", HOST), "leave out --credential-helper"),
    ],
)
def test_what_cannot_be_meant_together_is_refused(user: User, arguments: tuple[str, ...], said: str) -> None:
    outcome = user.types("login", *arguments)

    assert (outcome.code, outcome.stdout) == (2, "")
    assert said in outcome.stderr
    assert not user.config.exists()
