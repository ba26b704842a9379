"""Deploy, push, pull by digest, change, deploy again, destroy: the real CDK command line, step after step.

The fixtures are the steps; each builds on the one before, and the tests look at what it left.
"""

import json
from pathlib import Path

import pytest

from e2e.road import ROOT, Done, Road, image
from shared_ecr.declaration import load

REPOSITORY = "docker-in-aws/todobackend"
OTHER = "docker-in-aws/todobackend-release"
URI = f"111111111111.dkr.ecr.us-east-1.amazonaws.com/{REPOSITORY}"
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("road")]


@pytest.fixture(scope="module")
def deployed(road: Road) -> Done:
    done = road.cdk("deploy", "--all", "--require-approval", "never")
    assert done.code == 0, done.stderr
    return done


@pytest.fixture(scope="module")
def pushed(road: Road, deployed: Done) -> Done:
    return road.run("shared-ecr", "push", image(road, "first", "hello"), f"{REPOSITORY}:1.0.0:latest")


@pytest.fixture(scope="module")
def changed(road: Road, pushed: Done) -> Done:
    text = (ROOT / "registry.yaml").read_text(encoding="utf-8")
    declaration = road.folder / "changed.yaml"
    declaration.write_text(text.replace("countNumber: 200", "countNumber: 50"), encoding="utf-8")
    return road.cdk("deploy", "--all", "--require-approval", "never", "--context", f"declaration={declaration}")


@pytest.fixture(scope="module")
def refused_destruction(road: Road, changed: Done) -> Done:
    return road.cdk("destroy", "--all", "--force")


@pytest.fixture(scope="module")
def destroyed(road: Road, refused_destruction: Done) -> Done:
    road.cloudformation().update_termination_protection(StackName="shared-ecr", EnableTerminationProtection=False)
    return road.cdk("destroy", "--all", "--force")


@pytest.mark.usefixtures("deployed")
def test_ecr_holds_the_policy_that_was_declared(road: Road) -> None:
    spec = load(ROOT / "registry.yaml").registry.repositories[0]
    policy = json.loads(road.ecr().get_repository_policy(repositoryName=spec.name.text)["policyText"])
    sids = [statement["Sid"] for statement in policy["Statement"]]
    assert sids == ["Pull", "PullOrganization", "PullLambda", "Push"]


@pytest.mark.usefixtures("deployed")
def test_ecr_holds_the_lifecycle_policy_that_was_declared(road: Road) -> None:
    spec = load(ROOT / "registry.yaml").registry.repositories[0]
    held = road.ecr().get_lifecycle_policy(repositoryName=spec.name.text)["lifecyclePolicyText"]
    assert held == spec.lifecycle_text


@pytest.mark.usefixtures("deployed")
def test_a_repository_is_immutable_but_for_its_exception_scanned_and_encrypted(road: Road) -> None:
    (held,) = road.ecr().describe_repositories(repositoryNames=[REPOSITORY])["repositories"]
    assert held["imageTagMutability"] == "IMMUTABLE_WITH_EXCLUSION"
    assert [each["filter"] for each in held["imageTagMutabilityExclusionFilters"]] == ["latest"]
    assert held["imageScanningConfiguration"]["scanOnPush"]
    assert held["encryptionConfiguration"]["encryptionType"] == "KMS"


@pytest.mark.usefixtures("deployed")
def test_the_address_of_a_repository_is_a_parameter(road: Road) -> None:
    parameter = road.ssm().get_parameter(Name=f"/shared-ecr/{REPOSITORY}/uri")["Parameter"]
    assert parameter["Value"] == URI


@pytest.mark.usefixtures("deployed")
def test_the_outputs_of_the_stack_are_the_declared_addresses(road: Road) -> None:
    assert road.run("shared-ecr", "repositories", "--deployed").stdout == road.run("shared-ecr", "repositories").stdout


def test_a_push_prints_the_reference_by_digest_alone(pushed: Done) -> None:
    assert pushed.code == 0, pushed.stderr
    assert pushed.stdout.startswith(f"{URI}@sha256:")
    assert pushed.stdout.count("\n") == 1


def test_every_tag_names_what_was_pushed(road: Road, pushed: Done) -> None:
    (described,) = road.ecr().describe_images(repositoryName=REPOSITORY)["imageDetails"]
    assert sorted(described["imageTags"]) == ["1.0.0", "latest"]
    assert described["imageDigest"] == pushed.stdout.strip().split("@")[1]


def test_the_same_image_again_uploads_nothing(road: Road, pushed: Done) -> None:
    again = road.run("shared-ecr", "push", image(road, "first", "hello"), f"{REPOSITORY}:1.0.0")
    assert (again.code, again.stdout) == (0, pushed.stdout)
    assert "0 blobs uploaded" in again.stderr


def test_another_image_under_an_immutable_tag_is_refused_naming_both(road: Road, pushed: Done) -> None:
    refused = road.run("shared-ecr", "push", image(road, "second", "hello again"), f"{REPOSITORY}:1.0.0")
    assert (refused.code, refused.stdout) == (4, "")
    assert refused.stderr.count("sha256:") == 2
    assert pushed.stdout.strip().split("@")[1] in refused.stderr


@pytest.mark.usefixtures("pushed")
def test_a_refused_image_left_nothing_behind(road: Road) -> None:
    before = len(road.ecr().describe_images(repositoryName=REPOSITORY)["imageDetails"])
    road.run("shared-ecr", "push", image(road, "third", "and again"), f"{REPOSITORY}:1.0.0")
    assert len(road.ecr().describe_images(repositoryName=REPOSITORY)["imageDetails"]) == before


@pytest.mark.usefixtures("pushed")
def test_an_excepted_tag_may_move(road: Road) -> None:
    moved = road.run("shared-ecr", "push", image(road, "moved", "moved"), f"{REPOSITORY}:latest")
    assert moved.code == 0, moved.stderr


def test_an_image_is_pulled_by_its_digest(road: Road, pushed: Done, tmp_path: Path) -> None:
    reference = pushed.stdout.strip()
    pulled = road.run("shared-ecr", "pull", reference, tmp_path / "layout")
    assert (pulled.code, pulled.stdout) == (0, pushed.stdout), pulled.stderr
    (entry,) = json.loads((tmp_path / "layout/index.json").read_text(encoding="utf-8"))["manifests"]
    assert reference.endswith(entry["digest"])


@pytest.mark.usefixtures("deployed")
@pytest.mark.parametrize(
    ("target", "code", "said"),
    [
        ("docker-in-aws/todobakend:1", 2, "Did you mean 'docker-in-aws/todobackend'?"),
        (f"{URI}-gone:1", 4, "there is no repository"),
        (f"{REPOSITORY}:1.2+build", 2, "1.2_build"),
        (REPOSITORY, 2, "names no tag"),
    ],
    ids=["undeclared name", "a URI without a repository", "tag outside the grammar", "no tag"],
)
def test_a_push_that_cannot_succeed_is_shown_before_it_begins(road: Road, target: str, code: int, said: str) -> None:
    done = road.run("shared-ecr", "push", image(road, "first", "hello"), target)
    assert (done.code, done.stdout) == (code, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("deployed")
def test_without_credentials_a_push_says_how_to_get_them(road: Road) -> None:
    environment = {**road.environment(), "HOME": str(road.folder), "AWS_CONFIG_FILE": "none"}
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        environment.pop(name)
    done = road.run("shared-ecr", "push", image(road, "first", "hello"), f"{REPOSITORY}:1.0.0", environment=environment)
    assert (done.code, done.stdout) == (3, "")
    assert "credentials" in done.stderr


@pytest.mark.usefixtures("deployed")
def test_where_the_stack_is_out_of_reach_the_declaration_says_the_address(road: Road) -> None:
    environment = road.environment(AWS_ACCESS_KEY_ID="555555555555")
    done = road.run("shared-ecr", "push", image(road, "first", "hello"), f"{OTHER}:1", environment=environment)
    assert "addresses are those of registry.yaml" in done.stderr


def test_a_changed_rule_is_deployed_in_place(road: Road, changed: Done) -> None:
    assert changed.code == 0, changed.stderr
    held = road.ecr().get_lifecycle_policy(repositoryName=OTHER)["lifecyclePolicyText"]
    assert json.loads(held)["rules"][-1]["selection"]["countNumber"] == 50


@pytest.mark.usefixtures("changed")
def test_a_deployment_keeps_the_images(road: Road, pushed: Done) -> None:
    held = road.ecr().describe_images(repositoryName=REPOSITORY)["imageDetails"]
    assert pushed.stdout.strip().split("@")[1] in {each["imageDigest"] for each in held}


@pytest.mark.usefixtures("refused_destruction")
def test_a_destruction_by_accident_is_refused(road: Road) -> None:
    (stack,) = road.cloudformation().describe_stacks(StackName="shared-ecr")["Stacks"]
    assert stack["StackStatus"] == "UPDATE_COMPLETE"


def test_a_destroyed_stack_leaves_repositories_and_images(road: Road, pushed: Done, destroyed: Done) -> None:
    assert destroyed.code == 0, destroyed.stderr
    held = road.ecr().describe_images(repositoryName=REPOSITORY)["imageDetails"]
    assert pushed.stdout.strip().split("@")[1] in {each["imageDigest"] for each in held}


@pytest.mark.usefixtures("destroyed")
def test_a_destroyed_stack_publishes_no_addresses(road: Road) -> None:
    with pytest.raises(road.ssm().exceptions.ParameterNotFound):
        road.ssm().get_parameter(Name=f"/shared-ecr/{REPOSITORY}/uri")
