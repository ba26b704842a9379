"""The connections of builds as `bootstrap status` reports them, by answers of botocore's models."""

from typing import Any

import botocore.session
import pytest
from botocore.stub import Stubber

from shared_ecr.client.aws.build_connections import ConnectionState, connection_states
from shared_ecr.declaration import parse
from shared_ecr.model.names import Region

ARN = "arn:aws:{service}:us-east-1:555555555555:connection/11111111-2222-3333-4444-555555555555"
NEWER = ARN.format(service="codeconnections")


class Connections:
    """A service of connections that gives one answer."""

    def __init__(self, service: str = "codeconnections") -> None:
        self._service = service
        session = botocore.session.Session()
        session.set_credentials("key", "secret")
        self._client = session.create_client(service, region_name="us-east-1")
        self.answers = Stubber(self._client)
        self.answers.activate()

    def service(self, name: str, region: Region) -> Any:
        assert (name, str(region)) == (self._service, "us-east-1")
        return self._client


def check(connections: Connections, arn: str = NEWER) -> ConnectionState:
    settings = parse(f"""
version: 1
accounts: {{home: "111111111111", build: "555555555555"}}
registry: {{account: home, regions: [us-east-1]}}
repositories: {{team/app: {{}}, team/api: {{}}}}
builds:
  account: build
  package: shared-ecr==1.0.0
  connection: {arn}
  repositories:
    team/app: {{source: https://github.com/acme/app, branches: [main]}}
    team/api: {{source: https://github.com/acme/api, branches: [main]}}
""").registry.builds
    assert settings
    (found,) = connection_states(connections, settings)
    return found


@pytest.mark.parametrize(
    ("answer", "problem"),
    [({"ConnectionStatus": "AVAILABLE", "ProviderType": "GitHub"}, ""),
     ({"ConnectionStatus": "PENDING", "ProviderType": "GitHub"}, "pending"),
     ({"ConnectionStatus": "ERROR", "ProviderType": "GitHub"}, "ERROR"),
     ({"ConnectionStatus": "AVAILABLE", "ProviderType": "GitLab"}, "it is one to GitLab"),
     ({}, "no status")],
    ids=["ready", "pending", "broken", "of another host", "without a status"],
)  # fmt: skip
def test_a_connection_is_ready_when_it_is_available_and_of_the_host(answer: dict[str, str], problem: str) -> None:
    connections = Connections()
    connections.answers.add_response("get_connection", {"Connection": answer}, {"ConnectionArn": NEWER})
    found = check(connections)
    assert (found.problem, bool(found.repair), found.is_known) == (problem, bool(problem), True)


def test_a_connection_that_is_not_there_is_missing() -> None:
    connections = Connections()
    connections.answers.add_client_error("get_connection", "ResourceNotFoundException", http_status_code=400)
    found = check(connections)
    assert (str(found), found.is_known) == (
        "connection 11111111-2222-3333-4444-555555555555 to github.com: not there", True,
    )  # fmt: skip


def test_a_connection_that_may_not_be_read_is_unknown_and_the_action_is_named() -> None:
    connections = Connections()
    connections.answers.add_client_error("get_connection", "AccessDeniedException", "no", 403)
    found = check(connections)
    assert not found.is_known
    assert "codeconnections:GetConnection" in found.problem


def test_a_connection_with_the_older_name_is_asked_for_there() -> None:
    older = ARN.format(service="codestar-connections")
    connections = Connections("codestar-connections")
    answer = {"Connection": {"ConnectionStatus": "AVAILABLE", "ProviderType": "GitHub"}}
    connections.answers.add_response("get_connection", answer, {"ConnectionArn": older})
    assert check(connections, older).problem == ""
