import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from inventory_files import Files, newest
from local.registry_caller import RegistryCaller, client, digest_of, image_manifest, index
from shared_ecr.cli.main import main
from shared_ecr.client.aws import previews
from shared_ecr.client.aws.previews import Previewed
from shared_ecr.fate.verdicts import Fate
from shared_ecr.findings.errors import ExitCode
from shared_ecr.local import LocalAws, environment_under


@pytest.fixture
def files(aws: LocalAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Files:
    """A folder without a declaration, in an environment where AWS is the embedded one."""
    for name, value in environment_under(aws, {}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(previews, "SECONDS_BETWEEN_LOOKS", 0.0)
    return Files(tmp_path)


@pytest.fixture
def repository(aws: LocalAws, registry: RegistryCaller, request: pytest.FixtureRequest) -> Iterator[str]:
    """A repository with three images, an index of one more, and a signature of the first."""
    name = f"fate/{re.sub('[^a-z]+', '-', request.node.name).strip('-')}"
    with client(aws, "ecr") as ecr:
        ecr.create_repository(repositoryName=name)
        for number in range(3):
            registry.push_image(name, f"v{number}", str(number).encode())
        config = registry.push_blob(name, b"{}")
        child = image_manifest(config)
        registry.put_manifest(name, digest_of(child), child)
        registry.put_manifest(name, "list", index(child))
        subject = registry.ask("GET", f"{name}/manifests/v0").headers["Docker-Content-Digest"]
        signature = json.loads(image_manifest(config)) | {
            "subject": {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": subject, "size": 1}
        }
        signed = json.dumps(signature).encode()
        registry.put_manifest(name, digest_of(signed), signed)
        yield name
        ecr.delete_repository(repositoryName=name, force=True)


def saved(files: Files, *names: str) -> dict[str, Any]:
    assert main(["images", *names, "--save", "images.json"]) == ExitCode.DONE
    document: dict[str, Any] = json.loads((files.folder / "images.json").read_text(encoding="utf-8"))
    return document


def test_the_sizes_of_an_inventory_can_be_json(
    files: Files, repository: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["images", repository, "--format", "json"]) == ExitCode.DONE
    (row,) = json.loads(capsys.readouterr().out)["repositories"]
    assert (row["name"], row["region"], row["images"]) == (repository, "us-east-1", 6)
    assert row["bytes"] > 0


def test_an_inventory_holds_every_image_with_what_lists_and_refers(files: Files, repository: str) -> None:
    (held,) = saved(files, repository)["repositories"]
    images = held["imageDetails"]
    by_tag = {tag: image for image in images for tag in image["imageTags"]}
    assert len(images) == 6
    assert len(by_tag["list"]["childDigests"]) == 1
    assert [each["subjectManifestDigest"] for each in images if "subjectManifestDigest" in each] == [
        by_tag["v0"]["imageDigest"]
    ]
    assert "lastRecordedPullTime" in by_tag["v0"]


def test_without_names_every_repository_is_taken(files: Files, repository: str) -> None:
    assert repository in {each["repositoryName"] for each in saved(files)["repositories"]}


def test_a_saved_inventory_is_judged(files: Files, repository: str, capsys: pytest.CaptureFixture[str]) -> None:
    saved(files, repository)
    capsys.readouterr()
    policy = files.policy(newest(1, 1, "v*"))
    later = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
    main(["fate", "--images", "images.json", "--policy", policy, "--now", later, "--format", "json"])
    document = json.loads(capsys.readouterr().out)
    assert document["repositories"][0]["summary"]["fates"]["expire"] == 2
    assert document["warnings"] == []


def test_an_unknown_repository_is_refused(files: Files, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["images", "fate/unknown"]) == ExitCode.REFUSED
    assert "has no repository fate/unknown" in capsys.readouterr().err


def test_our_verdicts_are_compared_with_the_preview(
    files: Files, repository: str, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = files.policy(newest(1, 1, "v*"), newest(2, 2))
    assert main(["fate", repository, "--verify", "--policy", policy]) == ExitCode.DONE
    assert capsys.readouterr().out == f"{repository} (us-east-1): 6 images, AWS agrees on each\n"


def test_where_aws_says_otherwise_the_image_is_named(
    files: Files, repository: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = previews.preview

    def otherwise(*arguments: Any) -> dict[str, Previewed]:
        said = asked(*arguments)
        return {digest: Previewed(Fate.ARCHIVE, 9) for digest in said}

    monkeypatch.setattr("shared_ecr.cli.verification.preview", otherwise)
    policy = files.policy(newest(1, 2, "v*"))
    assert main(["fate", repository, "--verify", "--policy", policy]) == ExitCode.FINDINGS
    assert ": AWS says archive by rule 9, we say expire by rule 1" in capsys.readouterr().out


def test_the_policy_that_the_registry_has_is_the_previous_side(
    aws: LocalAws, files: Files, repository: str, capsys: pytest.CaptureFixture[str]
) -> None:
    saved(files, repository)
    live = Path(files.policy(newest(1, 1, "v*"), name="deployed.json")).read_text(encoding="utf-8")
    with client(aws, "ecr") as ecr:
        ecr.put_lifecycle_policy(repositoryName=repository, lifecyclePolicyText=live)
    policy = files.policy(newest(1, 1, "v*"))
    capsys.readouterr()
    main(["fate", "--images", "images.json", "--policy", policy, "--live", "--region", "us-east-1", "--format", "json"])
    document = json.loads(capsys.readouterr().out)
    assert document["against"].startswith(f"the registry of {aws.account} in us-east-1")
    assert document["repositories"][0]["changes"] == []


def test_a_repository_that_was_pushed_and_pulled_lately_is_kept(
    files: Files, repository: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["retire", repository, "--region", "us-east-1", "--format", "json"]) == ExitCode.FINDINGS
    (row,) = json.loads(capsys.readouterr().out)["repositories"]
    assert {"retire-pulled", "retire-pushed"} <= {each["code"] for each in row["findings"]}


def test_a_preview_that_another_client_started_is_reported(
    aws: LocalAws, files: Files, repository: str, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = files.policy(newest(1, 1, "v*"))
    with client(aws, "ecr") as ecr:
        ecr.start_lifecycle_policy_preview(
            repositoryName=repository, lifecyclePolicyText=Path(policy).read_text(encoding="utf-8")
        )
    assert main(["fate", repository, "--verify", "--policy", policy]) == ExitCode.REFUSED
    assert "another preview" in capsys.readouterr().err


def test_a_result_of_several_pages_is_compared_whole(
    files: Files, repository: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previews, "PAGE", 1)
    policy = files.policy(newest(1, 1, "v*"))
    assert main(["fate", repository, "--verify", "--policy", policy]) == ExitCode.DONE


def test_what_ecs_and_lambda_run_is_asked_and_saved(
    aws: LocalAws, files: Files, repository: str, capsys: pytest.CaptureFixture[str]
) -> None:
    uri = f"{aws.account}.dkr.ecr.us-east-1.amazonaws.com/{repository}"
    with client(aws, "ecs") as ecs, client(aws, "lambda") as functions:
        ecs.create_cluster(clusterName="fate")
        containers = [{"name": "app", "image": f"{uri}:v0", "memory": 128}]
        ecs.register_task_definition(family="fate", containerDefinitions=containers)
        ecs.create_service(cluster="fate", serviceName="api", taskDefinition="fate", desiredCount=0)
        role = f"arn:aws:iam::{aws.account}:role/fate"
        code = {"ImageUri": f"{uri}:v1"}
        functions.create_function(FunctionName="fate", Role=role, PackageType="Image", Code=code)
    assert main(["images", repository, "--in-use", "ecs", "--in-use", "lambda", "--save", "images.json"]) == 0
    in_use = json.loads((files.folder / "images.json").read_text(encoding="utf-8"))["inUse"]
    assert {each["by"] for each in in_use if repository in each["reference"]} == {
        "ECS service api",
        "Lambda function fate",
    }


def test_what_can_be_read_is_saved_and_what_cannot_is_named(
    files: Files, repository: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["images", repository, "fate/unknown", "--save", "images.json"]) == ExitCode.ENVIRONMENT
    assert "not read: fate/unknown in us-east-1" in capsys.readouterr().err
    document = json.loads((files.folder / "images.json").read_text(encoding="utf-8"))
    assert [each["repositoryName"] for each in document["repositories"]] == [repository]


def test_an_inventory_that_is_not_whole_says_so_where_it_is_judged(
    files: Files, repository: str, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["images", "fate/unknown", repository, "--save", "images.json"])
    capsys.readouterr()
    later = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
    main(["fate", "--images", "images.json", "--policy", files.policy(newest(1, 9)), "--now", later])
    assert "'fate/unknown in us-east-1' could not be read" in capsys.readouterr().out
