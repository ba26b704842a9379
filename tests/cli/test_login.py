import argparse
import base64
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from client.stand_in import Answer, StandIns
from shared_ecr.cli.login import KnownRegistries, add_parser, resolve
from shared_ecr.client.errors import LoginRefusedError
from shared_ecr.findings.errors import InvalidValueError, SharedEcrError, UnavailableError, UsageError
from shared_ecr.model.names import AccountId, EcrRegistry, Region

if TYPE_CHECKING:
    from types_boto3_cloudformation import CloudFormationClient
    from types_boto3_ecr import ECRClient

HOME, BUILD = AccountId("111122223333"), AccountId("444455556666")
IRELAND, VIRGINIA = Region("eu-west-1"), Region("us-east-1")
KNOWN = KnownRegistries({"build": BUILD}, HOME, (IRELAND, VIRGINIA))
NOTHING = KnownRegistries({}, None, ())
PASSWORD = "canary-80a2c1f7"
IRELANDS, VIRGINIAS = (f"{HOME}.dkr.ecr.{region}.amazonaws.com" for region in (IRELAND, VIRGINIA))
DECLARATION = """\
version: 1
accounts:
  build: "444455556666"
registry:
  account: "111122223333"
  regions: [eu-west-1, us-east-1]
repositories:
  team/app: {}
"""


@pytest.mark.parametrize(
    ("targets", "registries"),
    [
        ([], [(HOME, IRELAND), (HOME, VIRGINIA)]),
        (["build"], [(BUILD, IRELAND), (BUILD, VIRGINIA)]),
        (["777788889999"], [(AccountId("777788889999"), IRELAND), (AccountId("777788889999"), VIRGINIA)]),
        (["us-east-1"], [(HOME, VIRGINIA)]),
        (["ap-south-1"], [(HOME, Region("ap-south-1"))]),
        ([f"{BUILD}.dkr.ecr.eu-west-1.amazonaws.com"], [(BUILD, IRELAND)]),
        ([f"{BUILD}.dkr.ecr.eu-west-1.amazonaws.com/team/app"], [(BUILD, IRELAND)]),
        ([f"{BUILD}.dkr.ecr.eu-west-1.amazonaws.com/team/app:v1"], [(BUILD, IRELAND)]),
        (["us-east-1", "111122223333", "us-east-1"], [(HOME, VIRGINIA), (HOME, IRELAND)]),
    ],
    ids=["none", "name", "account", "Region", "undeclared Region", "host", "URI", "image", "each once, in order"],
)
def test_a_target_means_registries(targets: list[str], registries: list[tuple[AccountId, Region]]) -> None:
    assert resolve(targets, KNOWN) == tuple(EcrRegistry(account, region) for account, region in registries)


def test_the_kind_of_a_host_is_kept() -> None:
    host = "111122223333.dkr-ecr-fips.us-east-1.on.aws"

    (registry,) = resolve([host], NOTHING)

    assert str(registry.host) == host


@pytest.mark.parametrize(
    ("targets", "known", "error", "said"),
    [
        (["registry.example/app"], KNOWN, UsageError, "not in a private ECR registry"),
        (["x.111122223333.dkr.ecr.eu-west-1.amazonaws.com"], KNOWN, UsageError, "not in a private ECR registry"),
        (["https://111122223333.dkr.ecr.eu-west-1.amazonaws.com"], KNOWN, InvalidValueError, "scheme"),
        (["11112222333"], KNOWN, InvalidValueError, "11 digits"),
        (["biuld"], KNOWN, UsageError, "Did you mean 'build'"),
        (["build"], NOTHING, UsageError, "no declaration"),
        (["eu-west-1"], NOTHING, UsageError, "no account is known for the registry in eu-west-1"),
        (["111122223333"], NOTHING, UsageError, "pass --region"),
        ([], NOTHING, UsageError, "no account is known"),
    ],
    ids=[
        "other registry", "look-alike", "scheme", "digits", "misspelt", "name without a declaration",
        "Region without an account", "account without a Region", "nothing at all",
    ],
)  # fmt: skip
def test_a_target_that_cannot_be_meant_is_refused(
    targets: list[str], known: KnownRegistries, error: type[SharedEcrError], said: str
) -> None:
    with pytest.raises(error, match=said):
        resolve(targets, known)


@dataclass
class Aws:
    """An account whose token is a canary, with one deployed stack."""

    outputs: list[str] = field(default_factory=list)
    status: str = "CREATE_COMPLETE"
    closed: bool = False

    def ecr(self, region: Region, *, fips: bool = False, dual_stack: bool = False) -> "ECRClient":
        return cast("ECRClient", self)

    def cloudformation(self, region: Region) -> "CloudFormationClient":
        return cast("CloudFormationClient", self)

    def service(self, name: str, region: Region) -> "Aws":
        assert (name, region.name) == ("ecr-public", "us-east-1")
        return self

    def close(self) -> None:
        self.closed = True

    def caller_account(self, region: Region) -> AccountId:
        return BUILD

    def get_authorization_token(self) -> dict[str, list[dict[str, object]]]:
        token = base64.b64encode(f"AWS:{PASSWORD}".encode()).decode()
        return {"authorizationData": [{"authorizationToken": token, "expiresAt": datetime(2099, 1, 1, tzinfo=UTC)}]}

    def describe_stacks(self, *, StackName: str) -> dict[str, list[dict[str, object]]]:  # noqa: N803 — AWS's name
        outputs = [{"OutputKey": f"Output{n}", "OutputValue": value} for n, value in enumerate(self.outputs)]
        return {"Stacks": [{"StackName": StackName, "StackStatus": self.status, "Outputs": outputs}]}


Login = Callable[..., int]


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Aws:
    aws = Aws()
    monkeypatch.setattr("shared_ecr.client.aws.clients.AwsClients", lambda: aws)
    return aws


@pytest.fixture
def stand_ins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIns:
    stand_ins = StandIns(tmp_path)
    stand_ins.install("docker")
    for name, value in stand_ins.environ.items():
        monkeypatch.setenv(name, value)
    for name in ("CDK_DOCKER", "SHARED_ECR_REGISTRY_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(tempfile, "tempdir", str(stand_ins.temporary))
    monkeypatch.chdir(tmp_path)
    return stand_ins


@pytest.fixture
def login(aws: Aws, stand_ins: StandIns) -> Login:
    parser = argparse.ArgumentParser()
    add_parser(parser.add_subparsers())

    def login(*arguments: str) -> int:
        parsed = parser.parse_args(["login", *arguments])
        return int(parsed.run(parsed))

    return login


def logged_in(stand_ins: StandIns) -> list[str]:
    return [call.arguments[-1] for call in stand_ins.calls_of("login")]


def test_each_host_is_printed_once_it_is_logged_in_to(
    login: Login, stand_ins: StandIns, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("registry.yaml").write_text(DECLARATION)

    assert login() == 0

    assert capsys.readouterr().out.splitlines() == [IRELANDS, VIRGINIAS]
    assert logged_in(stand_ins) == [IRELANDS, VIRGINIAS]


def test_the_story_goes_to_standard_error(login: Login, capsys: pytest.CaptureFixture[str]) -> None:
    login(IRELANDS)

    assert f"docker is logged in to {IRELANDS} until 00:00 UTC" in capsys.readouterr().err


def test_the_token_is_printed_nowhere(login: Login, stand_ins: StandIns, capsys: pytest.CaptureFixture[str]) -> None:
    stand_ins.answer(Answer("login", stdout="Login Succeeded with STDIN"))

    login(IRELANDS)

    shown = capsys.readouterr()
    assert PASSWORD not in shown.out + shown.err
    assert stand_ins.calls[0].stdin == PASSWORD


def test_a_host_needs_no_declaration_even_a_broken_one(login: Login, stand_ins: StandIns) -> None:
    Path("registry.yaml").write_text("][")

    assert login(f"{VIRGINIAS}/team/app") == 0
    assert logged_in(stand_ins) == [VIRGINIAS]


def test_the_declaration_may_stand_elsewhere(login: Login, stand_ins: StandIns) -> None:
    Path("other.yaml").write_text(DECLARATION)

    login("build", "--file", "other.yaml", "--region", "us-east-1")

    assert logged_in(stand_ins) == ["444455556666.dkr.ecr.us-east-1.amazonaws.com"]


def test_without_a_declaration_a_region_means_the_callers_own_registry(login: Login, stand_ins: StandIns) -> None:
    login("us-east-1")

    assert logged_in(stand_ins) == [f"{BUILD}.dkr.ecr.us-east-1.amazonaws.com"]


def test_the_registries_of_a_stack_are_read_from_its_outputs(login: Login, stand_ins: StandIns, aws: Aws) -> None:
    names = ("web", "api")
    aws.outputs = [f"{IRELANDS}/{name}" for name in names]
    aws.outputs += [f"arn:aws:ecr:eu-west-1:{HOME}:repository/{name}" for name in names]

    login("--stack", "shared", "--region", "eu-west-1")

    assert logged_in(stand_ins) == [IRELANDS]


def test_a_stack_that_is_not_well_is_warned_of(login: Login, aws: Aws, capsys: pytest.CaptureFixture[str]) -> None:
    aws.status = "UPDATE_ROLLBACK_COMPLETE"
    aws.outputs = [f"{IRELANDS}/web", f"arn:aws:ecr:eu-west-1:{HOME}:repository/web"]

    login("--stack", "shared", "--region", "eu-west-1")

    assert "warning: stack shared in eu-west-1 is UPDATE_ROLLBACK_COMPLETE" in capsys.readouterr().err


def test_a_stack_without_repositories_is_shown(login: Login) -> None:
    with pytest.raises(UnavailableError, match="name no repository"):
        login("--stack", "shared", "--region", "eu-west-1")


@pytest.mark.parametrize(
    "arguments", [("--stack", "shared"), ("--stack", "shared", "us-east-1")], ids=["no Region", "targets besides"]
)
def test_a_stack_is_asked_for_completely(login: Login, arguments: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        login(*arguments)


def test_the_embedded_aws_is_logged_in_to_in_place_of_ecr(
    login: Login, stand_ins: StandIns, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SHARED_ECR_REGISTRY_ENDPOINT", "http://127.0.0.1:4566")

    login(IRELANDS)

    assert logged_in(stand_ins) == ["127.0.0.1:4566"]
    assert capsys.readouterr().out.splitlines() == [IRELANDS]


def test_ecr_public_is_logged_in_to_as_well(login: Login, stand_ins: StandIns) -> None:
    login("public.ecr.aws", f"{IRELANDS}/team/app", "public.ecr.aws/alias/app:v1")

    assert logged_in(stand_ins) == ["public.ecr.aws", IRELANDS]


def test_no_connection_to_aws_is_left_open(login: Login, aws: Aws) -> None:
    login(IRELANDS)

    assert aws.closed


def test_a_host_that_refuses_is_not_printed(
    login: Login, stand_ins: StandIns, capsys: pytest.CaptureFixture[str]
) -> None:
    stand_ins.answer(Answer(f"login {VIRGINIAS}", code=1, stderr="401 Unauthorized"))

    with pytest.raises(LoginRefusedError):
        login(IRELANDS, VIRGINIAS)
    assert capsys.readouterr().out.splitlines() == [IRELANDS]
