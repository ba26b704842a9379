"""The policies that a registry holds now: of each repository, and of the registry as a whole."""

from dataclasses import dataclass

from shared_ecr.client.aws.clients import AwsClients
from shared_ecr.client.aws.faults import AwsDeniedError, asking_aws
from shared_ecr.names import AccountId, Region


@dataclass(frozen=True, slots=True)
class LivePolicy:
    """One repository and the text of its policy."""

    repository: str
    text: str | None
    """None where it has none."""


@dataclass(frozen=True, slots=True)
class LivePolicies:
    """Everything that decides who may do what, as ECR has it."""

    account: AccountId
    region: Region
    repositories: tuple[LivePolicy, ...]
    registry: str | None
    scope: str | None
    """`V1` or `V2`; None where the caller may not ask."""


def live_policies(clients: AwsClients, region: Region) -> LivePolicies:
    """Read every policy of the caller's own registry in *region*.

    Raises:
        AwsDeniedError: the caller lacks ecr:DescribeRepositories, GetRepositoryPolicy or GetRegistryPolicy.
        UnavailableError: no credentials, no network.
    """
    client = clients.ecr(region)
    names: list[str] = []
    with asking_aws("ecr:DescribeRepositories"):
        for page in client.get_paginator("describe_repositories").paginate():
            names += [each["repositoryName"] for each in page["repositories"]]
    policies = tuple(LivePolicy(name, _repository_policy(clients, region, name)) for name in sorted(names))
    return LivePolicies(
        clients.caller_account(region), region, policies, _registry_policy(clients, region), _scope(clients, region)
    )


def _repository_policy(clients: AwsClients, region: Region, name: str) -> str | None:
    client = clients.ecr(region)
    with asking_aws("ecr:GetRepositoryPolicy"):
        try:
            return client.get_repository_policy(repositoryName=name)["policyText"]
        except client.exceptions.RepositoryPolicyNotFoundException:
            return None


def _registry_policy(clients: AwsClients, region: Region) -> str | None:
    client = clients.ecr(region)
    with asking_aws("ecr:GetRegistryPolicy"):
        try:
            return client.get_registry_policy()["policyText"]
        except client.exceptions.RegistryPolicyNotFoundException:
            return None


def _scope(clients: AwsClients, region: Region) -> str | None:
    """Ask in which requests the registry policy takes part."""
    client = clients.ecr(region)
    try:
        with asking_aws("ecr:GetAccountSetting"):
            return client.get_account_setting(name="REGISTRY_POLICY_SCOPE").get("value")
    except AwsDeniedError:
        return None
