from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber

from shared_ecr.client.aws.deployed import (
    NoSuchStackError,
    deployed_registry,
    mutability_of,
    repositories_among,
)
from shared_ecr.client.aws.faults import AwsDeniedError, AwsRefusedError
from shared_ecr.client.errors import PushRefusedError
from shared_ecr.client.repository_addresses import RepositoryAddress
from shared_ecr.findings.errors import ExitCode
from shared_ecr.model.mutability import TagMutability
from shared_ecr.model.names import AccountId, EcrRegistry, Region, RegistryHost, RepositoryName, Tag

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_ecr import ECRClient

REGION = Region("eu-west-1")
REGISTRY = EcrRegistry(AccountId("111122223333"), REGION)
HOST = "111122223333.dkr.ecr.eu-west-1.amazonaws.com"
ARN = "arn:aws:ecr:eu-west-1:111122223333:repository"


@dataclass
class Clients:
    """botocore's own clients, which answer what they are shown and check it against AWS's service model."""

    cloudformation_client: "CloudFormationClient"
    ecr_client: "ECRClient"
    stacks: Stubber
    registry: Stubber

    def cloudformation(self, region: Region) -> "CloudFormationClient":
        assert region == REGION
        return self.cloudformation_client

    def ecr(self, region: Region, *, fips: bool = False, dual_stack: bool = False) -> "ECRClient":
        assert region == REGION
        return self.ecr_client


@pytest.fixture
def clients() -> Iterator[Clients]:
    config = Config(retries={"total_max_attempts": 1})
    session = boto3.Session(aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="x", region_name=REGION.name)
    cloudformation, ecr = session.client("cloudformation", config=config), session.client("ecr", config=config)
    with Stubber(cloudformation) as stacks, Stubber(ecr) as registry:
        yield Clients(cloudformation, ecr, stacks, registry)
        stacks.assert_no_pending_responses()
        registry.assert_no_pending_responses()


def stack(*values: str, status: str = "CREATE_COMPLETE") -> dict[str, object]:
    outputs = [{"OutputKey": f"Key{number}", "OutputValue": value} for number, value in enumerate(values)]
    one = {"StackName": "shared", "CreationTime": "2026-11-21T12:00:00Z", "StackStatus": status, "Outputs": outputs}
    return {"Stacks": [one]}


def test_the_repositories_of_a_stack_are_read_from_its_outputs(clients: Clients) -> None:
    answer = stack(f"{HOST}/web", f"{ARN}/web", f"{ARN}/team/app", f"{HOST}/team/app")
    clients.stacks.add_response("describe_stacks", answer, {"StackName": "shared"})

    deployed = deployed_registry(clients, "shared", REGION)

    assert deployed.repositories == (
        RepositoryAddress(RepositoryName("team/app"), f"{HOST}/team/app", f"{ARN}/team/app"),
        RepositoryAddress(RepositoryName("web"), f"{HOST}/web", f"{ARN}/web"),
    )
    assert deployed.warning is None


def test_a_repository_is_found_by_its_name_and_knows_its_host(clients: Clients) -> None:
    clients.stacks.add_response("describe_stacks", stack(f"{HOST}/web", f"{ARN}/web"))

    deployed = deployed_registry(clients, "shared", REGION)

    web = deployed.repository(RepositoryName("web"))
    assert web
    assert web.host == RegistryHost(HOST)
    assert deployed.repository(RepositoryName("other")) is None


@pytest.mark.parametrize(
    "values",
    [
        [f"{HOST}/web"],
        [f"{ARN}/web"],
        [f"{HOST}/web", f"{ARN}/app"],
        [f"{HOST}/web", "arn:aws:ecr:eu-west-1:444455556666:repository/web"],
        [f"{HOST}/web", "arn:aws:ecr:eu-central-1:111122223333:repository/web"],
        ["registry.example/web", f"{ARN}/web"],
        ["https://example.com/web", "arn:aws:s3:::web", "", "true", "/", "a/b/c"],
        [f"{HOST}/web", "arn:aws:ecr:nowhere-1:111122223333:repository/web"],
    ],
    ids=["no ARN", "no URI", "other name", "other account", "other Region", "other host", "neither", "no Region"],
)
def test_a_value_without_its_counterpart_is_no_repository(values: list[str]) -> None:
    assert repositories_among(values) == ()


def test_a_stack_that_is_not_there_has_an_error_of_its_own(clients: Clients) -> None:
    clients.stacks.add_client_error(
        "describe_stacks", "ValidationError", "Stack with id shared does not exist", http_status_code=400
    )

    with pytest.raises(NoSuchStackError, match="no stack shared in eu-west-1") as caught:
        deployed_registry(clients, "shared", REGION)
    assert caught.value.exit_code is ExitCode.REFUSED


def test_a_name_that_no_stack_can_have_is_not_a_missing_stack(clients: Clients) -> None:
    clients.stacks.add_client_error("describe_stacks", "ValidationError", "1 validation error detected: StackName")

    with pytest.raises(AwsRefusedError, match="validation error detected"):
        deployed_registry(clients, "-", REGION)


def test_a_deleted_stack_is_not_there(clients: Clients) -> None:
    clients.stacks.add_response("describe_stacks", stack(status="DELETE_COMPLETE"))

    with pytest.raises(NoSuchStackError):
        deployed_registry(clients, "shared", REGION)


def test_who_may_not_see_the_stack_is_shown_so(clients: Clients) -> None:
    clients.stacks.add_client_error("describe_stacks", "AccessDenied", "User: x is not authorized")

    with pytest.raises(AwsDeniedError, match="cloudformation:DescribeStacks in eu-west-1"):
        deployed_registry(clients, "shared", REGION)


@pytest.mark.parametrize(
    "status", ["UPDATE_ROLLBACK_COMPLETE", "UPDATE_FAILED", "ROLLBACK_COMPLETE", "DELETE_FAILED", "REVIEW_IN_PROGRESS"]
)
def test_a_stack_that_is_not_well_is_read_with_a_warning(clients: Clients, status: str) -> None:
    clients.stacks.add_response("describe_stacks", stack(f"{HOST}/web", f"{ARN}/web", status=status))

    deployed = deployed_registry(clients, "shared", REGION)

    assert len(deployed.repositories) == 1
    assert deployed.warning
    assert status in deployed.warning


def described(mode: str, *filters: str) -> dict[str, object]:
    repository: dict[str, object] = {"repositoryName": "web", "imageTagMutability": mode}
    if filters:
        repository["imageTagMutabilityExclusionFilters"] = [
            {"filterType": "WILDCARD", "filter": text} for text in filters
        ]
    return {"repositories": [repository]}


@pytest.mark.parametrize(
    ("mode", "filters", "moves"),
    [
        ("MUTABLE", (), {"v1": True, "dev-1": True}),
        ("IMMUTABLE", (), {"v1": False, "dev-1": False}),
        ("IMMUTABLE_WITH_EXCLUSION", ("dev-*",), {"v1": False, "dev-1": True}),
        ("MUTABLE_WITH_EXCLUSION", ("v*",), {"v1": False, "dev-1": True}),
    ],
)
def test_ecr_shows_which_tags_may_move(
    clients: Clients, mode: str, filters: tuple[str, ...], moves: dict[str, bool]
) -> None:
    asked = {"registryId": "111122223333", "repositoryNames": ["web"]}
    clients.registry.add_response("describe_repositories", described(mode, *filters), asked)

    mutability = mutability_of(clients, REGISTRY, "web")

    assert isinstance(mutability, TagMutability)
    assert {tag: mutability.allows_moving(Tag(tag)) for tag in moves} == moves


def test_who_may_not_ask_does_not_know(clients: Clients) -> None:
    clients.registry.add_client_error("describe_repositories", "AccessDeniedException", "User: x is not authorized")

    assert mutability_of(clients, REGISTRY, "web") is None


def test_a_repository_that_is_not_there_is_shown_before_anything_is_pushed(clients: Clients) -> None:
    clients.registry.add_client_error("describe_repositories", "RepositoryNotFoundException", "does not exist")

    with pytest.raises(PushRefusedError, match=f"no repository web in {HOST}"):
        mutability_of(clients, REGISTRY, "web")
