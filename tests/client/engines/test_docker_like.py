import json

import pytest

from client.stand_in import Answer, StandIns
from shared_ecr.client.credentials.interface import Credentials
from shared_ecr.client.engines.choice import EngineUse, choose_engine
from shared_ecr.client.engines.interface import Engine
from shared_ecr.client.errors import PushRefusedError
from shared_ecr.model.names import Digest, ImageReference

ID, OTHER = f"sha256:{'a' * 64}", f"sha256:{'c' * 64}"
PUSHED = f"sha256:{'d' * 64}"
ABSENT = "Error: No such image"


def described(identity: str, *tags: str) -> str:
    return json.dumps({"Id": identity, "RepoDigests": None, "RepoTags": list(tags)})


@pytest.fixture
def docker(stand_ins: StandIns) -> Engine:
    stand_ins.install("docker")
    return choose_engine("docker", stand_ins.environ, EngineUse.PUSH)


def store_commands(stand_ins: StandIns) -> list[str]:
    commands = [" ".join(call.arguments) for call in stand_ins.calls]
    return [command for command in commands if not command.startswith("image inspect")]


def test_the_name_of_the_registry_is_given_for_the_push_alone(
    docker: Engine, stand_ins: StandIns, canary: Credentials, target: ImageReference
) -> None:
    stand_ins.answer(
        Answer(f"inspect {target}", code=1, stderr=ABSENT), Answer("inspect", stdout=described(ID, "app:v1"))
    )

    docker.push("app:v1", target, canary, print)

    assert store_commands(stand_ins) == [f"tag app:v1 {target}", f"push {target}", f"image rm {target}"]


def test_a_name_that_another_image_had_is_given_back(
    docker: Engine, stand_ins: StandIns, canary: Credentials, target: ImageReference
) -> None:
    stand_ins.answer(
        Answer(f"inspect {target}", stdout=described(OTHER, str(target))),
        Answer("inspect", stdout=described(ID, "app:v1")),
    )

    docker.push("app:v1", target, canary, print)

    assert store_commands(stand_ins) == [f"tag app:v1 {target}", f"push {target}", f"tag {OTHER} {target}"]


def test_an_image_that_has_the_name_keeps_it(
    docker: Engine, stand_ins: StandIns, canary: Credentials, target: ImageReference
) -> None:
    stand_ins.answer(Answer("inspect", stdout=described(ID, "app:v1", str(target))))

    docker.push("app:v1", target, canary, print)

    assert store_commands(stand_ins) == [f"push {target}"]


def test_an_image_without_any_name_is_not_deleted_with_the_one_it_got(
    docker: Engine, stand_ins: StandIns, canary: Credentials, target: ImageReference
) -> None:
    stand_ins.answer(Answer(f"inspect {target}", code=1, stderr=ABSENT), Answer("inspect", stdout=described(ID)))
    said: list[str] = []

    docker.push(ID, target, canary, said.append)

    assert store_commands(stand_ins) == [f"tag {ID} {target}", f"push {target}"]
    assert said == [f"{ID} had no name; docker keeps it as {target}"]


def test_the_name_is_taken_away_after_a_refusal_too(
    docker: Engine, stand_ins: StandIns, canary: Credentials, target: ImageReference
) -> None:
    stand_ins.answer(
        Answer("push", code=1, stderr="denied: not authorized to perform: ecr:PutImage"),
        Answer(f"inspect {target}", code=1, stderr=ABSENT),
        Answer("inspect", stdout=described(ID, "app:v1")),
    )

    with pytest.raises(PushRefusedError):
        docker.push("app:v1", target, canary, print)
    assert store_commands(stand_ins)[-1] == f"image rm {target}"


def test_a_store_that_cannot_be_tidied_does_not_fail_a_push_that_is_done(
    docker: Engine, stand_ins: StandIns, canary: Credentials, target: ImageReference
) -> None:
    stand_ins.answer(
        Answer("image rm", code=1, stderr="image is in use"),
        Answer("push", stdout=f"v1: digest: {PUSHED} size: 528\n"),
        Answer(f"inspect {target}", code=1, stderr=ABSENT),
        Answer("inspect", stdout=described(ID, "app:v1")),
    )
    said: list[str] = []

    assert docker.push("app:v1", target, canary, said.append) == Digest(PUSHED)
    assert said[-1] == f"docker image rm {target} failed: image is in use"


def test_the_private_configuration_can_be_read_by_no_one_else(
    docker: Engine, stand_ins: StandIns, canary: Credentials, target: ImageReference
) -> None:
    stand_ins.answer(Answer("inspect", stdout=described(ID, "app:v1")))

    docker.push("app:v1", target, canary, print)

    assert stand_ins.calls_of("push")[0].auth_modes == ["0o700", "0o600"]


def test_the_users_context_and_proxies_are_kept_and_the_helpers_are_not(
    docker: Engine, stand_ins: StandIns, canary: Credentials, target: ImageReference
) -> None:
    users = stand_ins.home / ".docker"
    for folder in ("contexts", "cli-plugins"):
        (users / folder).mkdir(parents=True)
    kept = {"currentContext": "remote", "proxies": {"default": {"httpProxy": "http://proxy.example:3128"}}}
    dropped = {"credsStore": "desktop", "credHelpers": {str(target.host): "ecr-login"}, "auths": {"other": {}}}
    (users / "config.json").write_text(json.dumps({**kept, **dropped}))
    stand_ins.answer(Answer("inspect", stdout=described(ID, "app:v1")))

    docker.push("app:v1", target, canary, print)

    (call,) = stand_ins.calls_of("push")
    lent = json.loads(call.auth)
    assert {key: value for key, value in lent.items() if key != "auths"} == kept
    assert list(lent["auths"]) == [str(target.host)]
    assert sorted(call.linked) == ["cli-plugins", "contexts"]


def test_the_private_configuration_is_in_memory_where_there_is_a_runtime_folder(
    docker: Engine, stand_ins: StandIns, canary: Credentials, target: ImageReference
) -> None:
    stand_ins.answer(Answer("inspect", stdout=described(ID, "app:v1")))

    docker.push("app:v1", target, canary, print)

    assert stand_ins.calls_of("push")[0].environ["DOCKER_CONFIG"].startswith(f"{stand_ins.runtime}/")


def test_a_pull_lends_credentials_too_and_leaves_none(
    docker: Engine, stand_ins: StandIns, canary: Credentials, target: ImageReference
) -> None:
    docker.pull(target, canary, print)

    (call,) = stand_ins.calls
    assert call.arguments == ["pull", str(target)]
    assert list(json.loads(call.auth)["auths"]) == [str(target.host)]
    assert list(stand_ins.runtime.iterdir()) == []
