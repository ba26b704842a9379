import pytest

from client.stand_in import Answer, StandIns
from shared_ecr.client.engines.choice import ENGINE_NAMES, EngineUse, choose_engine
from shared_ecr.client.engines.interface import Engine
from shared_ecr.findings.errors import UnavailableError
from shared_ecr.model.names import RegistryHost

HOST = RegistryHost("111122223333.dkr.ecr.eu-west-1.amazonaws.com")


@pytest.fixture(params=ENGINE_NAMES)
def engine(request: pytest.FixtureRequest, stand_ins: StandIns) -> Engine:
    stand_ins.install(request.param)
    return choose_engine(request.param, stand_ins.environ, EngineUse.LOGIN)


def test_a_logout_names_the_host(engine: Engine, stand_ins: StandIns) -> None:
    engine.log_out(HOST)

    assert [call.arguments for call in stand_ins.calls] == [["logout", str(HOST)]]


@pytest.mark.parametrize("said", [f"Error: not logged into {HOST}", f"Not logged in to {HOST}"])
def test_a_login_that_is_not_there_is_no_failure(engine: Engine, stand_ins: StandIns, said: str) -> None:
    stand_ins.answer(Answer("logout", stderr=said, code=125))

    engine.log_out(HOST)


def test_any_other_failure_is_shown(engine: Engine, stand_ins: StandIns) -> None:
    stand_ins.answer(Answer("logout", stderr="permission denied", code=1))

    with pytest.raises(UnavailableError, match=f"could not log out of {HOST} .*permission denied"):
        engine.log_out(HOST)
