import json
import time
from pathlib import Path

import pytest

from cli.user import HOST, OTHER, User, new_user
from client.stand_in import Answer
from shared_ecr.client.credentials.token_cache import CachedToken
from shared_ecr.client.credentials.token_files import all_hosts, store

FIPS = "111122223333.dkr.ecr-fips.us-east-1.amazonaws.com"
LOGIN = {"auth": "QVdTOmNhbmFyeQ=="}
DECLARATION = """\
version: 1
accounts: {build: "444455556666"}
registry: {account: "111122223333", regions: [us-east-1]}
repositories: {team/app: {}}
"""


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> User:
    return new_user(tmp_path, monkeypatch)


def cache(user: User, host: str) -> None:
    now = time.time()
    store(CachedToken(host, "AWS", "canary", (now, 43200.0, now + 21600, now + 43200)), {"HOME": str(user.home)})


def cached(user: User) -> tuple[str, ...]:
    return all_hosts({"HOME": str(user.home)})


def test_what_login_wrote_is_gone_and_shown(user: User) -> None:
    user.stand_ins.install("docker-credential-shared-ecr")
    user.types("login", "--credential-helper", HOST)
    cache(user, HOST)

    outcome = user.types("logout", HOST)

    assert (outcome.code, outcome.stdout) == (0, f"{HOST}\n")
    assert outcome.stderr.splitlines() == [
        f"removed docker-credential-shared-ecr for {HOST} from {user.config}",
        f"removed the cached token for {HOST}",
    ]
    assert (user.held(), cached(user)) == ({}, ())


def test_a_second_time_there_is_nothing_and_no_failure(user: User) -> None:
    user.has(user.config, {"auths": {HOST: LOGIN}})
    user.types("logout", HOST)

    outcome = user.types("logout", HOST)

    assert (outcome.code, outcome.stdout, outcome.stderr) == (0, "", f"there is no login to {HOST}\n")


def test_nothing_else_is_touched(user: User) -> None:
    kept = {"auths": {"kept.example": LOGIN}, "credHelpers": {OTHER: "shared-ecr", HOST: "ecr-login"}, "x": 1}
    user.has(user.config, kept)
    cache(user, OTHER)

    user.types("logout", "registry.example", FIPS)

    assert (user.held(), cached(user)) == (kept, (OTHER,))


@pytest.mark.parametrize(
    ("file", "engines", "called"),
    [
        ("config", ("docker", "podman"), "docker"),
        ("config", ("nerdctl", "podman"), "nerdctl"),
        ("podmans", ("docker", "podman", "skopeo"), "podman"),
        ("podmans", ("docker", "skopeo"), "skopeo"),
        ("podmans", ("docker", "buildah"), "buildah"),
    ],
)
def test_the_engine_whose_file_it_is_logs_out(user: User, file: str, engines: tuple[str, ...], called: str) -> None:
    path: Path = getattr(user, file)
    user.has(path, {"auths": {HOST: LOGIN, "kept.example": LOGIN}})
    for engine in engines:
        user.stand_ins.install(engine)

    outcome = user.types("logout", HOST)

    assert [(call.engine, call.arguments) for call in user.stand_ins.calls] == [(called, ["logout", HOST])]
    assert f"removed the login to {HOST} from {path} by {called}" in outcome.stderr
    # The stand-in did not do it.
    assert user.held(path) == {"auths": {"kept.example": LOGIN}}


@pytest.mark.parametrize("file", ["config", "podmans"])
def test_without_an_engine_the_login_goes_all_the_same(user: User, file: str) -> None:
    path: Path = getattr(user, file)
    user.has(path, {"auths": {f"https://{HOST}": LOGIN}})

    assert user.types("logout", HOST).stdout == f"{HOST}\n"
    assert user.held(path) == {}


def test_a_program_that_keeps_the_login_erases_it(user: User) -> None:
    user.stand_ins.install("docker-credential-pass")
    user.stand_ins.answer(Answer("list", stdout='{"registry.example": "alice"}', times=1), Answer("list", stdout="{}"))
    user.has(user.config, {"credsStore": "pass", "auths": {"registry.example": {}}})

    first, second = user.types("logout", "registry.example"), user.types("logout", "registry.example")

    assert "removed the login to registry.example from docker-credential-pass" in first.stderr
    assert [call.stdin for call in user.stand_ins.calls_of("erase")] == ["registry.example"]
    assert user.held() == {"credsStore": "pass"}
    assert second.stdout == ""


def test_docker_erases_what_its_program_keeps(user: User) -> None:
    user.stand_ins.install("docker-credential-pass")
    user.stand_ins.install("docker")
    user.stand_ins.answer(Answer("list", stdout='{"https://index.docker.io/v1/": "alice"}'))
    user.has(user.config, {"credsStore": "pass"})

    user.types("logout", "docker.io")

    assert [call.arguments for call in user.calls("docker")] == [["logout", "https://index.docker.io/v1/"]]
    assert user.stand_ins.calls_of("erase") == []


def test_our_own_helper_is_not_asked_for_what_it_does_not_keep(user: User) -> None:
    user.stand_ins.install("docker-credential-shared-ecr")
    user.has(user.config, {"credsStore": "shared-ecr"})

    assert user.types("logout", HOST).code == 0
    assert user.stand_ins.calls == []


def test_an_engine_that_is_named_logs_out_besides(user: User) -> None:
    user.stand_ins.install("finch")

    outcome = user.types("logout", "--engine", "finch", HOST)

    assert [call.arguments for call in user.calls("finch")] == [["logout", HOST]]
    assert "finch is logged out of" in outcome.stderr


def test_an_engine_that_fails_is_shown_and_the_login_is_gone_from_its_file(user: User) -> None:
    user.stand_ins.install("docker")
    user.stand_ins.answer(Answer("logout", stderr="error erasing credentials", code=1))
    user.has(user.config, {"auths": {HOST: LOGIN}})

    outcome = user.types("logout", HOST)

    assert (outcome.code, user.held()) == (3, {})
    assert f"docker could not log out of {HOST}" in outcome.stderr


@pytest.mark.parametrize(
    ("targets", "gone"),
    [
        (("111122223333",), {HOST, FIPS}),
        (("us-east-1",), {HOST, FIPS}),
        (("build",), {OTHER}),
        ((), {HOST, FIPS}),
        (("eu-west-1", FIPS), {OTHER, FIPS}),
        ((f"{HOST}/team/app:v1",), {HOST}),
        (("kept.example",), {"kept.example"}),
        (("--all",), {HOST, FIPS, OTHER, "public.ecr.aws"}),
    ],
    ids=["account", "Region", "name", "declaration", "several", "URI", "another registry", "all"],
)
def test_a_target_means_what_is_stored_of_it(user: User, targets: tuple[str, ...], gone: set[str]) -> None:
    Path("registry.yaml").write_text(DECLARATION)
    everything = {HOST, FIPS, OTHER, "public.ecr.aws", "kept.example"}
    user.has(user.config, {"auths": dict.fromkeys(everything - {FIPS}, LOGIN), "credHelpers": {FIPS: "shared-ecr"}})

    outcome = user.types("logout", *targets)

    assert set(outcome.stdout.split()) == gone
    held = user.held()
    assert {*held.get("auths", {}), *held.get("credHelpers", {})} == everything - gone


def test_all_shows_what_it_leaves(user: User) -> None:
    user.has(user.config, {"auths": {"kept.example": LOGIN, HOST: LOGIN}})

    assert "kept the logins to kept.example" in user.types("logout", "--all").stderr


def test_all_takes_the_tokens_that_nothing_else_knows_of(user: User) -> None:
    cache(user, OTHER)

    assert user.types("logout", "--all").stdout == f"{OTHER}\n"
    assert cached(user) == ()


def test_podmans_login_for_one_repository_is_not_the_hosts(user: User) -> None:
    user.has(user.podmans, {"auths": {f"{HOST}/team/app": LOGIN}})

    assert user.types("logout", "--all").stdout == ""
    assert list(user.held(user.podmans)["auths"]) == [f"{HOST}/team/app"]


def test_podmans_login_for_a_part_of_a_registry_is_removed_by_its_name(user: User) -> None:
    user.has(user.podmans, {"auths": {"quay.io": LOGIN, "quay.io/team": LOGIN, "quay.io/other": LOGIN}})

    done = user.types("logout", "quay.io/team")
    assert (done.code, done.stdout) == (0, "quay.io/team\n")
    assert done.stderr == f"removed the login to quay.io/team from {user.podmans}\n"
    assert list(user.held(user.podmans)["auths"]) == ["quay.io", "quay.io/other"]


def test_a_logout_of_a_registry_reports_the_logins_for_parts_of_it_that_stay(user: User) -> None:
    user.has(user.podmans, {"auths": {"quay.io": LOGIN, "quay.io/team": LOGIN, "quay.io.example/x": LOGIN}})

    done = user.types("logout", "quay.io")
    assert done.stdout == "quay.io\n"
    assert (
        done.stderr.splitlines()[-1]
        == "kept podman's login to quay.io/team; 'shared-ecr logout quay.io/team' removes it"
    )
    assert list(user.held(user.podmans)["auths"]) == ["quay.io/team", "quay.io.example/x"]


def test_a_repository_without_a_login_of_its_own_means_its_registry(user: User) -> None:
    user.has(user.podmans, {"auths": {"quay.io": LOGIN}})

    assert user.types("logout", "quay.io/team/app").stdout == "quay.io\n"
    assert user.held(user.podmans) == {}


def test_the_embedded_aws_is_logged_out_of_too(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHARED_ECR_REGISTRY_ENDPOINT", "http://127.0.0.1:4566")
    user.has(user.config, {"auths": {"127.0.0.1:4566": LOGIN}})

    assert user.types("logout", HOST).stdout == f"{HOST}\n"
    assert user.held() == {}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "name them, or pass --all"),
        (("build",), "no declaration here"),
        (("--all", HOST), "leave out the targets"),
        (("11112222333",), "11 digits"),
        (("https://registry.example",), "has a scheme"),
    ],
)
def test_what_cannot_be_meant_is_refused(user: User, arguments: tuple[str, ...], said: str) -> None:
    user.has(user.config, {"auths": {HOST: LOGIN}})

    outcome = user.types("logout", *arguments)

    assert (outcome.code, outcome.stdout) == (2, "")
    assert said in outcome.stderr
    assert user.held() == {"auths": {HOST: LOGIN}}


def test_a_broken_configuration_is_left_alone(user: User) -> None:
    user.has(user.config, [])

    outcome = user.types("logout", HOST)

    assert (outcome.code, user.held()) == (3, [])
    assert f"{user.config}:1:1" in outcome.stderr


@pytest.mark.parametrize("words", [(), ("--all",), ("111122223333",), ("us-east-1",), (HOST,)], ids=" ".join)
def test_a_login_to_the_embedded_aws_is_found_whatever_the_registry_is_called_by(
    user: User, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setenv("SHARED_ECR_REGISTRY_ENDPOINT", "http://127.0.0.1:4566")
    Path("registry.yaml").write_text(DECLARATION)
    user.has(user.config, {"auths": {"127.0.0.1:4566": LOGIN, "kept.example": LOGIN}})

    outcome = user.types("logout", *words)

    assert outcome.code == 0
    assert "removed the login to 127.0.0.1:4566" in outcome.stderr
    assert user.held() == {"auths": {"kept.example": LOGIN}}


def test_a_stand_in_of_another_registry_is_not_logged_out_with_those_of_ecr(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHARED_ECR_REGISTRY_ENDPOINT", "docker.io=http://127.0.0.1:4566")
    user.has(user.config, {"auths": {"127.0.0.1:4566": LOGIN}})

    user.types("logout", "--all")

    assert user.held() == {"auths": {"127.0.0.1:4566": LOGIN}}


def test_the_result_of_a_logout_can_be_json(user: User) -> None:
    user.has(user.config, {"auths": {HOST: LOGIN}})

    outcome = user.types("logout", HOST, OTHER, "--format", "json")

    removed = [f"removed the login to {HOST} from {user.config}"]
    assert json.loads(outcome.stdout) == {"registries": [{"host": HOST, "removed": removed}]}
