from contextlib import closing
from typing import Any
from unittest import mock

import botocore.session
import pytest
from botocore.stub import Stubber

from shared_ecr.client.aws.clients import AwsClients
from shared_ecr.client.aws.faults import AwsDeniedError
from shared_ecr.client.aws.live_policies import live_policies
from shared_ecr.names import AccountId, Region

HERE, ACCOUNT = Region.parse("us-east-1"), AccountId.parse("111111111111")
POLICY = '{"Version":"2012-10-17","Statement":[]}'


class Registry:
    """A client of ECR that answers as it was told to, and the clients that hand it out."""

    def __init__(self) -> None:
        session = botocore.session.Session()
        session.set_credentials("AKIAEXAMPLE", "secret")
        self.client = session.create_client("ecr", region_name="us-east-1")
        self.stub = Stubber(self.client)
        self.stub.activate()

    def answers(self, operation: str, **answer: Any) -> None:
        self.stub.add_response(operation, answer)

    def refuses(self, operation: str, code: str) -> None:
        self.stub.add_client_error(operation, code, "no")

    def read(self) -> Any:
        clients = AwsClients()
        with (
            closing(clients),
            mock.patch.object(clients, "ecr", return_value=self.client),
            mock.patch.object(clients, "caller_account", return_value=ACCOUNT),
        ):
            try:
                return live_policies(clients, HERE)
            finally:
                self.client.close()


def repositories(*names: str) -> list[dict[str, str]]:
    return [{"repositoryName": name} for name in names]


def test_every_policy_of_the_registry_is_read() -> None:
    registry = Registry()
    registry.answers("describe_repositories", repositories=repositories("team/b", "team/a"), nextToken="more")
    registry.answers("describe_repositories", repositories=repositories("team/c"))
    for name in ("team/a", "team/b"):
        registry.answers("get_repository_policy", repositoryName=name, policyText=POLICY)
    registry.refuses("get_repository_policy", "RepositoryPolicyNotFoundException")
    registry.answers("get_registry_policy", policyText=POLICY)
    registry.answers("get_account_setting", name="REGISTRY_POLICY_SCOPE", value="V1")
    found = registry.read()
    assert [(each.repository, each.text) for each in found.repositories] == [
        ("team/a", POLICY),
        ("team/b", POLICY),
        ("team/c", None),
    ]
    assert (found.account, found.registry, found.scope) == (ACCOUNT, POLICY, "V1")


def test_a_registry_without_a_policy_has_none_and_an_unreadable_scope_is_unknown() -> None:
    registry = Registry()
    registry.answers("describe_repositories", repositories=[])
    registry.refuses("get_registry_policy", "RegistryPolicyNotFoundException")
    registry.refuses("get_account_setting", "AccessDeniedException")
    found = registry.read()
    assert (found.registry, found.scope) == (None, None)


def test_a_missing_permission_is_an_error_and_not_an_empty_policy() -> None:
    registry = Registry()
    registry.answers("describe_repositories", repositories=repositories("team/a"))
    registry.refuses("get_repository_policy", "AccessDeniedException")
    with pytest.raises(AwsDeniedError, match="ecr:GetRepositoryPolicy"):
        registry.read()
