"""The embedded AWS executes code: only the process that started it, and what that one hands its key to, may use it."""

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import boto3
import pytest
import urllib3
from botocore.config import Config
from botocore.exceptions import ClientError

from local.registry_caller import SESSION, client
from shared_ecr.local import LocalAws, running

# What a page would send to create a function: no signature, and a type of content that needs no preflight.
CREATE_FUNCTION = json.dumps(
    {
        "FunctionName": "f",
        "Runtime": "python3.11",
        "Role": "arn:aws:iam::111111111111:role/r",
        "Handler": "h.h",
        "Code": {"ZipFile": "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA=="},
    }
).encode()
FUNCTIONS = "/2015-03-31/functions"


def ask(aws: LocalAws, method: str, path: str, body: bytes | None = None, **headers: str) -> urllib3.BaseHTTPResponse:
    with urllib3.PoolManager(retries=False) as pool:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return pool.request(method, f"{aws.url}{path}", body=body, headers=named)


def refusal(response: urllib3.BaseHTTPResponse) -> tuple[int, str]:
    return response.status, json.loads(response.data)["message"]


def test_an_unsigned_request_creates_no_function(aws: LocalAws) -> None:
    status, message = refusal(ask(aws, "POST", FUNCTIONS, CREATE_FUNCTION))
    assert (status, "is not signed" in message) == (403, True)


@pytest.mark.parametrize("path", ["/", FUNCTIONS, "/v2/", "/_shared-ecr/identity", "/_ministack/cfn-response/x"])
@pytest.mark.parametrize("method", ["OPTIONS", "GET", "POST", "PUT"])
def test_a_request_of_a_browser_is_refused_wherever_it_is_for(aws: LocalAws, method: str, path: str) -> None:
    status, message = refusal(ask(aws, method, path, Origin="http://evil.example"))
    assert (status, "browsers" in message) == (403, True)


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:80",
        "127.0.0.1.evil.example",
        "111111111111.dkr.ecr.us-east-1.amazonaws.com.evil.example",
        "",
    ],
)
def test_a_request_for_another_host_is_refused(aws: LocalAws, host: str) -> None:
    status, message = refusal(ask(aws, "POST", FUNCTIONS, CREATE_FUNCTION, Host=host))
    assert (status, "neither the loopback address nor an ECR registry" in message) == (403, True)


def test_no_answer_lets_another_origin_read_it(aws: LocalAws) -> None:
    with client(aws, "sts") as sts:
        headers = sts.get_caller_identity()["ResponseMetadata"]["HTTPHeaders"]
    assert [name for name in headers if name.startswith("access-control-")] == []


def test_the_registry_sends_no_such_header_either(aws: LocalAws) -> None:
    headers = ask(aws, "GET", "/v2/").headers
    assert [name for name in headers if name.lower().startswith("access-control-")] == []


def test_another_secret_access_key_is_refused_with_where_to_get_the_right_one(aws: LocalAws) -> None:
    sts = SESSION.client(
        "sts",
        endpoint_url=aws.url,
        region_name="us-east-1",
        aws_access_key_id="111111111111",
        aws_secret_access_key="local",
    )
    with pytest.raises(ClientError, match="shared-ecr local start"):
        sts.get_caller_identity()


@pytest.mark.parametrize("key", ["test", "AKIAIOSFODNN7EXAMPLE"])
def test_an_access_key_that_was_never_issued_is_refused(aws: LocalAws, key: str) -> None:
    sts = SESSION.client(
        "sts",
        endpoint_url=aws.url,
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key=aws.secret_access_key,
    )
    with pytest.raises(ClientError, match="access key is not one of this embedded AWS"):
        sts.get_caller_identity()


@pytest.mark.parametrize(
    "path", ["/_ministack/health", "/_ministack/reset", "/_localstack/health", "/_ministack/config"]
)
def test_the_administration_of_ministack_needs_a_signature(aws: LocalAws, path: str) -> None:
    assert ask(aws, "POST", path).status == 403


def assumed(aws: LocalAws) -> dict[str, Any]:
    with client(aws, "sts") as sts:
        made = sts.assume_role(RoleArn="arn:aws:iam::111111111111:role/r", RoleSessionName="session")["Credentials"]
    return {
        "aws_access_key_id": made["AccessKeyId"],
        "aws_secret_access_key": made["SecretAccessKey"],
        "aws_session_token": made["SessionToken"],
    }


def test_the_keys_of_an_assumed_role_are_accepted(aws: LocalAws) -> None:
    with client(aws, "iam") as iam:
        iam.create_role(RoleName="r", AssumeRolePolicyDocument="{}")
    ecr = boto3.Session(**assumed(aws)).client("ecr", endpoint_url=aws.url, region_name="us-east-1")
    assert "repositories" in ecr.describe_repositories()


def _s3(aws: LocalAws) -> Any:
    """Return a client that presigns with version 4 of the signature; the default is another one."""
    return SESSION.client(
        "s3",
        endpoint_url=aws.url,
        region_name="us-east-1",
        aws_access_key_id="111111111111",
        aws_secret_access_key=aws.secret_access_key,
        config=Config(signature_version="s3v4"),
    )


def test_a_presigned_url_is_accepted_and_a_changed_one_is_not(aws: LocalAws) -> None:
    with closing(_s3(aws)) as s3:
        s3.create_bucket(Bucket="presigned")
        s3.put_object(Bucket="presigned", Key="k", Body=b"content")
        url = s3.generate_presigned_url("get_object", {"Bucket": "presigned", "Key": "k"})
    path = url.removeprefix(aws.url)
    assert (ask(aws, "GET", path).data, ask(aws, "GET", path.replace("/k?", "/other?")).status) == (b"content", 403)


def test_the_clock_is_moved_only_by_who_knows_the_key(aws: LocalAws) -> None:
    assert ask(aws, "POST", "/_shared-ecr/clock?seconds=60").status == 403


def test_the_key_is_not_among_the_arguments_of_the_process(aws: LocalAws) -> None:
    assert aws.secret_access_key.encode() not in Path(f"/proc/{aws.pid}/cmdline").read_bytes()


def test_the_key_is_not_shown(aws: LocalAws) -> None:
    assert aws.secret_access_key not in repr(aws)


def test_each_start_makes_another_key(aws: LocalAws) -> None:
    with running() as other:
        assert other.secret_access_key != aws.secret_access_key
