import base64
import json
import logging
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import boto3
import pytest
from botocore import exceptions
from botocore.credentials import Credentials
from botocore.exceptions import BotoCoreError, ClientError

from shared_ecr.cli.error_text import error_text
from shared_ecr.client.aws.clients import AwsClients
from shared_ecr.client.aws.deployed import mutability_of
from shared_ecr.client.aws.faults import AwsDeniedError, AwsRefusedError, asking_aws
from shared_ecr.client.aws.redaction import HIDDEN, redacted
from shared_ecr.client.credentials.issuing import issue_token
from shared_ecr.findings.errors import ExitCode, SharedEcrError, UnavailableError
from shared_ecr.model.names import AccountId, EcrRegistry, Region

REGION = Region("eu-west-1")
CANARY = "canary-2b7e151628aed2a6"
TOKEN = base64.b64encode(f"AWS:{CANARY}".encode()).decode()
SESSION_TOKEN = "session-canary-6bc1bee22e409f96"
ACTION = "ecr:DescribeRepositories"


def answered(code: str, message: str = "", status: int = 400) -> ClientError:
    return ClientError(
        {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}},  # type: ignore[typeddict-item]  # what botocore puts in besides is of no use here
        "DescribeRepositories",
    )


def reported(fault: Exception) -> SharedEcrError:
    with pytest.raises(SharedEcrError) as caught, asking_aws(ACTION):
        raise fault
    assert caught.value.__cause__ is fault
    return caught.value


@pytest.fixture
def aws_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "no-credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-canary-f69f2445df4f9b17")
    monkeypatch.setenv("AWS_SESSION_TOKEN", SESSION_TOKEN)
    return monkeypatch


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (exceptions.NoCredentialsError(), "no AWS credentials .*aws sso login"),
        (exceptions.PartialCredentialsError(provider="env", cred_var="aws_secret_access_key"), "incomplete: .*env"),
        (exceptions.ProfileNotFound(profile="pord"), r"profile .*\(pord\).* list-profiles"),
        (exceptions.UnauthorizedSSOTokenError(), "expired .* run 'aws sso login'"),
        (exceptions.SSOTokenLoadError(error_msg="no such file"), "run 'aws sso login'"),
        (exceptions.TokenRetrievalError(provider="sso", error_msg="expired"), "run 'aws sso login'"),
        (exceptions.LoginRefreshRequired(), "run 'aws login'"),
        (
            exceptions.CredentialRetrievalError(provider="process", error_msg="exit 1"),
            "be fetched: .*process",
        ),
        (exceptions.NoRegionError(), "no Region .* --region"),
        (exceptions.EndpointConnectionError(endpoint_url="https://ecr.example"), "could not be reached .* network"),
        (exceptions.ConnectTimeoutError(endpoint_url="https://ecr.example"), "could not be reached"),
        (exceptions.ReadTimeoutError(endpoint_url="https://ecr.example"), "could not be reached"),
        (exceptions.ProxyConnectionError(proxy_url="http://proxy.example"), "could not be reached .*proxy"),
        (
            exceptions.SSLError(endpoint_url="https://ecr.example", error=OSError("self signed")),
            "certificate .*AWS_CA_BUNDLE",
        ),
        (exceptions.ConfigParseError(path="~/.aws/config"), "could not be asked: Unable to parse config"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BotoCoreError) else "",
)
def test_what_stops_botocore_is_shown_with_what_to_do(fault: BotoCoreError, said: str) -> None:
    error = reported(fault)

    assert isinstance(error, UnavailableError)
    assert error.exit_code is ExitCode.ENVIRONMENT
    assert re.search(said, str(error))


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (answered("ExpiredTokenException", "The security token is expired"), "session has expired"),
        (answered("InvalidClientTokenId"), "does not know the access key"),
        (answered("UnrecognizedClientException"), "does not know the access key .* enabled the Region"),
        (answered("SignatureDoesNotMatch", "Signature expired: 20260101T000000Z is now earlier than 2026"), "clock"),
        (answered("RequestTimeTooSkewed"), "clock"),
        (answered("SignatureDoesNotMatch", "The request signature we calculated does not match"), "secret access key"),
        (answered("ThrottlingException", "Rate exceeded"), "throttles ecr:DescribeRepositories"),
        (answered("ServerException", status=500), "500 ServerException"),
    ],
    ids=["expired", "unknown key", "unknown client", "clock", "skew", "wrong secret", "throttled", "server fault"],
)  # fmt: skip
def test_an_answer_that_this_machine_or_the_moment_is_to_blame_for_is_no_refusal(fault: ClientError, said: str) -> None:
    error = reported(fault)

    assert isinstance(error, UnavailableError)
    assert re.search(said, str(error))


@pytest.mark.parametrize("code", ["AccessDenied", "AccessDeniedException", "UnauthorizedOperation"])
def test_a_denial_names_the_action_and_who_asked(code: str) -> None:
    identity = "arn:aws:sts::111122223333:assumed-role/ci/build"

    error = reported(answered(code, f"User: {identity} is not authorized to perform: {ACTION} on resource: *"))

    assert isinstance(error, AwsDeniedError)
    assert error.exit_code is ExitCode.REFUSED
    assert ACTION in str(error)
    assert identity in str(error)


def test_any_other_answer_keeps_its_code() -> None:
    error = reported(answered("RepositoryNotFoundException", "The repository with name 'x' does not exist."))

    assert isinstance(error, AwsRefusedError)
    assert error.code == "RepositoryNotFoundException"
    assert str(error).endswith("The repository with name 'x' does not exist")


def test_a_web_identity_file_that_is_missing_is_named_with_its_variable(
    aws_environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        aws_environment.delenv(name)
    aws_environment.setenv("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/ci")
    aws_environment.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(tmp_path / "token"))

    with pytest.raises(UnavailableError, match=f"AWS_WEB_IDENTITY_TOKEN_FILE names {tmp_path}/token, which cannot be"):
        AwsClients().caller_account(REGION)


@pytest.mark.parametrize("name", ["AWS_SESSION_TOKEN", "AWS_ACCESS_KEY_ID"])
def test_credentials_with_a_line_end_in_them_are_named_and_not_shown(
    aws_environment: pytest.MonkeyPatch, name: str
) -> None:
    aws_environment.setenv(name, f"{CANARY}\nx")
    aws_environment.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    # Another try would send the same.
    aws_environment.setattr("time.sleep", pytest.fail)
    with pytest.raises(UnavailableError, match="have a line end or another character that cannot be sent") as caught:
        AwsClients().caller_account(REGION)
    for verbose in (False, True):
        shown = error_text(caught.value, verbose=verbose)
        assert CANARY not in shown
        assert "Signature=" not in shown


def test_a_credential_process_that_prints_no_json_is_named_and_not_quoted(
    aws_environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        aws_environment.delenv(name)
    (tmp_path / "config").write_text(f"[default]\ncredential_process = /bin/echo {CANARY}\n")
    aws_environment.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    with pytest.raises(
        UnavailableError, match="the credential_process of the profile printed something that is not"
    ) as caught:
        AwsClients().caller_account(REGION)
    assert CANARY not in error_text(caught.value, verbose=True)


def test_a_profile_with_mfa_never_reads_the_code_from_standard_input(
    aws_environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    config = "[profile mfa]\nrole_arn = arn:aws:iam::111122223333:role/ci\nsource_profile = base\n"
    config += "mfa_serial = arn:aws:iam::111122223333:mfa/me\n"
    (tmp_path / "config").write_text(config)
    (tmp_path / "credentials").write_text("[base]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = x\n")
    aws_environment.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    aws_environment.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    aws_environment.setattr("shared_ecr.client.aws.faults.TERMINAL", str(tmp_path / "no-terminal"))

    with pytest.raises(UnavailableError, match="asks for an MFA code, and there is no terminal"):
        AwsClients(profile="mfa").caller_account(REGION)


def test_keys_of_the_environment_that_expired_are_not_answered_with_single_sign_on(
    aws_environment: pytest.MonkeyPatch,
) -> None:
    assert "AWS_ACCESS_KEY_ID and AWS_SESSION_TOKEN have expired" in str(reported(answered("ExpiredTokenException")))
    aws_environment.delenv("AWS_ACCESS_KEY_ID")
    assert "run 'aws sso login'" in str(reported(answered("ExpiredTokenException")))


def test_a_question_that_cannot_be_answered_is_an_error_of_ours() -> None:
    assert "such as an MFA code" in str(reported(EOFError()))


def test_what_is_no_fault_of_aws_passes_untouched() -> None:
    with pytest.raises(KeyError), asking_aws(ACTION):
        raise KeyError("ours")


def test_a_profile_that_does_not_exist_is_shown_when_it_is_used(aws_environment: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnavailableError, match="pord"):
        AwsClients(profile="pord").ecr(REGION)


def test_an_endpoint_that_is_no_address_is_shown(aws_environment: pytest.MonkeyPatch) -> None:
    aws_environment.setenv("AWS_ENDPOINT_URL", "not an address")

    with pytest.raises(UnavailableError, match="no client of ecr"):
        AwsClients().ecr(REGION)


@pytest.mark.parametrize(
    ("fips", "dual_stack", "endpoint"),
    [
        (False, False, "https://api.ecr.us-east-1.amazonaws.com"),
        (True, False, "https://ecr-fips.us-east-1.amazonaws.com"),
        (False, True, "https://ecr.us-east-1.api.aws"),
        (True, True, "https://ecr-fips.us-east-1.api.aws"),
    ],
    ids=["plain", "FIPS", "dual-stack", "both"],
)
@pytest.mark.usefixtures("aws_environment")
def test_each_kind_of_host_has_its_endpoint(*, fips: bool, dual_stack: bool, endpoint: str) -> None:
    client = AwsClients().ecr(Region("us-east-1"), fips=fips, dual_stack=dual_stack)

    assert client.meta.endpoint_url == endpoint
    client.close()


@pytest.mark.usefixtures("aws_environment")
def test_a_client_is_patient_but_not_endlessly_and_says_who_it_is() -> None:
    client = AwsClients().ecr(REGION)

    config = client.meta.config
    assert config.retries == {"mode": "standard", "total_max_attempts": 1 + 8}  # type: ignore[attr-defined]  # not in the stubs
    assert (config.connect_timeout, config.read_timeout) == (5, 30)  # type: ignore[attr-defined]  # not in the stubs
    assert config.user_agent_extra.startswith("shared-ecr/")  # type: ignore[attr-defined]  # not in the stubs
    client.close()


@pytest.mark.usefixtures("aws_environment")
def test_a_region_has_one_client_however_many_threads_ask() -> None:
    clients = AwsClients()
    found = []
    threads = [threading.Thread(target=lambda: found.append(clients.ecr(REGION))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len({id(client) for client in found}) == 1
    found[0].close()


class TokenGiver(BaseHTTPRequestHandler):
    """Answers every request as ECR answers GetAuthorizationToken."""

    body: ClassVar[bytes] = json.dumps(
        {"authorizationData": [{"authorizationToken": TOKEN, "expiresAt": 1_900_000_000, "proxyEndpoint": "https://x"}]}
    ).encode()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "application/x-amz-json-1.1")
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 — the name that the library gives it
        return


@pytest.fixture
def token_giver() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), TokenGiver) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


Logged = Callable[[], str]


@pytest.fixture
def logged() -> Iterator[Logged]:
    """Collect all that is logged by anyone, at DEBUG, as a user's own handler would see it."""
    lines: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    root, handler, before = logging.getLogger(), Collector(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lambda: "\n".join(lines)
    root.removeHandler(handler)
    root.setLevel(before)


def test_botocores_debug_log_has_the_story_and_none_of_the_secrets(
    aws_environment: pytest.MonkeyPatch, token_giver: str, logged: Logged
) -> None:
    aws_environment.setenv("AWS_ENDPOINT_URL", token_giver)

    with closing(AwsClients()) as clients:
        answer = clients.ecr(REGION).get_authorization_token()

    log = logged()
    assert answer["authorizationData"][0].get("authorizationToken") == TOKEN
    assert "Response body" in log
    assert "CanonicalRequest" in log
    assert HIDDEN in log
    assert [secret for secret in (TOKEN, CANARY, SESSION_TOKEN, "Signature=") if secret in log] == []


@pytest.mark.parametrize(
    "text",
    [
        f'{{"authorizationData":[{{"authorizationToken":"{TOKEN}","proxyEndpoint":"x"}}]}}',
        f"{{'authorizationData': [{{'authorizationToken': '{TOKEN}'}}]}}",
        f'"{{\\"authorizationToken\\": \\"{TOKEN}\\"}}"',
        f"b'Authorization': b'Basic {TOKEN}'",
        f"Authorization: Basic {TOKEN}\r\nHost: x",
        f"x-amz-security-token:{TOKEN}\nhost:x",
        f"X-Registry-Auth: {TOKEN}",
        f"<SessionToken>{TOKEN}</SessionToken>",
        f'"secretAccessKey" : "{TOKEN}"',
        f'Could not connect to the endpoint URL: "http://ci:{TOKEN}@127.0.0.1:1/"',
        f"https://ci:p@{TOKEN}@proxy.example/path",
    ],
    ids=[
        "JSON",
        "dict",
        "JSON in JSON",
        "bytes",
        "header",
        "canonical request",
        "docker",
        "XML",
        "credentials",
        "address",
        "address with an at sign",
    ],
)
def test_what_is_behind_the_name_of_a_secret_is_hidden(text: str) -> None:
    assert TOKEN not in redacted(text)


def test_text_without_secrets_is_left_alone() -> None:
    text = 'the authorization of "team/app" is said in its policy, the token in none; https://host:5000/team/app:1@sha256:0'

    assert redacted(text) == text


def test_the_credentials_of_a_boto3_session_are_used_before_those_of_the_environment(
    aws_environment: pytest.MonkeyPatch,
) -> None:
    given = boto3.Session(aws_access_key_id="AKIDGIVEN", aws_secret_access_key="given", region_name="us-east-1")
    with closing(AwsClients(session=given)) as clients:
        client: Any = clients.ecr(REGION)
        assert client._get_credentials().access_key == "AKIDGIVEN"
        assert client.meta.region_name == REGION.name


@pytest.mark.usefixtures("aws_environment")
def test_credentials_of_a_session_that_renew_themselves_go_on_renewing() -> None:
    class Session:
        credentials = Credentials("AKIDGIVEN", "given")

        def get_credentials(self) -> Credentials:
            return self.credentials

    with closing(AwsClients(session=Session())) as clients:
        client: Any = clients.ecr(REGION)
        assert client._get_credentials() is Session.credentials


@pytest.mark.usefixtures("aws_environment")
def test_a_session_without_credentials_is_not_replaced_by_another_identity() -> None:
    class Empty:
        def get_credentials(self) -> None:
            return None

    with pytest.raises(UnavailableError, match="the AWS session that was given has no credentials"):
        AwsClients(session=Empty()).ecr(REGION)


@pytest.fixture
def no_keys(aws_environment: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        aws_environment.delenv(name, raising=False)
    return aws_environment


def test_a_credential_process_whose_session_is_over_is_named(no_keys: pytest.MonkeyPatch, tmp_path: Path) -> None:
    over = {"Version": 1, "AccessKeyId": "A", "SecretAccessKey": CANARY, "Expiration": "2001-01-01T00:00:00Z"}
    (tmp_path / "answer").write_text(json.dumps(over))
    (tmp_path / "config").write_text(f"[default]\ncredential_process = cat {tmp_path}/answer\n")
    no_keys.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    with pytest.raises(UnavailableError, match="renew the session behind the credential_process") as caught:
        AwsClients().caller_account(REGION)
    assert CANARY not in error_text(caught.value, verbose=True)


def test_a_web_identity_file_that_is_not_text_is_named(no_keys: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "token").write_bytes(b"\x7fELF\xff\xfe")
    no_keys.setenv("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/ci")
    no_keys.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(tmp_path / "token"))
    with pytest.raises(UnavailableError, match="not text in UTF-8; check AWS_WEB_IDENTITY_TOKEN_FILE"):
        AwsClients().caller_account(REGION)


@pytest.mark.parametrize(
    "answer",
    [b"[]", b"null", b"{}", b'{"authorizationData":null}', b'{"authorizationData":[]}', b"[" * 100_000,
     b'{"authorizationData":[{"authorizationToken":"QVdTOng=","expiresAt":"never"}]}',
     b'{"authorizationData":[{"authorizationToken":"!!","expiresAt":1e12}]}',
     b'{"authorizationData":[{"authorizationToken":"bm8tY29sb24=","expiresAt":1e12}]}'],
    ids=["list", "null", "empty", "no data", "no token", "deep", "no time", "no base64", "no colon"],
)  # fmt: skip
def test_an_answer_that_is_not_of_aws_is_named(aws_environment: pytest.MonkeyPatch, answer: bytes) -> None:
    with answering(answer) as url:
        aws_environment.setenv("AWS_ENDPOINT_URL", url)
        with closing(AwsClients()) as clients, pytest.raises(UnavailableError):
            issue_token(clients, EcrRegistry(AccountId.parse("111122223333"), REGION))


def test_an_answer_without_the_repository_that_was_asked_for_is_named(aws_environment: pytest.MonkeyPatch) -> None:
    with answering(b'{"repositories":[]}') as url:
        aws_environment.setenv("AWS_ENDPOINT_URL", url)
        registry = EcrRegistry(AccountId.parse("111122223333"), REGION)
        with closing(AwsClients()) as clients, pytest.raises(UnavailableError, match=r"DescribeRepositories .* read"):
            mutability_of(clients, registry, "team/app")


@contextmanager
def answering(content: bytes) -> Iterator[str]:
    """Serve *content* as the answer to everything."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
