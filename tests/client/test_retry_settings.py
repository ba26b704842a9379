"""How often AWS is asked: the user's own settings, which hold for every SDK of AWS, win over ours."""

import time
from contextlib import closing
from pathlib import Path

import pytest

from shared_ecr.client.aws.clients import AwsClients
from shared_ecr.client.aws.faults import asking_aws
from shared_ecr.findings.errors import UnavailableError, UsageError
from shared_ecr.model.names import Region

REGION = Region("eu-west-1")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("AWS_PROFILE", "AWS_MAX_ATTEMPTS", "AWS_RETRY_MODE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")
    return tmp_path


def retries() -> object:
    with closing(AwsClients()) as clients:
        return clients.ecr(REGION).meta.config.retries  # type: ignore[attr-defined]  # not in the stubs


def test_the_variables_of_the_environment_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")
    monkeypatch.setenv("AWS_RETRY_MODE", "adaptive")
    assert retries() == {"mode": "adaptive", "total_max_attempts": 2}


def test_the_profile_decides_where_no_variable_does(home: Path) -> None:
    (home / "config").write_text("[default]\nmax_attempts = 3\nretry_mode = legacy\n")
    assert retries() == {"mode": "legacy", "total_max_attempts": 3}


def test_a_setting_alone_leaves_the_other_as_usual(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    assert retries() == {"mode": "standard", "total_max_attempts": 1}


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("AWS_MAX_ATTEMPTS", "many", "AWS_MAX_ATTEMPTS .* is 'many'; write how often"),
        ("AWS_MAX_ATTEMPTS", "0", "AWS_MAX_ATTEMPTS .* is '0'; write how often"),
        ("AWS_MAX_ATTEMPTS", "-1", "AWS_MAX_ATTEMPTS .* is '-1'; write how often"),
        ("AWS_RETRY_MODE", "fast", "AWS_RETRY_MODE .* is 'fast'; write legacy, standard or adaptive"),
    ],
)
def test_a_value_that_is_no_such_setting_is_named(
    name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UsageError, match=said):
        retries()


def test_one_attempt_at_an_endpoint_that_is_dead_ends_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")
    begin = time.monotonic()
    with closing(AwsClients()) as clients:
        client = clients.ecr(REGION)
        with pytest.raises(UnavailableError, match=r"127\.0\.0\.1:1"), asking_aws("ecr:DescribeRepositories"):
            client.describe_repositories()
    # Nine attempts have pauses that sum up to more than this.
    assert time.monotonic() - begin < 3
