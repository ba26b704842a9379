"""Pushes to Regions and accounts, against the embedded AWS with its real tokens."""

import json
from pathlib import Path

import pytest

from cli.command_line import shared_ecr
from cli.push.conftest import HOME, OTHER
from client.images import image
from local.registry_caller import client
from shared_ecr.local import LocalAws

DIGEST = image().root


def uri(name: str, region: str = "us-east-1", account: str = HOME) -> str:
    return f"{account}.dkr.ecr.{region}.amazonaws.com/{name}"


@pytest.fixture(autouse=True)
def at_home(declared: Path) -> Path:
    return declared


def held(aws: LocalAws, name: str, tag: str, *, region: str = "us-east-1", account: str = HOME) -> str:
    with client(aws, "ecr", region=region, account=account) as ecr:
        (found,) = ecr.describe_images(repositoryName=name, imageIds=[{"imageTag": tag}])["imageDetails"]
        return str(found["imageDigest"])


def test_without_a_region_the_first_declared_is_meant(aws: LocalAws) -> None:
    done = shared_ecr("push", "app", "team/app:first")
    assert (done.code, done.stdout) == (0, f"{uri('team/app')}@{DIGEST}\n"), done.stderr


def test_every_declared_region_gets_the_image(aws: LocalAws) -> None:
    done = shared_ecr("push", "app", "team/app:all", "team/web:all", "--all-regions")
    places = [uri(name, region) for name in ("team/app", "team/web") for region in ("us-east-1", "eu-west-1")]
    assert (done.code, done.stdout) == (0, "".join(f"{place}@{DIGEST}\n" for place in places)), done.stderr
    assert held(aws, "team/web", "all", region="eu-west-1") == DIGEST


def test_a_region_may_be_named_more_than_once(aws: LocalAws) -> None:
    regions = [f"--region={region}" for region in ("eu-west-1", "us-east-1", "eu-west-1")]
    done = shared_ecr("push", "app", "team/app:named", *regions, "--format", "json")
    assert [push["region"] for push in json.loads(done.stdout)["pushes"]] == ["eu-west-1", "us-east-1"]


def test_a_whole_uri_keeps_its_own_region(aws: LocalAws) -> None:
    done = shared_ecr("push", "app", f"{uri('team/app', 'eu-west-1')}:own", "--all-regions")
    assert done.stdout == f"{uri('team/app', 'eu-west-1')}@{DIGEST}\n"


def test_a_region_that_is_not_declared_is_refused(aws: LocalAws) -> None:
    done = shared_ecr("push", "app", "team/app:1", "--region", "eu-west-1", "--region", "ap-south-1")
    assert (done.code, done.stdout) == (2, "")
    assert "registry.yaml declares no registry in ap-south-1" in done.stderr


def test_what_is_shown_of_the_stack_is_shown_once_a_region(aws: LocalAws) -> None:
    done = shared_ecr("push", "app", "team/app:1", "team/web:1", "team/app:2", "--all-regions")
    assert done.stderr.count("is out of reach") == 2


def test_another_account_gets_the_image_by_its_whole_uri(aws: LocalAws) -> None:
    done = shared_ecr("push", "app", "team/app:both", f"{uri('theirs/app', 'eu-west-1', OTHER)}:both")
    assert done.code == 0, done.stderr
    assert held(aws, "theirs/app", "both", region="eu-west-1", account=OTHER) == DIGEST


def test_layers_are_mounted_where_the_account_allows_it(aws: LocalAws) -> None:
    with client(aws, "ecr") as ecr:
        ecr.put_account_setting(name="BLOB_MOUNTING", value="ENABLED")
        for name in ("mount/a", "mount/b"):
            ecr.create_repository(repositoryName=name)
    done = shared_ecr("push", "web", f"{uri('mount/a')}:1", f"{uri('mount/b')}:1", "--format", "json")
    first, second = (push["result"] for push in json.loads(done.stdout)["pushes"])
    assert (first["uploaded_blobs"], second["uploaded_blobs"], second["mounted_blobs"]) == (3, 0, 3)


@pytest.mark.parametrize(("options", "code"), [([], 4), (["--create"], 0)], ids=["without", "with"])
def test_a_missing_repository_is_created_on_request_alone(aws: LocalAws, options: list[str], code: int) -> None:
    name = f"made/{len(options)}"
    done = shared_ecr("push", "app", f"{uri(name)}:1", *options)
    assert done.code == code, done.stderr


def test_a_repository_that_was_created_is_immutable_and_scanned(aws: LocalAws) -> None:
    shared_ecr("push", "app", f"{uri('made/safe')}:1", "--create")
    with client(aws, "ecr") as ecr:
        (made,) = ecr.describe_repositories(repositoryNames=["made/safe"])["repositories"]
    assert (made["imageTagMutability"], made["imageScanningConfiguration"]) == ("IMMUTABLE", {"scanOnPush": True})


def test_a_missing_repository_is_created_by_a_template(aws: LocalAws) -> None:
    with client(aws, "ecr") as ecr:
        ecr.create_repository_creation_template(prefix="templated", appliedFor=["CREATE_ON_PUSH"])
    done = shared_ecr("push", "app", f"{uri('templated/app')}:1")
    assert (done.code, held(aws, "templated/app", "1")) == (0, DIGEST), done.stderr


def test_one_unreachable_account_does_not_keep_the_others_waiting(aws: LocalAws) -> None:
    done = shared_ecr("push", "app", f"{uri('gone/app')}:1", "team/web:near")
    assert (done.code, done.stdout) == (4, f"{uri('team/web')}@{DIGEST}\n")


def test_without_credentials_nothing_is_sent_anywhere(aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", "none")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "none")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    done = shared_ecr("push", "app", f"{uri('team/app')}:1", f"{uri('team/web')}:1")
    assert (done.code, done.stdout, done.stderr.count("credentials") > 1) == (3, "", True)
