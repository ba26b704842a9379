"""Whole pushes against AWS's API as it fails on the wire, with botocore's own retries between; no one waits."""

import re
import traceback
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from cli.command_line import Outcome, shared_ecr
from client.aws_on_the_wire import PASSWORD, AwsOnTheWire
from client.aws_wire_server import running_aws
from client.fake_registry import FakeRegistry
from client.images import image, write_layout
from client.pushing import ECR_ACCOUNT, ECR_HOST
from client.wire_faults import Break, Cut, Garbled, Refusal, WireFault
from shared_ecr.client.aws.clients import AwsClients
from shared_ecr.client.aws.repetitions import MAX_ATTEMPTS
from shared_ecr.findings.errors import UnavailableError
from shared_ecr.model.names import Region

TARGET = f"{ECR_HOST}/team/app:1.0"
# With botocore's standard mode and eight repetitions; then it is over.
ATTEMPTS = 9


@dataclass(frozen=True)
class World:
    """A registry of ECR with its API, and a user who has credentials for it and nothing else."""

    registry: FakeRegistry
    aws: AwsOnTheWire
    pauses: list[float]

    def push(self, *options: str, target: str = TARGET) -> Outcome:
        """Push, and look through all that was said for secrets."""
        outcome = shared_ecr("--verbose", "push", "layout", target, *options)
        said = outcome.stdout + outcome.stderr
        assert [secret for secret in self.aws.secrets if secret in said] == []
        assert "Traceback" not in said
        return outcome

    @property
    def tags(self) -> dict[str, str]:
        return self.registry.contents.repositories["team/app"].tags


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[World]:
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "DOCKER_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    pauses: list[float] = []
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=pauses.append))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    write_layout(tmp_path / "layout", image())
    with FakeRegistry() as registry, running_aws(registry) as aws:
        registry.manners.knows_empty_repositories = True
        registry.manners.passwords = {PASSWORD}
        for name, value in aws.environ.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("SHARED_ECR_REGISTRY_ENDPOINT", f"{registry.url},public.ecr.aws={registry.url}")
        yield World(registry, aws, pauses)


OPERATIONS = ["GetAuthorizationToken", "DescribeRepositories", "BatchCheckLayerAvailability", "CreateRepository"]
PASSING: dict[str, WireFault] = {
    "ThrottlingException": Refusal("ThrottlingException", 400, "Rate exceeded"),
    "TooManyRequests": Refusal("TooManyRequestsException", 429, "Rate exceeded"),
    "ServerException": Refusal("ServerException", 500, "These errors are usually caused by a server-side issue."),
    "502": Refusal("BadGateway", 502),
    "503": Refusal("SlowDown", 503, "Please reduce your request rate."),
    "504": Refusal("GatewayTimeout", 504),
    "reset": Break(),
    "cut": Cut(),
    "garbled": Garbled(),
}


def creating(world: World, operation: str) -> tuple[str, ...]:
    """Let *operation* be part of the push: a repository is created where it is missing."""
    if operation != "CreateRepository":
        return ()
    world.registry.contents.missing.add("team/app")
    return ("--create",)


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("fault", PASSING)
def test_what_passes_is_survived_four_times_in_a_row(world: World, operation: str, fault: str) -> None:
    world.aws.fail(operation, PASSING[fault], times=4)
    outcome = world.push(*creating(world, operation))
    assert outcome.code == 0, outcome.stderr
    assert world.tags == {"1.0": image().root}
    assert world.aws.count(operation) == 4 + 1


@pytest.mark.parametrize("operation", OPERATIONS)
def test_eight_throttles_in_a_row_are_survived_within_two_minutes(world: World, operation: str) -> None:
    world.aws.fail(operation, PASSING["ThrottlingException"], times=8)
    assert world.push(*creating(world, operation)).code == 0
    assert sum(world.pauses) <= 120


@pytest.mark.parametrize("fault", PASSING)
def test_a_public_repository_gets_its_token_through_the_same_faults(world: World, fault: str) -> None:
    world.aws.fail("GetAuthorizationToken", PASSING[fault], times=4)
    assert world.push(target="public.ecr.aws/team/app:1.0").code == 0


@pytest.mark.parametrize("operation", ["GetAuthorizationToken", "DescribeRepositories"])
@pytest.mark.parametrize("fault", ["ThrottlingException", "ServerException", "reset", "cut", "garbled"])
def test_what_does_not_pass_ends_before_the_first_upload(world: World, operation: str, fault: str) -> None:
    world.aws.fail(operation, PASSING[fault], times=1000)
    outcome = world.push()
    assert outcome.code == 3
    assert error_of(outcome, operation)
    assert world.aws.count(operation) == (MAX_ATTEMPTS if fault == "garbled" else ATTEMPTS)
    assert world.registry.count("POST") == 0


def error_of(outcome: Outcome, operation: str) -> str:
    """The one sentence that says what went wrong with *operation*."""
    (line,) = [line for line in outcome.stderr.splitlines() if line.startswith("shared-ecr: ")]
    assert operation in line
    return line


@pytest.mark.parametrize("fault", PASSING)
def test_where_layers_cannot_be_asked_for_at_once_they_are_asked_for_one_by_one(world: World, fault: str) -> None:
    world.aws.fail("BatchCheckLayerAvailability", PASSING[fault], times=1000)
    outcome = world.push()
    assert outcome.code == 0, outcome.stderr
    assert "one by one" in outcome.stderr
    assert world.registry.count("HEAD", "/blobs/") == 3


INVALID = "The security token included in the request is "
DENIED = "User: arn:aws:iam::123456789012:user/ci is not authorized to perform: it"
MISMATCH = "The request signature we calculated does not match the signature you provided."
QUOTA = "The maximum number of repositories is reached"
# By what is wrong: the answer, our exit code, and what our sentence says of it.
FINAL = {
    "expired": (
        Refusal("ExpiredTokenException", 400, f"{INVALID}expired"),
        3,
        "AWS_ACCESS_KEY_ID and AWS_SESSION_TOKEN have expired",
    ),
    "unknown": (Refusal("UnrecognizedClientException", 400, f"{INVALID}invalid."), 3, "does not know the access key"),
    "secret": (Refusal("InvalidSignatureException", 400, MISMATCH), 3, "secret access key does not belong"),
    "denied": (Refusal("AccessDeniedException", 400, DENIED), 4, "does not allow.*user/ci"),
    "organization": (
        Refusal("AccessDeniedException", 400, f"{DENIED} with an explicit deny in a service control policy"),
        4,
        "explicit deny in a service control policy",
    ),
    "invalid": (Refusal("InvalidParameterException", 400, "Invalid parameter"), 4, "InvalidParameterException"),
    "limit": (Refusal("LimitExceededException", 400, QUOTA), 4, "LimitExceededException.*maximum"),
}


@pytest.mark.parametrize("operation", ["GetAuthorizationToken", "CreateRepository"])
@pytest.mark.parametrize("kind", FINAL)
def test_what_is_final_is_asked_once_and_shown_in_a_sentence(world: World, operation: str, kind: str) -> None:
    fault, code, said = FINAL[kind]
    world.aws.fail(operation, fault, times=1000)
    outcome = world.push(*creating(world, operation))
    assert outcome.code == code
    assert re.search(said, error_of(outcome, operation))
    assert world.aws.count(operation) == 1
    assert world.registry.count("POST") == 0


@pytest.mark.parametrize("operation", ["DescribeRepositories", "BatchCheckLayerAvailability"])
def test_who_may_push_and_not_look_pushes(world: World, operation: str) -> None:
    world.aws.fail(operation, FINAL["denied"][0], times=1000)
    assert world.push().code == 0
    assert world.aws.count(operation) == 1


def test_a_repository_that_is_missing_is_shown_once_and_nothing_is_sent(world: World) -> None:
    world.registry.contents.missing.add("team/app")
    outcome = world.push()
    assert outcome.code == 4
    assert outcome.stderr.count("there is no repository team/app") == 1
    assert "check the account and Region" in outcome.stderr
    assert world.registry.count("POST") == 0


def test_a_repository_that_another_created_meanwhile_is_used(world: World) -> None:
    world.registry.contents.missing.add("team/app")
    world.aws.fail("CreateRepository", Refusal("RepositoryAlreadyExistsException", 400, "it exists"), times=1)
    world.registry.contents.templates.add("team")
    assert world.push("--create").code == 0


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_is_off_is_named(world: World, hours: int) -> None:
    world.aws.clock = timedelta(hours=hours)
    outcome = world.push()
    assert outcome.code == 3
    assert "the clock of this machine is wrong" in outcome.stderr
    assert len(world.aws.asked) == 1


def asked_for_the_account(world: World) -> str:
    clients = AwsClients()
    with closing(clients):
        return clients.caller_account(Region("eu-central-1")).digits


@pytest.mark.parametrize("fault", [fault for fault in PASSING if fault != "garbled"])
def test_whose_credentials_these_are_is_asked_through_the_same_faults(world: World, fault: str) -> None:
    world.aws.fail("GetCallerIdentity", PASSING[fault], times=4)
    assert asked_for_the_account(world) == ECR_ACCOUNT


def test_an_answer_that_is_no_xml_is_shown_and_not_quoted(world: World) -> None:
    world.aws.fail("GetCallerIdentity", Garbled(), times=1000)
    with pytest.raises(UnavailableError, match="GetCallerIdentity cannot be read") as caught:
        asked_for_the_account(world)
    reported = "".join(traceback.format_exception(caught.value))
    assert not any(secret in reported for secret in world.aws.secrets)
