"""A registry over several stacks, deployed by the real CDK command line and found again from all of them."""

import json
from pathlib import Path

import pytest

from e2e.road import Done, Road

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("stacks")]
NAMES = [f"team/app-{number}" for number in range(8)]
DECLARATION = """version: 1
registry: {account: "111111111111", regions: [us-east-1], stacks: 3}
repositories:
""" + "".join(f"  {name}: {{}}\n" for name in NAMES)


@pytest.fixture(scope="module")
def declaration(road: Road) -> Path:
    path = road.folder / "registry.yaml"
    path.write_text(DECLARATION, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def deployed(road: Road, declaration: Path) -> Done:
    return road.cdk("deploy", "--all", "--require-approval", "never", "--context", f"declaration={declaration}")


def test_every_stack_is_deployed(road: Road, deployed: Done) -> None:
    assert deployed.code == 0, deployed.stderr
    stacks = {each["StackName"] for each in road.cloudformation().describe_stacks()["Stacks"]}
    assert {"shared-ecr", "shared-ecr-1", "shared-ecr-2"} <= stacks


@pytest.mark.usefixtures("deployed")
def test_the_repositories_of_all_stacks_are_found(road: Road, declaration: Path) -> None:
    found = road.run("shared-ecr", "repositories", "--deployed", "--file", declaration, "--format", "json")
    assert [each["name"] for each in json.loads(found.stdout)["repositories"]] == NAMES


@pytest.mark.usefixtures("deployed")
def test_all_repositories_have_the_one_key_of_the_registry(road: Road) -> None:
    described = road.ecr().describe_repositories(repositoryNames=NAMES)["repositories"]
    (key,) = {each["encryptionConfiguration"].get("kmsKey", "") for each in described}
    assert key == road.ssm().get_parameter(Name="/shared-ecr/key")["Parameter"]["Value"]
