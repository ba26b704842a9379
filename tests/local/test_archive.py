"""`shared-ecr restore` against the embedded AWS, whose archive answers as ECR's service model says."""

import itertools
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.registry_caller import RegistryCaller, client, digest_of, image_manifest
from shared_ecr.cli.main import main
from shared_ecr.client import archive
from shared_ecr.findings.errors import ExitCode, RefusedError
from shared_ecr.local import LocalAws, environment_under

_NUMBERS = itertools.count()
Ecr = Any


@pytest.fixture
def ecr(aws: LocalAws) -> Iterator[Ecr]:
    with client(aws, "ecr") as made:
        yield made


@pytest.fixture
def repository(
    aws: LocalAws, ecr: Ecr, registry: RegistryCaller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """A repository with two images, of which v1 is archived."""
    for name, value in environment_under(aws, {}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(archive, "SECONDS_BETWEEN_LOOKS", 0.0)
    name = f"archive/app-{next(_NUMBERS)}"
    ecr.create_repository(repositoryName=name)
    for tag in ("v1", "v2"):
        registry.push_image(name, tag, tag.encode())
    move(ecr, name, "v1", "ARCHIVE")
    yield name
    ecr.delete_repository(repositoryName=name, force=True)


def move(ecr: Ecr, name: str, tag: str, target: str) -> str:
    answer = ecr.update_image_storage_class(repositoryName=name, imageId={"imageTag": tag}, targetStorageClass=target)
    return str(answer["imageStatus"])


def status(ecr: Ecr, name: str, tag: str = "v1") -> str:
    details = ecr.describe_images(repositoryName=name, imageIds=[{"imageTag": tag}], filter={"imageStatus": "ANY"})[
        "imageDetails"
    ]
    return str(details[0]["imageStatus"])


def refusal(call: Any, **request: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**request)
    return str(refused.value.response["Error"]["Code"])


def test_an_archived_image_cannot_be_pulled(repository: str, registry: RegistryCaller) -> None:
    assert registry.ask("GET", f"{repository}/manifests/v1").status == 404


def test_an_archived_image_is_listed_with_its_status_only_where_asked_for(ecr: Ecr, repository: str) -> None:
    active = ecr.describe_images(repositoryName=repository)["imageDetails"]
    archived = ecr.describe_images(repositoryName=repository, filter={"imageStatus": "ARCHIVED"})["imageDetails"]
    assert [[image["imageTags"] for image in images] for images in (active, archived)] == [[["v2"]], [["v1"]]]


def test_an_archived_image_is_a_failure_of_batch_get_image(ecr: Ecr, repository: str) -> None:
    answer = ecr.batch_get_image(repositoryName=repository, imageIds=[{"imageTag": "v1"}, {"imageTag": "v2"}])
    assert (len(answer["images"]), len(answer["failures"])) == (1, 1)


def test_a_signature_is_archived_with_its_subject(ecr: Ecr, repository: str, registry: RegistryCaller) -> None:
    subject = registry.ask("GET", f"{repository}/manifests/v2").headers["Docker-Content-Digest"]
    config = registry.push_blob(repository, b"{}")
    signature = json.dumps(
        json.loads(image_manifest(config)) | {"subject": {"mediaType": "x", "digest": subject, "size": 1}}
    ).encode()
    registry.put_manifest(repository, digest_of(signature), signature)
    move(ecr, repository, "v2", "ARCHIVE")
    assert registry.ask("GET", f"{repository}/manifests/{digest_of(signature)}").status == 404


def test_pushing_an_archived_image_restores_it_at_once(ecr: Ecr, repository: str, registry: RegistryCaller) -> None:
    registry.push_image(repository, "v1", b"v1")
    assert status(ecr, repository) == "ACTIVE"


@pytest.mark.parametrize(("tag", "target"), [("v1", "ARCHIVE"), ("v2", "STANDARD")], ids=["archived", "active"])
def test_a_move_to_where_the_image_is_is_refused(ecr: Ecr, repository: str, tag: str, target: str) -> None:
    request = {"repositoryName": repository, "imageId": {"imageTag": tag}, "targetStorageClass": target}
    assert refusal(ecr.update_image_storage_class, **request) == "ImageStorageClassUpdateNotSupportedException"


def test_an_image_that_does_not_exist_cannot_be_moved(ecr: Ecr, repository: str) -> None:
    request = {"repositoryName": repository, "imageId": {"imageTag": "v9"}, "targetStorageClass": "STANDARD"}
    assert refusal(ecr.update_image_storage_class, **request) == "ImageNotFoundException"


def test_an_image_is_restored_and_its_status_printed(repository: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["restore", f"{repository}:v1", "--yes"]) == ExitCode.DONE
    assert capsys.readouterr().out.startswith("ACTIVATING")


def test_a_wait_ends_when_the_image_can_be_pulled(
    repository: str, registry: RegistryCaller, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["restore", f"{repository}:v1", "--yes", "--wait", "1m", "--format", "json"]) == ExitCode.DONE
    (image,) = json.loads(capsys.readouterr().out)["images"]
    assert image["status"] == "ACTIVE"
    assert registry.ask("GET", f"{repository}/manifests/v1").status == 200


def test_a_dry_run_restores_nothing(ecr: Ecr, repository: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["restore", repository, "--all", "--dry-run"]) == ExitCode.DONE
    assert capsys.readouterr().out.startswith(f"would restore {repository}@sha256:")
    assert status(ecr, repository) == "ARCHIVED"


def test_all_restores_the_archived_images_alone(repository: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["restore", repository, "--all", "--yes", "--format", "json"]) == ExitCode.DONE
    assert [image["tags"] for image in json.loads(capsys.readouterr().out)["images"]] == [["v1"]]


def test_a_repository_without_all_is_refused(ecr: Ecr, repository: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["restore", repository, "--yes"]) == ExitCode.INVALID
    assert "add --all" in capsys.readouterr().err
    assert status(ecr, repository) == "ARCHIVED"


def test_without_a_terminal_and_without_yes_nothing_is_restored(
    ecr: Ecr, repository: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["restore", f"{repository}:v1"]) == ExitCode.INVALID
    assert "nothing was restored" in capsys.readouterr().err
    assert status(ecr, repository) == "ARCHIVED"


def test_an_active_image_is_shown_and_left_as_it_is(repository: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["restore", f"{repository}:v2"]) == ExitCode.DONE
    assert capsys.readouterr().out.startswith("ACTIVE")


@pytest.mark.parametrize("text", ["30", "0m", "1d", "-5m", "m"])
def test_a_time_without_a_unit_is_refused(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["restore", "team/app:v1", f"--wait={text}"])
    assert ended.value.code == ExitCode.INVALID
    assert "such as 90s, 45m or 2h" in capsys.readouterr().err


def test_a_pull_of_an_archived_image_says_how_it_comes_back(
    aws: LocalAws, repository: str, capsys: pytest.CaptureFixture[str]
) -> None:
    host = f"{aws.account}.dkr.ecr.us-east-1.amazonaws.com"
    assert main(["pull", f"{host}/{repository}:v1", "layout"]) == ExitCode.REFUSED
    assert "'shared-ecr restore' brings one back" in capsys.readouterr().err


@pytest.mark.parametrize("end", [RefusedError("the limit of restores is reached"), KeyboardInterrupt()], ids=repr)
def test_what_is_restored_before_an_error_is_printed(
    ecr: Ecr, repository: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], end: BaseException
) -> None:
    move(ecr, repository, "v2", "ARCHIVE")
    whole, asked = archive.restore, itertools.count()

    def limited(*arguments: Any) -> Any:
        if next(asked):
            raise end
        return whole(*arguments)

    monkeypatch.setattr(archive, "restore", limited)
    code = ExitCode.REFUSED if isinstance(end, RefusedError) else ExitCode.INTERRUPTED
    assert main(["restore", repository, "--all", "--region", "us-east-1", "--yes"]) == code
    assert len(capsys.readouterr().out.splitlines()) == 1


def test_what_is_restored_before_a_sigterm_is_printed(
    ecr: Ecr, repository: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    move(ecr, repository, "v2", "ARCHIVE")
    whole, asked = archive.restore, itertools.count()

    def ended(*arguments: Any) -> Any:
        if next(asked):
            # As the handler of SIGTERM does.
            sys.exit(143)
        return whole(*arguments)

    monkeypatch.setattr(archive, "restore", ended)
    with pytest.raises(SystemExit):
        main(["restore", repository, "--all", "--region", "us-east-1", "--yes"])
    assert len(capsys.readouterr().out.splitlines()) == 1
