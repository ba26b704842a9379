"""An image that was pulled from a stand-in has the name of its registry in the engine, not the port of this machine."""

import pytest

from client.stand_in import Answer, StandIns
from shared_ecr.client.engines.choice import EngineUse, choose_engine
from shared_ecr.client.engines.interface import Engine
from shared_ecr.findings.errors import UnavailableError
from shared_ecr.model.names import ImageReference

PULLED = ImageReference.parse("127.0.0.1:4510/team/app:v1")
NAME = ImageReference.parse("111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/app:v1")


@pytest.fixture(params=["docker", "podman", "buildah", "finch", "nerdctl"])
def engine(request: pytest.FixtureRequest, stand_ins: StandIns) -> Engine:
    stand_ins.install(request.param)
    return choose_engine(request.param, stand_ins.environ, EngineUse.PUSH)


def test_the_image_gets_the_name_of_its_registry_and_loses_the_other(engine: Engine, stand_ins: StandIns) -> None:
    engine.rename(PULLED, NAME, print)
    assert [call.arguments for call in stand_ins.calls] == [["tag", str(PULLED), str(NAME)], ["rmi", str(PULLED)]]


def test_a_name_that_cannot_be_given_is_an_error(engine: Engine, stand_ins: StandIns) -> None:
    stand_ins.answer(Answer("tag", code=1, stderr="no space left on device"))
    with pytest.raises(UnavailableError, match=r"the name .*team/app:v1.*no space left on device"):
        engine.rename(PULLED, NAME, print)


def test_a_name_that_cannot_be_taken_away_is_reported(engine: Engine, stand_ins: StandIns) -> None:
    stand_ins.answer(Answer("rmi", code=1, stderr="image is in use"))
    said: list[str] = []
    engine.rename(PULLED, NAME, said.append)
    assert said == [f"{engine.name} keeps the name {PULLED} too: image is in use"]


def test_a_digest_is_no_name_that_an_engine_gives(engine: Engine, stand_ins: StandIns) -> None:
    said: list[str] = []
    by_digest = ImageReference.parse(f"127.0.0.1:4510/team/app@sha256:{'a' * 64}")
    engine.rename(by_digest, ImageReference.parse(f"ghcr.io/team/app@sha256:{'a' * 64}"), said.append)
    assert stand_ins.calls == []
    assert str(by_digest) in said[0]
