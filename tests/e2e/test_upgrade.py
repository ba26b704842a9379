"""An upgrade: the last release's templates are deployed, then today's. Nothing is replaced, nothing is lost."""

import json
from pathlib import Path

import pytest

from e2e.road import ROOT, Done, Road, image

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("upgrade")]
KEPT = Path(__file__).with_name("released")
LAST = max(filter(Path.is_dir, KEPT.iterdir()), key=lambda path: [int(each) for each in path.name.split(".")[:3]])
# What would lose or replace something; a change that only widens or narrows has codes of its own.
LOSING = ("repository-replaced", "repository-deleted", "repository-orphaned", "repository-moved", "key-deleted")


@pytest.fixture(scope="module")
def released(road: Road) -> Done:
    done = road.run("cdk", "deploy", "--app", LAST, "--all", "--require-approval", "never", cwd=road.folder)
    assert done.code == 0, done.stderr
    pushed = road.run(
        "shared-ecr", "push", image(road, "kept", "hello"), "team/app:1", "--file", KEPT / "registry.yaml"
    )
    assert pushed.code == 0, pushed.stderr
    return pushed


def identities(road: Road) -> dict[str, tuple[str, str]]:
    described = road.ecr().describe_repositories()["repositories"]
    return {
        each["repositoryName"]: (str(each["createdAt"]), json.dumps(each["encryptionConfiguration"]))
        for each in described
        if not each["repositoryName"].startswith("cdk-")
    }


def physical_ids(road: Road) -> dict[str, str]:
    listed = road.cloudformation().describe_stack_resources(StackName="shared-ecr")["StackResources"]
    kept = {"AWS::ECR::Repository", "AWS::KMS::Key", "AWS::SecretsManager::Secret", "AWS::ECR::PullThroughCacheRule"}
    return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in listed if each["ResourceType"] in kept}


@pytest.fixture(scope="module")
def before(road: Road, released: Done) -> tuple[dict[str, tuple[str, str]], dict[str, str]]:
    return identities(road), physical_ids(road)


@pytest.fixture(scope="module")
def upgraded(road: Road, before: object) -> Done:
    return road.cdk(
        "deploy", "--all", "--require-approval", "never", "--context", f"declaration={KEPT / 'registry.yaml'}"
    )


def test_todays_templates_are_deployed_over_those_of_the_last_release(upgraded: Done) -> None:
    assert upgraded.code == 0, upgraded.stderr


@pytest.mark.usefixtures("upgraded")
def test_no_repository_key_secret_or_cache_is_replaced(
    road: Road, before: tuple[dict[str, tuple[str, str]], dict[str, str]]
) -> None:
    assert (identities(road), physical_ids(road)) == before


@pytest.mark.usefixtures("upgraded")
def test_images_and_addresses_are_still_there(road: Road, released: Done) -> None:
    held = road.ecr().describe_images(repositoryName="team/app")["imageDetails"]
    assert released.stdout.strip().split("@")[1] in {each["imageDigest"] for each in held}
    assert road.ssm().get_parameter(Name="/shared-ecr/team/app/uri")["Parameter"]["Value"].endswith("/team/app")


def test_the_review_of_the_upgrade_finds_no_loss(road: Road) -> None:
    after = road.folder / "after"
    context = f"declaration={KEPT / 'registry.yaml'}"
    assert road.run("cdk", "synth", "--quiet", "--output", after, "--context", context).code == 0
    done = road.run("shared-ecr", "review", after, "--against", LAST, "--format", "json", cwd=ROOT)
    found = {each["code"] for each in json.loads(done.stdout)["findings"] if not each["was_so_before"]}
    assert found.isdisjoint(LOSING)
