import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from client.token_service import PASSWORD, TokenService, running_token_service
from shared_ecr.cli.credential_helper import main

ROOT = Path(__file__).parents[2]
HOST = "111122223333.dkr.ecr.us-east-1.amazonaws.com"
NOT_FOUND = "credentials not found in native keychain\n"
KEY = "canary-secret-key-f7a1"
EVERY_KIND = [
    HOST,
    "111122223333.dkr.ecr-fips.us-east-1.amazonaws.com",
    "111122223333.dkr-ecr.eu-west-1.on.aws",
    "111122223333.dkr-ecr-fips.us-west-2.on.aws",
    "111122223333.dkr.ecr.cn-north-1.amazonaws.com.cn",
    "111122223333.dkr-ecr.cn-northwest-1.on.amazonwebservices.com.cn",
    "111122223333.dkr.ecr.us-gov-west-1.amazonaws.com",
    "111122223333.dkr.ecr.eusc-de-east-1.amazonaws.eu",
    "111122223333.dkr.ecr.us-iso-east-1.c2s.ic.gov",
    "111122223333.dkr.ecr.us-isob-east-1.sc2s.sgov.gov",
    "111122223333.dkr.ecr.eu-isoe-west-1.cloud.adc-e.uk",
    "111122223333.dkr.ecr.us-isof-south-1.csp.hci.ic.gov",
    "public.ecr.aws",
    "ecr-public.aws.com",
]
NOT_ECRS = [
    "docker.io",
    "https://index.docker.io/v1/",
    "registry.example:5000",
    "127.0.0.1:4566",
    "x.111122223333.dkr.ecr.us-east-1.amazonaws.com",
    "111122223333.dkr.ecr.us-east-1.amazonaws.com.attacker.example",
    "111122223333.dkr.ecr.us-east-1.amazonaws.com:8443",
    "111122223333.dkr.ecr.us-east-1.amazonaws.com@attacker.example",
    "http://111122223333.dkr.ecr.us-east-1.amazonaws.com",
    "111122223333.dkr.ecr.mars-1.amazonaws.com",
    "../../etc/passwd",
    "\xff",
    "<token>",
]


@dataclass(frozen=True)
class Outcome:
    code: int
    stdout: str
    stderr: str

    @property
    def login(self) -> dict[str, str]:
        found: dict[str, str] = json.loads(self.stdout)
        return found


Helper = Callable[..., Outcome]


@pytest.fixture
def service() -> Iterator[TokenService]:
    with running_token_service() as service:
        yield service


@pytest.fixture
def environ(tmp_path: Path, service: TokenService) -> dict[str, str]:
    """Everything such a process has, and nothing of the user who runs the tests."""
    return {
        "HOME": str(tmp_path),
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "AWS_ACCESS_KEY_ID": "AKIAEXAMPLEEXAMPLE01",
        "AWS_SECRET_ACCESS_KEY": KEY,
        "AWS_ENDPOINT_URL": service.url,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
    }


@pytest.fixture
def helper(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Helper:
    for name in [name for name in os.environ if name.startswith(("AWS_", "XDG_", "SHARED_ECR"))]:
        monkeypatch.delenv(name)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)

    def helper(*arguments: str, stdin: str = "") -> Outcome:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin.encode("latin-1"))))
        capsys.readouterr()
        code = main(list(arguments), os.environ)
        shown = capsys.readouterr()
        return Outcome(code, shown.out, shown.err)

    return helper


@pytest.mark.parametrize("host", EVERY_KIND)
def test_every_host_of_ecr_gets_a_token_and_then_the_same(helper: Helper, service: TokenService, host: str) -> None:
    outcomes = [helper("get", stdin=f"{host}\n") for _ in range(2)]

    assert [outcome.code for outcome in outcomes] == [0, 0]
    expected = {"ServerURL": host, "Username": "AWS", "Secret": f"{PASSWORD}-1"}
    assert [outcome.login for outcome in outcomes] == [expected, expected]
    assert len(service.targets) == 1


@pytest.mark.parametrize("server", [f"https://{HOST}", f"https://{HOST}/", f"{HOST}/v2/", f"  {HOST}\r\n"])
def test_an_address_is_read_as_people_write_it_and_repeated_as_it_was(helper: Helper, server: str) -> None:
    for _ in range(2):
        assert helper("get", stdin=server).login["ServerURL"] == server.strip()


@pytest.mark.parametrize("server", NOT_ECRS)
@pytest.mark.parametrize("verb", ["get", "erase"])
def test_a_host_that_is_not_ecrs_is_unknown_in_dockers_own_words(
    helper: Helper, service: TokenService, verb: str, server: str
) -> None:
    assert helper(verb, stdin=server) == Outcome(1, NOT_FOUND, "")
    assert service.targets == []


def test_every_spelling_of_a_host_has_one_token(helper: Helper, service: TokenService) -> None:
    helper("get", stdin=HOST)
    helper("get", stdin=f"https://{HOST}")

    assert len(service.targets) == 1


def test_the_cached_hosts_are_listed(helper: Helper) -> None:
    assert helper("list") == Outcome(0, "{}\n", "")
    helper("get", stdin=f"https://{HOST}")

    assert helper("list") == Outcome(0, f'{{"{HOST}": "AWS"}}\n', "")


def test_an_erased_token_is_fetched_anew(helper: Helper, service: TokenService) -> None:
    helper("get", stdin=HOST)

    assert helper("erase", stdin=f"https://{HOST}\n") == Outcome(0, "", "")
    assert helper("get", stdin=HOST).login["Secret"] == f"{PASSWORD}-2"


def test_to_erase_what_is_not_there_is_no_failure(helper: Helper) -> None:
    assert helper("erase", stdin=HOST) == Outcome(0, "", "")


def login(server: object, username: object = "AWS") -> str:
    return json.dumps({"ServerURL": server, "Username": username, "Secret": "canary-stored-11"})


@pytest.mark.parametrize("server", [HOST, f"https://{HOST}", "public.ecr.aws"])
def test_a_stray_login_is_taken_and_kept_nowhere(helper: Helper, tmp_path: Path, server: str) -> None:
    assert helper("store", stdin=login(server)) == Outcome(0, "", "")
    assert list(tmp_path.rglob("*.token")) == []


def test_a_login_to_another_registry_is_refused_with_what_to_do(helper: Helper) -> None:
    outcome = helper("store", stdin=login("registry.example"))

    assert outcome.code == 2
    assert "'registry.example' is not an ECR registry" in outcome.stdout
    assert "credsStore" in outcome.stdout


@pytest.mark.parametrize(
    ("verb", "stdin", "said"),
    [
        ("get", "", "no credentials server URL\n"),
        ("erase", " \n", "no credentials server URL\n"),
        ("store", login(""), "no credentials server URL\n"),
        ("store", login(None), "no credentials server URL\n"),
        ("store", login(HOST, ""), "no credentials username\n"),
    ],
)
def test_a_request_without_its_parts_is_reported_in_dockers_own_words(
    helper: Helper, verb: str, stdin: str, said: str
) -> None:
    assert helper(verb, stdin=stdin) == Outcome(1, said, "")


@pytest.mark.parametrize(
    "stdin", ["", "canary-stored-11", "[]", '{"ServerURL": "canary-stored-11', "[" * 60_000, "x" * 70_000]
)
def test_what_is_no_login_is_refused_and_not_quoted(helper: Helper, stdin: str) -> None:
    outcome = helper("store", stdin=stdin)

    assert outcome.code == 2
    assert outcome.stdout.count("\n") == 1
    assert "canary" not in outcome.stdout + outcome.stderr


@pytest.mark.parametrize("arguments", [(), ("got",), ("get", "extra"), ("--get",)])
def test_any_other_call_is_reported_how_to_call(helper: Helper, arguments: tuple[str, ...]) -> None:
    outcome = helper(*arguments)

    assert outcome.code == 2
    assert "usage: docker-credential-shared-ecr get|store|erase|list|--version" in outcome.stdout


@pytest.mark.parametrize("option", ["--version", "version", "-v"])
def test_the_version_is_reported(helper: Helper, option: str) -> None:
    outcome = helper(option)

    assert outcome.code == 0
    assert outcome.stdout.startswith("docker-credential-shared-ecr (shared-ecr) ")


@pytest.mark.parametrize(
    ("refusal", "code", "said"),
    [
        ("AccessDeniedException", 4, "AWS does not allow ecr:GetAuthorizationToken in us-east-1: it is not allowed"),
        ("ExpiredTokenException", 3, "the AWS keys in AWS_ACCESS_KEY_ID and AWS_SESSION_TOKEN have expired"),
        ("UnrecognizedClientException", 3, "AWS does not know the access key"),
    ],
)
def test_a_failure_is_one_line_with_its_reason_where_every_caller_looks(
    helper: Helper, service: TokenService, refusal: str, code: int, said: str
) -> None:
    service.refusal = refusal

    outcome = helper("get", stdin=HOST)

    assert (outcome.code, outcome.stdout, outcome.stdout.count("\n")) == (code, outcome.stderr, 1)
    assert said in outcome.stdout


def test_without_aws_credentials_the_reason_is_reported(helper: Helper, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")

    outcome = helper("get", stdin=HOST)

    assert outcome.code == 3
    assert "there are no AWS credentials" in outcome.stdout


def test_a_profile_that_asks_for_an_mfa_code_is_one_line(
    helper: Helper, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    role = "role_arn = arn:aws:iam::111122223333:role/ci\nmfa_serial = arn:aws:iam::111122223333:mfa/me\n"
    (tmp_path / "aws").write_text(f"[profile mfa]\n{role}source_profile = base\n")
    (tmp_path / "keys").write_text("[base]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = x\n")
    for name, value in (("AWS_CONFIG_FILE", "aws"), ("AWS_SHARED_CREDENTIALS_FILE", "keys")):
        monkeypatch.setenv(name, str(tmp_path / value))
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("AWS_PROFILE", "mfa")
    monkeypatch.setattr("shared_ecr.client.aws.faults.TERMINAL", str(tmp_path / "no-terminal"))

    outcome = helper("get", stdin=HOST)

    assert (outcome.code, outcome.stdout, outcome.stdout.count("\n")) == (3, outcome.stderr, 1)
    assert "asks for an MFA code, and there is no terminal" in outcome.stdout


def test_without_aws_credentials_ecr_public_is_pulled_from_as_by_everyone(
    helper: Helper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")

    assert helper("get", stdin="public.ecr.aws") == Outcome(1, NOT_FOUND, "")


def test_while_aws_fails_the_token_before_is_used_and_the_terminal_hears_of_it(
    helper: Helper, service: TokenService, tmp_path: Path
) -> None:
    service.lifetime = 3600.0
    helper("get", stdin=HOST)
    (path,) = tmp_path.rglob("*.token")
    lines = path.read_text().splitlines()
    # Forty of its sixty minutes have passed.
    lines[4], lines[6] = str(float(lines[4]) - 2400), str(float(lines[6]) - 2400)
    path.write_text("\n".join([*lines, ""]))
    service.refusal = "AccessDeniedException"

    outcome = helper("get", stdin=HOST)

    assert (outcome.code, outcome.login["Secret"]) == (0, f"{PASSWORD}-1")
    assert outcome.stderr.startswith("docker-credential-shared-ecr: warning: AWS does not allow")
    assert len(service.targets) == 2


def test_without_a_cache_aws_is_asked_each_time(
    helper: Helper, service: TokenService, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SHARED_ECR_DISABLE_CACHE", "1")

    secrets = [helper("get", stdin=HOST).login["Secret"] for _ in range(2)]

    assert secrets == [f"{PASSWORD}-1", f"{PASSWORD}-2"]
    assert not (tmp_path / ".cache").exists()


PROGRAM = [sys.executable, "-c", "from shared_ecr.cli.credential_helper import run; run()"]
MODULES = """
import os, sys
before = set(sys.modules)
from shared_ecr.cli.credential_helper import main
code = main(["get"], os.environ)
print(*sorted(set(sys.modules) - before), file=sys.stderr)
sys.exit(code)
"""


def test_an_answer_from_the_cache_imports_next_to_nothing(environ: dict[str, str]) -> None:
    subprocess.run([*PROGRAM, "get"], input=HOST, env=environ, text=True, capture_output=True, check=True)

    done = subprocess.run([sys.executable, "-c", MODULES], input=HOST, env=environ, text=True, capture_output=True)

    assert json.loads(done.stdout)["Secret"] == f"{PASSWORD}-1"
    assert set(done.stderr.split()) <= {
        "shared_ecr",
        "shared_ecr.cli",
        "shared_ecr.cli.credential_helper",
        "shared_ecr.client",
        "shared_ecr.client.credentials",
        "shared_ecr.client.credentials.file_ownership",
        "shared_ecr.client.credentials.identity",
        "shared_ecr.client.credentials.token_cache",
        "_blake2",
    }


@pytest.mark.parametrize("verb", ["get", "store", "erase", "list", "nonsense"])
def test_a_closed_standard_input_is_no_traceback(environ: dict[str, str], verb: str) -> None:
    command = ["sh", "-c", 'exec "$@" <&-', "sh", *PROGRAM, verb]

    done = subprocess.run(command, env=environ, text=True, capture_output=True)

    assert "Traceback" not in done.stderr
    assert done.returncode == (0 if verb == "list" else 1 if verb in {"get", "erase"} else 2)


def test_a_caller_that_goes_away_is_no_traceback(environ: dict[str, str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)

    done = subprocess.run(
        [*PROGRAM, "--version"],
        stdin=subprocess.DEVNULL,
        stdout=writing,
        stderr=subprocess.PIPE,
        env=environ,
        text=True,
    )
    os.close(writing)

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="/proc shows what others see of a process")
def test_no_secret_is_seen_by_anyone_but_the_caller(
    environ: dict[str, str], service: TokenService, tmp_path: Path
) -> None:
    environ |= {"AWS_SESSION_TOKEN": "canary-session-5d"}
    service.gate = threading.Event()
    with subprocess.Popen(
        [*PROGRAM, "get"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environ, text=True
    ) as process:
        assert process.stdin
        process.stdin.write(HOST)
        process.stdin.close()
        assert service.arrived.wait(timeout=30)
        seen = Path(f"/proc/{process.pid}/cmdline").read_bytes().decode()
        service.gate.set()
        process.stdin = None
        stdout, stderr = process.communicate(timeout=30)

    assert json.loads(stdout)["Secret"] == f"{PASSWORD}-1"
    assert "credential_helper" in seen
    assert "canary" not in seen + stderr
    holding = [path for path in tmp_path.rglob("*") if path.is_file() and b"canary" in path.read_bytes()]
    assert [path.suffix for path in holding] == [".token"]
    assert [path.stat().st_mode & 0o777 for path in holding] == [0o600]
    assert KEY not in holding[0].read_text()
    assert "canary-session-5d" not in holding[0].read_text()
