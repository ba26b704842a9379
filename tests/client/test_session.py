import threading
from pathlib import Path
from typing import Any, cast

import pytest

import shared_ecr.client
from shared_ecr import declaration
from shared_ecr.client.addresses import LookupCache, RepositoryLocator, declared, known
from shared_ecr.client.aws.deployed import NoSuchStackError
from shared_ecr.client.session import Session
from shared_ecr.model.names import Region, RepositoryName

TEXT = """\
version: 1
organization: o-dockerinaws1
accounts: { shared: "111111111111" }
registry: { account: shared, regions: [us-east-1, eu-west-1] }
repositories: { team/app: {} }
"""
IRELAND = Region("eu-west-1")


class Clients:
    """Clients of someone who has no stack anywhere."""

    def __init__(self) -> None:
        self.asked: list[Region] = []
        self.closed = 0

    def cloudformation(self, region: Region) -> Any:
        self.asked.append(region)
        raise NoSuchStackError.called("shared-ecr", region)

    def close(self) -> None:
        self.closed += 1


def session_with(clients: Clients, where: RepositoryLocator | None = None) -> Session:
    return Session(where, {}, clients=cast("Any", clients))


@pytest.fixture
def where(tmp_path: Path) -> RepositoryLocator:
    path = tmp_path / "registry.yaml"
    path.write_text(TEXT)
    return RepositoryLocator(path)


def test_a_session_without_a_place_looks_where_the_user_is() -> None:
    assert Session().where == RepositoryLocator()


def test_what_a_session_holds_is_made_once_for_all_threads() -> None:
    with Session(environ={}) as session:
        found: list[object] = []
        threads = [threading.Thread(target=lambda: found.append(session.credentials)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert {id(each) for each in found} == {id(session.credentials)}
        assert session.clients is session.clients
        assert session.environment is session.environment


def test_a_session_gives_its_environment_to_connections() -> None:
    environ = {"HTTPS_PROXY": "http://proxy.example:3128"}
    assert Session(environ=environ).environment.environ == environ


def test_a_session_closes_its_clients() -> None:
    clients = Clients()
    with session_with(clients):
        pass
    assert clients.closed == 1


def test_a_session_that_was_not_used_makes_nothing() -> None:
    with Session() as session:
        pass
    assert session._clients is None


def test_the_declaration_is_read_once_however_often_it_is_asked_for(
    where: RepositoryLocator, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Path] = []
    load = declaration.load

    def counted(path: Path, *more: Any) -> Any:
        read.append(path)
        return load(path, *more)

    monkeypatch.setattr(declaration, "load", counted)
    clients = cast("Any", Clients())
    declared(where)
    for each in (where, where, where.in_region(IRELAND)):
        known(each, clients).of(RepositoryName("team/app"))
    assert read == [where.file]


def test_aws_is_asked_for_the_stack_once_a_region(where: RepositoryLocator) -> None:
    clients = Clients()
    for each in (where, where.in_region(IRELAND), where, where.in_region(IRELAND)):
        known(each, cast("Any", clients))
    assert clients.asked == [Region("us-east-1"), IRELAND]


def test_each_region_of_the_declaration_has_addresses_of_its_own(where: RepositoryLocator) -> None:
    clients = cast("Any", Clients())
    hosts = [known(each, clients).of(RepositoryName("team/app")).host for each in (where, where.in_region(IRELAND))]
    assert [str(host).split(".")[3] for host in hosts] == ["us-east-1", "eu-west-1"]


def test_what_the_user_should_know_of_the_stack_goes_where_it_is_wanted(where: RepositoryLocator) -> None:
    reported: list[str] = []
    known(RepositoryLocator(where.file, memory=LookupCache(warn=reported.append)), cast("Any", Clients()))
    assert [line.partition(" (")[0] for line in reported] == ["the deployed stack is out of reach"]


def test_a_place_is_the_same_whatever_was_read(where: RepositoryLocator) -> None:
    before = RepositoryLocator(where.file)
    declared(where)
    assert (where, hash(where)) == (before, hash(before))


@pytest.mark.parametrize("name", shared_ecr.client.__all__)
def test_every_public_name_of_the_client_can_be_had(name: str) -> None:
    assert getattr(shared_ecr.client, name).__name__ == name
