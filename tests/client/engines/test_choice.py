import pytest

from client.stand_in import StandIns
from shared_ecr.client.engines.choice import EngineUse, choose_engine
from shared_ecr.client.engines.docker_like import DockerLike
from shared_ecr.client.engines.podman_like import Podman
from shared_ecr.findings.errors import UnavailableError, UsageError

PUSH, LOGIN = EngineUse.PUSH, EngineUse.LOGIN


def chosen(stand_ins: StandIns, name: str | None = None, purpose: EngineUse = PUSH, **variables: str) -> str:
    return choose_engine(name, {**stand_ins.environ, **variables}, purpose).name


@pytest.mark.parametrize(
    ("installed", "first"),
    [
        (["skopeo", "nerdctl", "finch", "podman", "docker"], "docker"),
        (["nerdctl", "finch", "podman"], "podman"),
        (["nerdctl", "finch"], "finch"),
        (["nerdctl", "skopeo"], "nerdctl"),
    ],
)
def test_the_first_engine_on_the_path_is_chosen(stand_ins: StandIns, installed: list[str], first: str) -> None:
    for name in installed:
        stand_ins.install(name)

    assert chosen(stand_ins) == first


def test_the_one_named_goes_before_the_one_of_the_environment(stand_ins: StandIns) -> None:
    for name in ("docker", "podman", "finch"):
        stand_ins.install(name)

    assert chosen(stand_ins, "podman", CDK_DOCKER="finch") == "podman"


def test_the_one_of_the_environment_goes_before_the_path(stand_ins: StandIns) -> None:
    for name in ("docker", "finch"):
        stand_ins.install(name)

    assert chosen(stand_ins, CDK_DOCKER="finch") == "finch"


def test_a_path_shows_its_family_by_the_name_of_the_file(stand_ins: StandIns) -> None:
    path = stand_ins.install("podman")

    engine = choose_engine(None, {"CDK_DOCKER": str(path)}, PUSH)

    assert isinstance(engine, Podman)


def test_a_wrapper_under_another_name_is_taken_for_docker(stand_ins: StandIns) -> None:
    path = stand_ins.install("build-tool")

    engine = choose_engine(None, {"CDK_DOCKER": str(path)}, PUSH)

    assert isinstance(engine, DockerLike)


def test_skopeo_logs_in_where_nothing_else_is(stand_ins: StandIns) -> None:
    stand_ins.install("skopeo")

    assert chosen(stand_ins, purpose=LOGIN) == "skopeo"


def test_skopeo_has_no_images_to_push_unasked(stand_ins: StandIns) -> None:
    stand_ins.install("skopeo")

    with pytest.raises(UnavailableError, match="no container engine is on PATH"):
        chosen(stand_ins)


def test_without_any_engine_the_way_without_one_is_shown(stand_ins: StandIns) -> None:
    with pytest.raises(UnavailableError, match=r"docker, podman, finch or nerdctl.*OCI layout.*needs no engine"):
        chosen(stand_ins)


def test_a_misspelt_engine_gets_a_suggestion(stand_ins: StandIns) -> None:
    with pytest.raises(UsageError, match="Did you mean 'podman'"):
        chosen(stand_ins, "podmann")


def test_an_engine_that_is_not_installed_is_shown_with_where_it_was_named(stand_ins: StandIns) -> None:
    with pytest.raises(UnavailableError, match="CDK_DOCKER names 'finch'"):
        chosen(stand_ins, CDK_DOCKER="finch")
