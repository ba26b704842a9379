"""What the organization calls its accounts, and what happens where the caller may not ask."""

from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.session import Session
from botocore.stub import Stubber

from shared_ecr.client.aws.organization_accounts import account_names
from shared_ecr.model.names import Region

HERE = Region("us-east-1")


class StubbedOrganization:
    """Clients whose one client is stubbed."""

    def __init__(self) -> None:
        self.client: Any = Session().create_client(
            "organizations", "us-east-1", aws_access_key_id="key", aws_secret_access_key="secret"
        )

    def service(self, name: str, _: Region) -> Any:
        assert name == "organizations"
        return self.client


def account(id_: str, name: str) -> dict[str, str]:
    return {"Id": id_, "Name": name}


def test_the_accounts_of_every_page_are_named() -> None:
    organization = StubbedOrganization()
    with Stubber(organization.client) as stub:
        stub.add_response("list_accounts", {"Accounts": [account("111111111111", "Tools")], "NextToken": "more"})
        stub.add_response("list_accounts", {"Accounts": [account("222222222222", "Staging")]}, {"NextToken": "more"})
        assert account_names(organization, HERE) == {"111111111111": "Tools", "222222222222": "Staging"}


@pytest.mark.parametrize("code", ["AccessDeniedException", "AWSOrganizationsNotInUseException"])
def test_a_caller_who_may_not_ask_gets_no_names(code: str) -> None:
    organization = StubbedOrganization()
    with Stubber(organization.client) as stub:
        stub.add_client_error("list_accounts", code)
        assert account_names(organization, HERE) == {}


def test_without_a_network_there_are_no_names() -> None:
    organization = StubbedOrganization()
    organization.client.meta.events.register("before-send.organizations.ListAccounts", _unreachable)
    assert account_names(organization, HERE) == {}


def _unreachable(**_: object) -> None:
    raise EndpointConnectionError(endpoint_url="https://organizations.us-east-1.amazonaws.com")
