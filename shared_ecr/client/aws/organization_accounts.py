"""What the organization calls its accounts, where the caller may ask."""

from collections.abc import Mapping
from typing import Any

from shared_ecr.client.aws.faults import AwsRefusedError, asking_aws
from shared_ecr.findings.errors import UnavailableError
from shared_ecr.model.names import Region


def account_names(clients: Any, region: Region) -> Mapping[str, str]:
    """Return the names of the accounts by their ids; empty where AWS does not say.

    Only the management account and delegated administrators may ask.
    https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html

    Args:
        clients: `aws.AwsClients`.
        region: any Region of the partition.
    """
    client = clients.service("organizations", region)
    try:
        with asking_aws("organizations:ListAccounts"):
            pages = client.get_paginator("list_accounts").paginate()
            return {each["Id"]: each.get("Name", "") for page in pages for each in page["Accounts"]}
    except (AwsRefusedError, UnavailableError):
        # A network without a way to this service is common; a name is no reason to end the command.
        return {}
