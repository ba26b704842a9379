"""`shared-ecr who` against the embedded AWS, whose event history has pulls and pushes of engines and of the API."""

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.registry_caller import SESSION, RegistryCaller, client
from shared_ecr.cli.main import main
from shared_ecr.client.aws import event_history
from shared_ecr.findings.errors import ExitCode
from shared_ecr.local import LocalAws, environment_under

_NUMBERS = itertools.count()


@pytest.fixture
def repository(
    aws: LocalAws, registry: RegistryCaller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """A repository with one image, which was pushed and then pulled."""
    for name, value in environment_under(aws, {}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(event_history, "SECONDS_BETWEEN_LOOKUPS", 0.0)
    name = f"who/app-{next(_NUMBERS)}"
    with client(aws, "ecr") as ecr:
        ecr.create_repository(repositoryName=name)
        registry.push_image(name, "v1")
        assert registry.ask("GET", f"{name}/manifests/v1").status == 200
        yield name
        ecr.delete_repository(repositoryName=name, force=True)


def asked(capsys: pytest.CaptureFixture[str], *words: str, code: ExitCode = ExitCode.DONE) -> dict[str, Any]:
    assert main(["who", *words, "--format", "json"]) == code
    (row,) = json.loads(capsys.readouterr().out)["images"]
    found: dict[str, Any] = row
    return found


def test_the_principals_of_pulls_and_pushes_are_named(
    aws: LocalAws, repository: str, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = asked(capsys, repository)["principals"]
    root = f"arn:aws:iam::{aws.account}:root"
    assert [(row["action"], row["principal"], row["times"]) for row in rows] == [("pull", root, 1), ("push", root, 1)]


def test_the_times_are_those_that_ecr_recorded(repository: str, capsys: pytest.CaptureFixture[str]) -> None:
    (image,) = asked(capsys, repository)["images"]
    assert image["tags"] == ["v1"]
    assert image["pulled_at"] >= image["pushed_at"]


def test_the_sessions_of_a_role_are_one_principal(
    aws: LocalAws, repository: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with client(aws, "iam") as iam, client(aws, "sts") as sts:
        trust = {"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}
        name = repository.replace("/", "-")
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        for session in ("one", "two"):
            keys = sts.assume_role(RoleArn=arn, RoleSessionName=session)["Credentials"]
            pull_as(aws, keys, repository)
    rows = asked(capsys, repository)["principals"]
    assert [(row["action"], row["times"]) for row in rows if row["principal"] == arn] == [("pull", 2)]


def pull_as(aws: LocalAws, keys: dict[str, str], repository: str) -> None:
    ecr = SESSION.client(
        "ecr", endpoint_url=aws.url, region_name="us-east-1", aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"], aws_session_token=keys["SessionToken"],
    )  # fmt: skip
    token = ecr.get_authorization_token()["authorizationData"][0]["authorizationToken"]
    ecr.close()
    with RegistryCaller.logged_in(aws, token=token) as caller:
        assert caller.ask("GET", f"{repository}/manifests/v1").status == 200


def test_another_tag_of_the_repository_is_not_counted(
    registry: RegistryCaller, repository: str, capsys: pytest.CaptureFixture[str]
) -> None:
    registry.push_image(repository, "v2", b"other")
    rows = asked(capsys, f"{repository}:v2")["principals"]
    assert [(row["action"], row["images"][0]) for row in rows] == [("push", "v2")]


def test_a_refused_pull_is_counted_as_refused(
    registry: RegistryCaller, repository: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert registry.ask("GET", f"{repository}/manifests/absent").status == 404
    (pulls, _) = asked(capsys, repository)["principals"]
    assert (pulls["times"], pulls["failed"]) == (2, 1)


def test_events_are_read_over_pages(
    registry: RegistryCaller, repository: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(60):
        registry.ask("GET", f"{repository}/manifests/v1")
    (pulls, _) = asked(capsys, repository)["principals"]
    assert pulls["times"] == 61


def test_events_that_were_not_read_are_reported(
    registry: RegistryCaller, repository: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(60):
        registry.ask("GET", f"{repository}/manifests/v1")
    unknown = asked(capsys, repository, "--max-events", "50")["unknown"]
    assert any("more events of BatchGetImage than were read" in sentence for sentence in unknown)


def test_what_cannot_be_known_is_printed(repository: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["who", repository]) == ExitCode.DONE
    out = capsys.readouterr().out
    assert "once in 24 hours" in out
    assert "90 days" in out


def test_without_events_no_principal_is_known(repository: str, capsys: pytest.CaptureFixture[str]) -> None:
    found = asked(capsys, repository, "--no-events")
    assert found["principals"] == []
    assert any("CloudTrail was not asked" in sentence for sentence in found["unknown"])


def test_a_registry_of_another_account_has_no_events_here(
    aws: LocalAws, repository: str, capsys: pytest.CaptureFixture[str]
) -> None:
    # The embedded AWS looks up repositories in the caller's account whatever the registry id is.
    found = asked(capsys, f"222222222222.dkr.ecr.us-east-1.amazonaws.com/{repository}")
    assert found["principals"] == []
    assert any("belongs to another one" in sentence for sentence in found["unknown"])


def test_a_missing_repository_is_refused(repository: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["who", "who/absent"]) == ExitCode.REFUSED
    assert "has no repository who/absent" in capsys.readouterr().err


def test_a_missing_image_is_refused(repository: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["who", f"{repository}:absent"]) == ExitCode.REFUSED
    assert f"has no image {repository}:absent" in capsys.readouterr().err


def test_a_host_that_is_not_ecr_is_refused(repository: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["who", "ghcr.io/team/app"]) == ExitCode.INVALID
    assert "not in a private registry of ECR" in capsys.readouterr().err


@pytest.mark.parametrize("image", ["", "TEAM/app", "team/app:", "team/app@sha256:1", "public.ecr.aws/x/y:v1"])
def test_what_names_no_image_is_refused_before_anything_is_asked(
    image: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    assert main(["who", image]) == ExitCode.INVALID
    assert "Region" not in capsys.readouterr().err
