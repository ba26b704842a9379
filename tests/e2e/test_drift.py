"""Changes by hand, each found by `drift`; nothing on an untouched registry."""

import json
from pathlib import Path
from typing import Any

import pytest

from e2e.road import Done, Road

DECLARATION = """\
version: 1
accounts: {staging: "222222222222"}
registry:
  account: "ACCOUNT"
  regions: [us-east-1]
  stack_name: drifting
  account_settings: {blob_mounting: true}
  pull_time_exclusions: ["arn:aws:iam::ACCOUNT:role/scanner"]
  replication_from: [{account: staging}]
  pull_through_cache: {hub: {upstream: docker-hub, secret: ecr-pullthroughcache/hub}}
  creation_templates: {team: {applied_for: [create_on_push]}}
  signing: [{profile: images}]
defaults:
  tags: {owner: platform}
  grants: {pull: [account: staging]}
repositories:
"""
NAMES = (
    *(
        "widened",
        "narrowed",
        "rewritten",
        "rules",
        "no-rules",
        "mutability",
        "filters",
        "scan",
        "tag-lost",
        "tag-added",
    ),
    *("deleted", "untouched"),
)
ROOT = "arn:aws:iam::222222222222:root"
PULL = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
# What each change is found as.
FOUND = {
    "widened": "drift-policy",
    "narrowed": "drift-policy",
    "rewritten": "drift-text",
    "rules": "drift-lifecycle",
    "no-rules": "drift-lifecycle",
    "mutability": "drift-mutability",
    "filters": "drift-mutability",
    "scan": "drift-scan",
    "tag-lost": "drift-tags",
    "tag-added": "drift-tags",
    "deleted": "repository-missing",
    "by-hand": "repository-unmanaged",
    "registry policy": "drift-setting",
    "scanning": "drift-setting",
    "pull-through cache rule hub": "drift-setting",
    "creation template team": "drift-setting",
    "signing": "drift-setting",
}


@pytest.fixture(scope="module")
def declaration(road: Road) -> Path:
    path = road.folder / "drifting.yaml"
    text = DECLARATION.replace("ACCOUNT", str(road.aws.account)) + "".join(f"  drift/{name}: {{}}\n" for name in NAMES)
    path.write_text(text)
    return path


@pytest.fixture(scope="module")
def deployed(road: Road, declaration: Path) -> Done:
    done = road.cdk("deploy", "--all", "--require-approval", "never", "--context", f"declaration={declaration}")
    assert done.code == 0, done.stderr
    return done


def drift(road: Road, declaration: Path, *words: str) -> tuple[int, dict[str, Any]]:
    """Return the exit code, and each finding by what it is about."""
    done = road.run("shared-ecr", "drift", "--file", declaration, "--format", "json", "--except", "cdk-*", *words)
    assert done.stdout, done.stderr
    (registry,) = json.loads(done.stdout)["registries"]
    assert registry["unread"] == []
    found = {each["name"].removeprefix("drift/"): each for each in registry["repositories"]}
    return done.code, found


@pytest.fixture(scope="module")
def untouched(road: Road, declaration: Path, deployed: Done) -> tuple[int, dict[str, Any]]:
    assert deployed.code == 0
    return drift(road, declaration)


@pytest.fixture(scope="module")
def changed(road: Road, untouched: tuple[int, dict[str, Any]]) -> None:
    """Change the registry by hand, once in each way."""
    assert untouched
    ecr: Any = road.ecr()

    def policy(name: str, *statements: dict[str, Any]) -> None:
        text = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        ecr.set_repository_policy(repositoryName=f"drift/{name}", policyText=text)

    pull = {"Sid": "Pull", "Effect": "Allow", "Principal": {"AWS": [ROOT]}, "Action": PULL}
    policy("widened", pull, {**pull, "Sid": "More", "Principal": {"AWS": "arn:aws:iam::333333333333:root"}})
    ecr.delete_repository_policy(repositoryName="drift/narrowed")
    policy("rewritten", {**pull, "Principal": {"AWS": "222222222222"}, "Sid": "AsDigits"})
    rule = {
        "rulePriority": 1,
        "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1},
        "action": {"type": "expire"},
    }
    ecr.put_lifecycle_policy(repositoryName="drift/rules", lifecyclePolicyText=json.dumps({"rules": [rule]}))
    ecr.delete_lifecycle_policy(repositoryName="drift/no-rules")
    ecr.put_image_tag_mutability(repositoryName="drift/mutability", imageTagMutability="MUTABLE")
    ecr.put_image_tag_mutability(
        repositoryName="drift/filters",
        imageTagMutability="IMMUTABLE_WITH_EXCLUSION",
        imageTagMutabilityExclusionFilters=[{"filterType": "WILDCARD", "filter": "latest"}],
    )
    ecr.put_image_scanning_configuration(repositoryName="drift/scan", imageScanningConfiguration={"scanOnPush": False})
    arn = f"arn:aws:ecr:us-east-1:{road.aws.account}:repository/drift"
    ecr.untag_resource(resourceArn=f"{arn}/tag-lost", tagKeys=["owner"])
    ecr.tag_resource(resourceArn=f"{arn}/tag-added", tags=[{"Key": "more", "Value": "1"}])
    ecr.delete_repository(repositoryName="drift/deleted", force=True)
    ecr.create_repository(repositoryName="by-hand")
    allowed = {
        "Sid": "ReplicationFrom222222222222",
        "Effect": "Allow",
        "Principal": {"AWS": ROOT},
        "Action": "ecr:*",
        "Resource": "*",
    }
    ecr.put_registry_policy(policyText=json.dumps({"Version": "2012-10-17", "Statement": [allowed]}))
    ecr.put_registry_scanning_configuration(scanType="BASIC", rules=[])
    # What the stack makes of these, a secret, a role and a profile, is named by its template alone.
    ecr.delete_pull_through_cache_rule(ecrRepositoryPrefix="hub")
    other_role = f"arn:aws:iam::{road.aws.account}:role/other"
    ecr.update_repository_creation_template(prefix="team", customRoleArn=other_role)
    ecr.delete_signing_configuration()


@pytest.fixture(scope="module")
def found(road: Road, declaration: Path, changed: None) -> tuple[int, dict[str, Any]]:
    return drift(road, declaration)


def test_an_untouched_registry_has_not_drifted(untouched: tuple[int, dict[str, Any]]) -> None:
    code, repositories = untouched
    assert {name: each for name, each in repositories.items() if each["verdict"] != "in sync"} == {}
    assert (code, len(repositories)) == (0, len(NAMES) + 7)


@pytest.mark.parametrize("name", FOUND)
def test_a_change_by_hand_is_found(found: tuple[int, dict[str, Any]], name: str) -> None:
    codes = [each["code"] for each in found[1][name]["findings"]]
    assert codes == [FOUND[name]]


def test_nothing_else_is_found(found: tuple[int, dict[str, Any]]) -> None:
    code, repositories = found
    assert {name for name, each in repositories.items() if each["findings"]} == set(FOUND)
    assert code == 1


def test_a_widened_policy_is_reported_first(road: Road, declaration: Path, changed: None) -> None:
    done = road.run("shared-ecr", "drift", "--file", declaration, "--except", "cdk-*")
    assert done.stdout.startswith("blocks: drift/widened: its policy allows more than is declared: "), done.stdout


def test_a_finding_can_be_acknowledged(road: Road, declaration: Path, changed: None) -> None:
    names = {f"drift/{name}": code for name, code in FOUND.items() if name in NAMES and code != "drift-text"}
    accepted = [*names.items(), ("all", "drift-setting")]
    lines = (
        f"  - {{finding: {code}, repository: {name}, reason: known, until: 2027-06-30}}\n" for name, code in accepted
    )
    path = road.folder / "acknowledged.yaml"
    path.write_text(f"{declaration.read_text()}acknowledged:\n{''.join(lines)}")
    done = road.run("shared-ecr", "drift", "--file", path, "--except", "cdk-*")
    assert done.code == 0, done.stdout + done.stderr


def test_the_drift_detection_of_cdk_says_the_same_of_what_templates_declare(
    road: Road, declaration: Path, changed: None
) -> None:
    done = road.cdk("drift", "drifting-us-east-1", "--fail", "--context", f"declaration={declaration}")
    # Sixteen of the changes are to properties of the template; account settings and signing profiles have no detection.
    assert (done.code, "Number of resources with drift: 16 (3 unchecked)" in done.stdout + done.stderr) == (1, True)
    assert "AWS::ECR::Repository Repositories/drift--widened" in done.stdout + done.stderr


def test_a_repair_by_deployment_ends_the_drift(road: Road, declaration: Path, changed: None) -> None:
    """CloudFormation repairs a resource only when the template changes it: a tag for all of them does."""
    text = declaration.read_text().replace("owner: platform", "owner: platform-team")
    path = road.folder / "repaired.yaml"
    path.write_text(text.replace("  drift/deleted: {}\n", ""))
    done = road.cdk("deploy", "--all", "--require-approval", "never", "--context", f"declaration={path}")
    assert done.code == 0, done.stderr
    code, repositories = drift(road, path)
    left = {name for name, each in repositories.items() if each["verdict"] == "drifted"}
    # These settings are not changed by the template, so CloudFormation does not touch them. The tag is one of the
    # creation template, too.
    assert (left, code) == ({"registry policy", "scanning", "pull-through cache rule hub", "signing"}, 1)
