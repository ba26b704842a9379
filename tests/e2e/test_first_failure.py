"""A first deployment that fails, is repaired and repeated, by the commands of the troubleshooting page."""

import pytest

from e2e.aws_commands import commands_of, run_aws
from e2e.road import ROOT, Done, Road

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("first-failure")]
PAGE = ROOT / "docs/how-to/troubleshoot.md"
DECLARATION = """version: 1
registry: {account: "111111111111", regions: [us-east-1]}
repositories:
  aaa/first: {}
  taken/already: {}
"""


def declare(road: Road, text: str) -> tuple[str, str]:
    path = road.folder / "registry.yaml"
    path.write_text(text, encoding="utf-8")
    return "--context", f"declaration={path}"


def deploy(road: Road, text: str) -> Done:
    return road.cdk("deploy", "--all", "--require-approval", "never", *declare(road, text))


@pytest.fixture(scope="module")
def failed(road: Road) -> Done:
    road.ecr().create_repository(repositoryName="taken/already")
    return deploy(road, DECLARATION)


def test_a_name_that_is_taken_fails_the_first_deployment(failed: Done) -> None:
    assert failed.code != 0
    assert "already exists" in failed.stderr + failed.stdout


@pytest.mark.usefixtures("failed")
def test_a_failed_creation_leaves_no_repository_but_the_one_that_was_there(road: Road) -> None:
    names = {each["repositoryName"] for each in road.ecr().describe_repositories()["repositories"]}
    assert {name for name in names if not name.startswith("cdk-")} == {"taken/already"}


@pytest.mark.usefixtures("failed")
def test_a_stack_that_never_worked_is_locked_until_then(road: Road) -> None:
    (stack,) = road.cloudformation().describe_stacks(StackName="shared-ecr")["Stacks"]
    assert (stack["StackStatus"], stack["EnableTerminationProtection"]) == ("ROLLBACK_COMPLETE", True)


@pytest.fixture(scope="module")
def unlocked(road: Road, failed: Done) -> None:
    """Do what the page says about a stack in ROLLBACK_COMPLETE."""
    *calls, deployment = commands_of(PAGE, "ROLLBACK_COMPLETE")
    for command in calls:
        run_aws(road, command)
    assert deployment == "cdk deploy --all --require-approval never"


@pytest.mark.usefixtures("unlocked")
def test_the_repaired_deployment_succeeds(road: Road) -> None:
    done = deploy(road, DECLARATION.replace("  taken/already: {}\n", ""))
    assert done.code == 0, done.stderr
    names = {each["repositoryName"] for each in road.ecr().describe_repositories()["repositories"]}
    assert {"aaa/first", "taken/already"} <= names


@pytest.mark.usefixtures("unlocked")
def test_what_exists_already_is_taken_in_by_the_command_of_the_page(road: Road) -> None:
    (command,) = commands_of(PAGE, "already exists")
    _, *words = command.split()
    done = road.cdk(*words, *declare(road, DECLARATION))
    assert done.code == 0, done.stderr
    (stack,) = road.cloudformation().describe_stacks(StackName="shared-ecr")["Stacks"]
    assert stack["StackStatus"] in {"UPDATE_COMPLETE", "IMPORT_COMPLETE"}
