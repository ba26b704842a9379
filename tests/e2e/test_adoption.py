"""Sixty repositories of the shapes that are found in the wild, adopted through CDK's command line.

They are seeded in the embedded AWS, which imports as CloudFormation does; the commands are those that `adopt certify`
writes.
"""

import json
import shlex
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adoption_shapes import SHAPES
from e2e.road import Done, Road
from local.ecr_calls import call
from local.registry_caller import RegistryCaller, client

# Of each shape so many, with and without a lifecycle policy, images and tags.
EACH = 3
LIFECYCLE = json.dumps(
    {
        "rules": [
            {
                "rulePriority": 1,
                "selection": {
                    "tagStatus": "untagged",
                    "countType": "sinceImagePushed",
                    "countUnit": "days",
                    "countNumber": 30,
                },
                "action": {"type": "expire"},
            }
        ]
    }
)
SCANNING = [{"scanFrequency": "SCAN_ON_PUSH", "repositoryFilters": [{"filter": "legacy/*", "filterType": "WILDCARD"}]}]


def names() -> list[str]:
    return [f"legacy/s{number}-{copy}" for number in range(len(SHAPES)) for copy in range(EACH)]


@pytest.fixture(scope="module")
def seeded(road: Road) -> dict[str, str]:
    """Make the repositories by hand, and return the digest of the image in each that has one."""
    ecr, digests = road.ecr(), {}
    policies = [held for held, _, _ in SHAPES.values()]
    with RegistryCaller.logged_in(road.aws) as caller:
        for index, name in enumerate(names()):
            ecr.create_repository(
                repositoryName=name,
                imageTagMutability="IMMUTABLE" if index % 4 == 0 else "MUTABLE",
                imageScanningConfiguration={"scanOnPush": index % 5 == 0},
                tags=[{"Key": "Cost Center", "Value": str(index % 7)}] if index % 3 else [],
            )
            if policies[index // EACH]["Statement"]:
                ecr.set_repository_policy(repositoryName=name, policyText=json.dumps(policies[index // EACH]))
            if index % 2:
                ecr.put_lifecycle_policy(repositoryName=name, lifecyclePolicyText=LIFECYCLE)
            if index % 10 == 0:
                pushed = caller.push_image(name, "v1", name.encode())
                digests[name] = pushed.headers["Docker-Content-Digest"]
    ecr.put_registry_scanning_configuration(scanType="BASIC", rules=SCANNING)  # type: ignore[arg-type]  # plain dicts
    statement = {
        "Sid": "Replicas",
        "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::222222222222:root"},
        "Action": ["ecr:CreateRepository", "ecr:ReplicateImage"],
        "Resource": f"arn:aws:ecr:us-east-1:{road.aws.account}:repository/*",
    }
    ecr.put_registry_policy(policyText=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))
    settings_by_hand(road)
    return digests


def settings_by_hand(road: Road) -> None:
    """Make one of each other setting, as another tool would have."""
    account = str(road.aws.account)
    ecr: Any = road.ecr()
    there = {"region": "eu-west-1", "registryId": account}
    filters = [{"filter": "legacy/", "filterType": "PREFIX_MATCH"}]
    rules = [{"destinations": [there], "repositoryFilters": filters, "deleteReplication": {"enabled": True}}]
    sent = {"replicationConfiguration": {"rules": rules}}
    assert "replicationConfiguration" in call(road.aws, "PutReplicationConfiguration", sent, account=account)
    ecr.create_pull_through_cache_rule(
        ecrRepositoryPrefix="quay", upstreamRegistryUrl="quay.io", upstreamRegistry="quay"
    )
    ecr.create_repository_creation_template(
        prefix="teams",
        appliedFor=["PULL_THROUGH_CACHE"],
        imageTagMutability="MUTABLE",
        customRoleArn=f"arn:aws:iam::{account}:role/ecr-templates",
        resourceTags=[{"Key": "team", "Value": "platform"}],
    )
    ecr.register_pull_time_update_exclusion(principalArn=f"arn:aws:iam::{account}:role/scanner")
    with client(road.aws, "ecr-public", account=account) as public:
        shown = {"description": "A shop", "architectures": ["x86-64"]}
        public.create_repository(repositoryName="shop", catalogData=shown)


@pytest.fixture(scope="module")
def declaration(road: Road, seeded: dict[str, str]) -> Path:
    path = road.folder / "adopted.yaml"
    done = adopt(road, "--into", path, "--except", "cdk-*", "--public")
    assert done.code == 0, done.stderr
    return path


def adopt(road: Road, *words: str | Path) -> Done:
    return road.run("shared-ecr", "adopt", *words, "--folder", road.folder / "adoption")


def cdk(road: Road, declaration: Path, *words: str) -> Done:
    output = ("--output", road.folder / "cdk.out-adopt")
    return road.run("cdk", *words, "--context", f"declaration={declaration}", *output)


@pytest.fixture(scope="module")
def certified(road: Road, declaration: Path) -> Done:
    done = road.run(
        "cdk", "synth", "--quiet", "--context", f"declaration={declaration}", "--output", road.folder / "synthesized"
    )
    assert done.code == 0, done.stderr
    return adopt(road, "certify", road.folder / "synthesized", "--fresh")


@pytest.fixture(scope="module")
def adopted(road: Road, declaration: Path, certified: Done) -> list[Done]:
    """Run commands.sh line by line; what only shows something needs the AWS command line and is left out."""
    assert certified.code == 0, certified.stdout
    lines = (road.folder / "adoption" / "commands.sh").read_text().splitlines()
    commands = [shlex.split(line) for line in lines if line.startswith("cdk ")]
    done = []
    for command in commands:
        done.append(cdk(road, declaration, *command[1:]))
        assert done[-1].code == 0, done[-1].stderr
    return done


def test_everything_is_certified(certified: Done) -> None:
    total = len(names())
    assert f"certified: {total} of {total} repositories" in certified.stdout, certified.stdout


def repository_with(resources: dict[str, Any], *keys: str) -> dict[str, Any]:
    """Return the properties of the first repository that has all *keys*."""
    for each in resources.values():
        if each["Type"] == "AWS::ECR::Repository" and all(key in each["Properties"] for key in keys):
            held: dict[str, Any] = each["Properties"]
            return held
    raise AssertionError(keys)


def statement_with(resources: dict[str, Any], **wanted: Any) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the first statement that has *wanted*, None for any value, with the list that it is in."""
    for each in resources.values():
        if each["Type"] != "AWS::ECR::Repository" or "RepositoryPolicyText" not in each["Properties"]:
            continue
        statements: list[dict[str, Any]] = each["Properties"]["RepositoryPolicyText"]["Statement"]
        for statement in statements:
            if all(key in statement and value in (None, statement[key]) for key, value in wanted.items()):
                return statements, statement
    raise AssertionError(wanted)


def of_type(resources: dict[str, Any], kind: str, text: str = "") -> dict[str, Any]:
    found: dict[str, Any] = next(
        each["Properties"] for each in resources.values() if each["Type"] == kind and text in json.dumps(each)
    )
    return found


def lose_a_statement(resources: dict[str, Any]) -> None:
    statements, statement = statement_with(resources, Effect="Allow")
    statements.remove(statement)


def lose_a_denial(resources: dict[str, Any]) -> None:
    statements, statement = statement_with(resources, Effect="Deny")
    statements.remove(statement)


def lose_a_lifecycle_rule(resources: dict[str, Any]) -> None:
    repository_with(resources, "LifecyclePolicy")["LifecyclePolicy"]["LifecyclePolicyText"] = LIFECYCLE.replace(
        "30", "9"
    )


def lose_a_mutability_filter(resources: dict[str, Any]) -> None:
    repository_with(resources)["ImageTagMutability"] = "IMMUTABLE_WITH_EXCLUSION"


def lose_the_registry_policy(resources: dict[str, Any]) -> None:
    of_type(resources, "AWS::ECR::RegistryPolicy")["PolicyText"]["Statement"][0]["Action"] = "ecr:CreateRepository"


def lose_deletions(resources: dict[str, Any]) -> None:
    held = of_type(resources, "Custom::EcrSetting", "deleteReplication")
    held["Body"] = held["Body"].replace('"enabled":true', '"enabled":false')


PLANTED: dict[str, Callable[[dict[str, Any]], object]] = {
    "a statement": lose_a_statement,
    "an action": lambda held: statement_with(held, Effect="Allow")[1]["Action"].pop(),
    "a condition": lambda held: statement_with(held, Effect="Allow", Condition=None)[1].pop("Condition"),
    "a denial": lose_a_denial,
    "a lifecycle rule": lose_a_lifecycle_rule,
    "the lifecycle policy": lambda held: repository_with(held, "LifecyclePolicy").pop("LifecyclePolicy"),
    "a tag": lambda held: repository_with(held, "Tags").pop("Tags"),
    "a mutability filter": lose_a_mutability_filter,
    "scan on push": lambda held: repository_with(held).pop("ImageScanningConfiguration"),
    "the key": lambda held: repository_with(held)["EncryptionConfiguration"].update(EncryptionType="KMS"),
    "the registry policy": lose_the_registry_policy,
    "deletions of replicas": lose_deletions,
}


@pytest.mark.parametrize("loss", PLANTED)
def test_each_loss_that_is_planted_in_the_template_is_refused(road: Road, certified: Done, loss: str) -> None:
    assert certified.code == 0, certified.stdout
    folder = road.folder / "planted"
    shutil.copytree(road.folder / "synthesized", folder, dirs_exist_ok=True)
    template = next(folder.glob("*.template.json"))
    document = json.loads((road.folder / "synthesized" / template.name).read_text())
    PLANTED[loss](document["Resources"])
    template.write_text(json.dumps(document))
    shutil.copytree(road.folder / "adoption", road.folder / "planted-adoption", dirs_exist_ok=True)
    done = road.run("shared-ecr", "adopt", "certify", folder, "--folder", road.folder / "planted-adoption")
    assert done.code == 1, done.stdout
    assert "not certified" in done.stdout
    assert not (road.folder / "planted-adoption/commands.sh").exists()


def test_the_settings_are_adopted_and_not_made_again(declaration: Path, certified: Done) -> None:
    assert certified.code == 0, certified.stdout
    written = declaration.read_text()
    keys = (
        "replication:",
        "pull_through_cache:",
        "creation_templates:",
        "pull_time_exclusions:",
        "public_repositories:",
    )
    assert [key for key in keys if key not in written] == []
    mapped = json.loads(next((declaration.parent / "adoption").glob("mapping-*.json")).read_text())
    assert sorted(key for each in mapped.values() for key in each) == [
        "EcrRepositoryPrefix", "Prefix", "PrincipalArn", "RegistryId", "RegistryId", "RegistryId",
    ]  # fmt: skip


def test_nothing_differs_after_the_adoption(road: Road, adopted: list[Done]) -> None:
    done = adopt(road, "verify")
    assert (len(adopted) >= 3, done.stdout.splitlines()[-1]) == (
        True,
        f"{len(names())} repositories compared, 0 differences",
    )
    assert done.code == 0


def test_every_image_is_still_pulled_by_its_digest(road: Road, adopted: list[Done], seeded: dict[str, str]) -> None:
    assert adopted
    with RegistryCaller.logged_in(road.aws) as caller:
        statuses = {caller.ask("GET", f"{name}/manifests/{digest}").status for name, digest in seeded.items()}
    assert statuses == {200}


def test_a_second_deployment_has_nothing_to_do(road: Road, declaration: Path, adopted: list[Done]) -> None:
    assert adopted
    done = cdk(road, declaration, "deploy", "--all", "--require-approval", "never")
    assert "(no changes)" in done.stdout + done.stderr


def test_the_live_registry_reviews_clean(road: Road, declaration: Path, adopted: list[Done]) -> None:
    assert adopted
    done = road.run("shared-ecr", "review", road.folder / "synthesized", "--live", "--file", declaration)
    assert f"{len(names())} unchanged" in done.stdout, done.stdout


def test_the_declaration_is_for_people(declaration: Path) -> None:
    text = declaration.read_text()
    assert text.count("defaults:") == 1
    assert "could become 'pull' later (+1 action)" in text


def test_an_edited_declaration_is_never_overwritten(road: Road, declaration: Path, adopted: list[Done]) -> None:
    assert adopted
    copy = road.folder / "edited.yaml"
    copy.write_text(declaration.read_text() + "# edited\n")
    done = adopt(road, "--into", copy)
    assert (done.code, "exists and was not written by an earlier run" in done.stderr) == (2, True)


def test_what_is_found_later_is_adopted_into_the_declaration(
    road: Road, declaration: Path, adopted: list[Done]
) -> None:
    """The settings belong to the stack by now, so nothing is imported but the repository that is new."""
    assert adopted
    later = road.folder / "later"
    later.mkdir()
    main = later / "registry.yaml"
    main.write_text(declaration.read_text())
    road.ecr().create_repository(repositoryName="late/one", tags=[{"Key": "team", "Value": "late"}])
    folder = ("--folder", later / "adoption")
    done = road.run("shared-ecr", "adopt", "--include", "--into", main, "--repository", "late/*", *folder)
    assert (done.code, "1 repository" in done.stdout) == (0, True), done.stderr
    output = later / "synthesized"
    done = road.run("cdk", "synth", "--quiet", "--context", f"declaration={main}", "--output", output)
    assert done.code == 0, done.stderr
    done = road.run("shared-ecr", "adopt", "certify", output, "--fresh", *folder)
    assert (done.code, "certified: 1 of 1" in done.stdout) == (0, True), done.stdout + done.stderr
    assert list((later / "adoption").glob("mapping-*.json")) == []
    for line in (later / "adoption/commands.sh").read_text().splitlines():
        if line.startswith("cdk "):
            done = cdk(road, main, *shlex.split(line)[1:])
            assert done.code == 0, done.stderr
    done = road.run("shared-ecr", "adopt", "verify", *folder)
    assert (done.code, "1 repository compared, 0 differences" in done.stdout) == (0, True), done.stdout + done.stderr
