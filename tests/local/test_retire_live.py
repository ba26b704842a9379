"""`shared-ecr retire` against the embedded AWS: what it asks, and what speaks against a removal."""

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from local.registry_caller import RegistryCaller, client, token_of
from shared_ecr.cli.main import main
from shared_ecr.findings.errors import ExitCode
from shared_ecr.local import LocalAws, environment_under

_NUMBERS = itertools.count()
# Long after every push and pull of a test.
LATER = ("--now", "2031-01-01T00:00:00+00:00")


@dataclass
class Registry:
    """The registry of one account with one repository and one image."""

    name: str
    account: str
    ecr: Any
    caller: RegistryCaller

    def rule(self) -> None:
        rule = {"destinations": [{"registryId": self.account, "region": "eu-west-1"}]}
        self.ecr.put_replication_configuration(replicationConfiguration={"rules": [rule]})


@pytest.fixture
def held(aws: LocalAws, account: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    for key, value in environment_under(aws, {}).items():
        monkeypatch.setenv(key, value)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", account)
    monkeypatch.chdir(tmp_path)
    name = f"retire/app-{next(_NUMBERS)}"
    with (
        client(aws, "ecr", account=account) as ecr,
        RegistryCaller.logged_in(aws, token=token_of(aws, account=account)) as caller,
    ):
        ecr.create_repository(repositoryName=name)
        caller.push_image(name, "v1")
        yield Registry(name, account, ecr, caller)


def codes(held: Registry, capsys: pytest.CaptureFixture[str], *words: str, code: ExitCode) -> list[str]:
    assert main(["retire", held.name, "--region", "us-east-1", *words, "--format", "json"]) == code
    (row,) = json.loads(capsys.readouterr().out)["repositories"]
    return [each["code"] for each in row["findings"]]


def test_a_push_of_today_blocks(held: Registry, capsys: pytest.CaptureFixture[str]) -> None:
    assert codes(held, capsys, code=ExitCode.FINDINGS) == ["retire-pushed"]


def test_a_pull_of_today_blocks(held: Registry, capsys: pytest.CaptureFixture[str]) -> None:
    held.caller.ask("GET", f"{held.name}/manifests/v1")
    assert codes(held, capsys, code=ExitCode.FINDINGS) == ["retire-pulled", "retire-pushed"]


def test_an_image_of_a_function_blocks(
    aws: LocalAws, held: Registry, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    host = f"{held.account}.dkr.ecr.us-east-1.amazonaws.com"
    (tmp_path / "uses.txt").write_text(f"{host}/{held.name}:v1\n", encoding="utf-8")
    found = codes(held, capsys, *LATER, "--in-use", "uses.txt", code=ExitCode.FINDINGS)
    assert found == ["retire-in-use"]


def test_replicas_are_named_and_do_not_block(held: Registry, capsys: pytest.CaptureFixture[str]) -> None:
    held.rule()
    assert codes(held, capsys, *LATER, code=ExitCode.DONE) == ["retire-replicas"]


def test_a_quiet_repository_may_be_removed(held: Registry, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["retire", held.name, "--region", "us-east-1", *LATER]) == ExitCode.DONE
    assert "no reason to keep it was found" in capsys.readouterr().out


def test_nothing_is_deleted(held: Registry) -> None:
    main(["retire", held.name, "--region", "us-east-1", *LATER])
    assert len(held.ecr.describe_images(repositoryName=held.name)["imageDetails"]) == 1


def test_services_that_were_not_asked_are_named(held: Registry, capsys: pytest.CaptureFixture[str]) -> None:
    main(["retire", held.name, "--region", "us-east-1", *LATER, "--running", "lambda"])
    assert "not asked: what ecs run; add --running ecs" in capsys.readouterr().err
