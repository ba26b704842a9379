"""A job of a CI system takes its role by a token: unsigned, as on AWS, and decided by the role's trust policy."""

import itertools
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
import urllib3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from local.registry_caller import client
from shared_ecr.cli.main import main
from shared_ecr.findings.errors import ExitCode
from shared_ecr.local import LocalAws, environment_under
from shared_ecr.local.oidc_tokens import OidcClaims, issue

ISSUER = "token.actions.githubusercontent.com"
SUBJECT = "repo:acme/shop:ref:refs/heads/main"
_NUMBERS = itertools.count()


def trust(account: str, subject: str = SUBJECT, effect: str = "Allow") -> dict[str, Any]:
    return {
        "Effect": effect,
        "Principal": {"Federated": f"arn:aws:iam::{account}:oidc-provider/{ISSUER}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {f"{ISSUER}:aud": "sts.amazonaws.com", f"{ISSUER}:sub": subject}},
    }


def make_role(aws: LocalAws, account: str, *statements: dict[str, Any], clients: str = "sts.amazonaws.com") -> str:
    document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    with client(aws, "iam", account=account) as iam:
        if clients:
            iam.create_open_id_connect_provider(Url=f"https://{ISSUER}", ClientIDList=[clients])
        role = iam.create_role(RoleName=f"ci-{next(_NUMBERS)}", AssumeRolePolicyDocument=document)
    return str(role["Role"]["Arn"])


@pytest.fixture
def role(aws: LocalAws, account: str) -> str:
    return make_role(aws, account, trust(account))


def token(aws: LocalAws, subject: str = SUBJECT, *, issuer: str = ISSUER, audience: str = "sts.amazonaws.com") -> str:
    return issue(OidcClaims(issuer, subject, audience), aws.secret_access_key, datetime.now(UTC))


def assume(aws: LocalAws, role_arn: str, presented: str) -> dict[str, Any]:
    sts = boto3.client("sts", endpoint_url=aws.url, region_name="us-east-1", config=Config(signature_version=UNSIGNED))
    try:
        answer = sts.assume_role_with_web_identity(RoleArn=role_arn, RoleSessionName="job", WebIdentityToken=presented)
    finally:
        sts.close()
    return dict(answer)


def refusal(aws: LocalAws, role_arn: str, presented: str) -> str:
    with pytest.raises(ClientError) as refused:
        assume(aws, role_arn, presented)
    return str(refused.value.response["Error"]["Code"])


def test_the_keys_of_the_role_are_given_for_a_token_that_it_trusts(aws: LocalAws, account: str, role: str) -> None:
    keys = assume(aws, role, token(aws))["Credentials"]
    sts = boto3.client(
        "sts", endpoint_url=aws.url, region_name="us-east-1", aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"], aws_session_token=keys["SessionToken"],
    )  # fmt: skip
    identity = sts.get_caller_identity()
    sts.close()
    assert (identity["Account"], identity["Arn"].split(":", 5)[5]) == (
        account, f"assumed-role/{role.rpartition('/')[2]}/job",
    )  # fmt: skip


def test_the_answer_has_the_subject_of_the_token(aws: LocalAws, role: str) -> None:
    assert assume(aws, role, token(aws))["SubjectFromWebIdentityToken"] == SUBJECT


@pytest.mark.parametrize(
    "subject",
    ["repo:evil/other:ref:refs/heads/main", "repo:acme/shop:ref:refs/heads/other", "repo:acme/shop:pull_request", ""],
    ids=["another repository", "another branch", "a pull request", "nothing"],
)
def test_another_subject_is_denied(aws: LocalAws, role: str, subject: str) -> None:
    assert refusal(aws, role, token(aws, subject)) == "AccessDenied"


def test_an_explicit_deny_wins(aws: LocalAws, account: str) -> None:
    role = make_role(aws, account, trust(account), trust(account, effect="Deny"))
    assert refusal(aws, role, token(aws)) == "AccessDenied"


def test_a_role_that_trusts_no_provider_is_denied(aws: LocalAws, account: str) -> None:
    lambda_ = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    assert refusal(aws, make_role(aws, account, lambda_), token(aws)) == "AccessDenied"


def test_a_role_that_does_not_exist_is_denied(aws: LocalAws, role: str) -> None:
    assert refusal(aws, f"{role}-absent", token(aws)) == "AccessDenied"


def test_an_issuer_that_the_account_does_not_have_is_refused(aws: LocalAws, role: str) -> None:
    assert refusal(aws, role, token(aws, issuer="gitlab.com")) == "InvalidIdentityToken"


def test_an_audience_that_the_provider_does_not_have_is_refused(aws: LocalAws, role: str) -> None:
    assert refusal(aws, role, token(aws, audience="https://github.com/acme")) == "InvalidIdentityToken"


def test_a_token_that_was_not_made_with_the_key_is_refused(aws: LocalAws, role: str) -> None:
    forged = issue(OidcClaims(ISSUER, SUBJECT), "another key", datetime.now(UTC))
    assert refusal(aws, role, forged) == "InvalidIdentityToken"


@pytest.mark.parametrize("presented", ["rubbish", "a.b.c", "." * 4], ids=["no dots", "three parts", "dots"])
def test_what_is_no_token_is_refused(aws: LocalAws, role: str, presented: str) -> None:
    assert refusal(aws, role, presented) == "InvalidIdentityToken"


def test_claims_that_were_changed_are_refused(aws: LocalAws, role: str) -> None:
    good, other = token(aws).split("."), token(aws, "repo:evil/other").split(".")
    assert refusal(aws, role, f"{good[0]}.{other[1]}.{good[2]}") == "InvalidIdentityToken"


def test_an_expired_token_is_refused(aws: LocalAws, role: str) -> None:
    old = issue(OidcClaims(ISSUER, SUBJECT), aws.secret_access_key, datetime.now(UTC) - timedelta(hours=1))
    assert refusal(aws, role, old) == "ExpiredTokenException"


def test_a_signed_request_is_decided_as_well(aws: LocalAws, role: str) -> None:
    body = f"Action=AssumeRoleWithWebIdentity&RoleArn={role}&RoleSessionName=job&WebIdentityToken=rubbish"
    with client(aws, "sts") as sts:
        sts.meta.events.register("before-sign.sts", lambda request, **_: setattr(request, "data", body))
        with pytest.raises(ClientError) as refused:
            sts.get_caller_identity()
    assert refused.value.response["Error"]["Code"] == "InvalidIdentityToken"


@pytest.mark.parametrize("path", ["/2015-03-31/functions", "/v2/", "/bucket/key"])
def test_the_unsigned_action_opens_no_other_path(aws: LocalAws, path: str) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    with urllib3.PoolManager(retries=False) as pool:
        response = pool.request("POST", f"{aws.url}{path}", body=b"Action=AssumeRoleWithWebIdentity", headers=form)
    assert response.status in {401, 403}


def test_the_unsigned_action_opens_no_other_service(aws: LocalAws) -> None:
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Amz-Target": "AmazonEC2ContainerRegistry_V20150921.DescribeRepositories",
    }
    with urllib3.PoolManager(retries=False) as pool:
        response = pool.request("POST", f"{aws.url}/", body=b"Action=AssumeRoleWithWebIdentity", headers=headers)
    assert response.status == 403


def test_a_token_of_the_command_line_takes_a_role_for_a_command(
    aws: LocalAws, role: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in environment_under(aws, {}).items():
        monkeypatch.setenv(name, value)
    assert main(["local", "oidc-token", SUBJECT]) == ExitCode.DONE
    (tmp_path / "token").write_text(capsys.readouterr().out.strip(), encoding="utf-8")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(tmp_path / "token"))
    monkeypatch.setenv("AWS_ROLE_ARN", role)
    with client(aws, "ecr", account=role.split(":")[4]) as ecr:
        ecr.create_repository(repositoryName="team/app")
    assert main(["images", "team/app"]) == ExitCode.DONE
    assert "team/app (us-east-1)" in capsys.readouterr().out


def test_without_an_embedded_aws_there_is_no_token(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    assert main(["local", "oidc-token", SUBJECT]) == ExitCode.INVALID
    assert "local start" in capsys.readouterr().err
