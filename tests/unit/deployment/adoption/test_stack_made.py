"""Settings whose role, secret or profile the stack makes are compared in all three states."""

import json
from pathlib import Path
from typing import Any

import pytest

from live_registries import ACCOUNT, HERE, registry
from shared_ecr.access.trust_boundary import TrustBoundary
from shared_ecr.declaration import load
from shared_ecr.deployment.adoption.drift import drifts
from shared_ecr.deployment.adoption.drift_records import DriftQuestion
from shared_ecr.deployment.adoption.stack_made import declared_with_parts, deployed_with_parts
from shared_ecr.deployment.adoption.wanted_resources import WantedRegistry
from shared_ecr.documents.live import DeniedRead, LiveResource, parse_document, render_text
from shared_ecr.model.names import EcrRegistry
from shared_ecr.model.settings.creation_templates import CREATION_TEMPLATE
from shared_ecr.model.settings.pull_through_cache import CACHE_RULE
from shared_ecr.model.settings.signing import SIGNING_CONFIGURATION
from shared_ecr.review.documents import DeploymentTarget, load_deployment

HOME = EcrRegistry(ACCOUNT, HERE)
STACK = "shared-ecr"
SECRET = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:ecr-pullthroughcache/hub"
PROFILE = f"arn:aws:signer:us-east-1:{ACCOUNT}:/signing-profiles/images"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/shared-ecr-TemplatesRole-ABC"
DECLARATION = f"""\
version: 1
registry:
  account: "{ACCOUNT}"
  regions: [us-east-1]
  pull_through_cache:
    hub: {{upstream: docker-hub, secret: ecr-pullthroughcache/hub}}
  creation_templates:
    team: {{applied_for: [create_on_push], tags: {{owner: platform}}}}
  signing:
    - profile: images
repositories: {{}}
"""
TEMPLATE = {
    "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": {}}},
    "Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": "ecr-pullthroughcache/hub"}},
    "Profile": {"Type": "AWS::Signer::SigningProfile", "Properties": {"ProfileName": "images"}},
    "Cache": {
        "Type": "AWS::ECR::PullThroughCacheRule",
        "Properties": {
            "EcrRepositoryPrefix": "hub",
            "UpstreamRegistry": "docker-hub",
            "UpstreamRegistryUrl": "registry-1.docker.io",
            "CredentialArn": {"Ref": "Secret"},
        },
    },
    "Template": {
        "Type": "AWS::ECR::RepositoryCreationTemplate",
        "Properties": {"Prefix": "team", "CustomRoleArn": {"Fn::GetAtt": ["Role", "Arn"]}},
    },
    "Signing": {
        "Type": "AWS::ECR::SigningConfiguration",
        "Properties": {"Rules": [{"SigningProfileArn": {"Fn::GetAtt": ["Profile", "Arn"]}}]},
    },
}


@pytest.fixture
def declared(tmp_path: Path) -> WantedRegistry:
    path = tmp_path / "registry.yaml"
    path.write_text(DECLARATION, encoding="utf-8")
    return WantedRegistry({}).joined(declared_with_parts(load(path, {}).registry, HOME))


@pytest.fixture
def deployed(tmp_path: Path, declared: WantedRegistry) -> WantedRegistry:
    """What CloudFormation has: the template of the declaration, with references where the stack makes a part."""
    body = json.loads(json.dumps(TEMPLATE))
    template = declared.one(CREATION_TEMPLATE.type, "team")
    assert template is not None
    body["Template"]["Properties"] = dict(template.properties) | body["Template"]["Properties"]
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / f"{STACK}.json").write_text(json.dumps({"Resources": body}), encoding="utf-8")
    deployment = load_deployment(tmp_path / "out", DeploymentTarget(str(ACCOUNT), HERE))
    return deployed_with_parts(deployment, HOME)


def lives(declared: WantedRegistry, **changed: dict[str, Any]) -> list[LiveResource]:
    """Return what is live when nothing was changed by hand, with *changed* properties by the name of each setting."""
    cache = {
        "EcrRepositoryPrefix": "hub",
        "UpstreamRegistry": "docker-hub",
        "UpstreamRegistryUrl": "registry-1.docker.io",
        "CredentialArn": f"{SECRET}-AbC123",
    }
    template = declared.one(CREATION_TEMPLATE.type, "team")
    assert template is not None
    role_owner = None if "CustomRoleArn" in changed.get("template", {}) else STACK
    return [
        LiveResource(CACHE_RULE.type, cache | changed.get("cache", {})),
        LiveResource(
            CREATION_TEMPLATE.type,
            dict(template.properties) | {"CustomRoleArn": ROLE} | changed.get("template", {}),
            role_owner=role_owner,
        ),
        LiveResource(SIGNING_CONFIGURATION.type, changed.get("signing", {"Rules": [{"SigningProfileArn": PROFILE}]})),
    ]


def codes(
    declared: WantedRegistry, deployed: WantedRegistry, held: list[LiveResource], *unread: DeniedRead
) -> dict[str, list[str]]:
    question = DriftQuestion(registry(*held, unread=unread), declared, deployed, (STACK,), TrustBoundary())
    return {each.name: [finding.code for finding in each.findings] for each in drifts(question) if each.findings}


def test_what_no_one_touched_is_in_sync(declared: WantedRegistry, deployed: WantedRegistry) -> None:
    assert codes(declared, deployed, lives(declared)) == {}


CHANGES: dict[str, tuple[dict[str, dict[str, Any]], str]] = {
    "another secret": ({"cache": {"CredentialArn": f"{SECRET}-other-AbC123"}}, "pull-through cache rule hub"),
    "no secret": ({"cache": {"CredentialArn": None}}, "pull-through cache rule hub"),
    "another upstream": ({"cache": {"UpstreamRegistryUrl": "example.com"}}, "pull-through cache rule hub"),
    "another role": ({"template": {"CustomRoleArn": f"{ROLE}-other"}}, "creation template team"),
    "other tags": ({"template": {"ResourceTags": []}}, "creation template team"),
    "another policy": ({"template": {"ImageTagMutability": "MUTABLE"}}, "creation template team"),
    "another profile": ({"signing": {"Rules": [{"SigningProfileArn": f"{PROFILE}_other"}]}}, "signing"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_by_hand_is_found(declared: WantedRegistry, deployed: WantedRegistry, change: str) -> None:
    changed, name = CHANGES[change]
    assert codes(declared, deployed, lives(declared, **changed)) == {name: ["drift-setting"]}


def test_a_change_by_hand_is_found_without_the_templates(declared: WantedRegistry) -> None:
    changed, name = CHANGES["another role"]
    assert codes(declared, declared, lives(declared, **changed)) == {name: ["drift-setting"]}


def test_a_rule_that_was_deleted_by_hand_is_found(declared: WantedRegistry, deployed: WantedRegistry) -> None:
    assert codes(declared, deployed, lives(declared)[1:]) == {"pull-through cache rule hub": ["drift-setting"]}


def test_a_denied_reading_is_not_a_removal(declared: WantedRegistry, deployed: WantedRegistry) -> None:
    denied = DeniedRead("", "ecr:DescribePullThroughCacheRules", "denied")
    found = codes(declared, deployed, lives(declared)[1:], denied)
    assert found == {"pull-through cache rule hub": ["drift-unread"]}


def test_a_secret_that_is_declared_otherwise_is_not_deployed_yet(
    declared: WantedRegistry, deployed: WantedRegistry
) -> None:
    rule = deployed.one(CACHE_RULE.type, "hub")
    assert rule is not None
    assert rule.properties["CredentialArn"] == SECRET


def test_the_owner_of_a_role_is_kept_in_a_snapshot(declared: WantedRegistry) -> None:
    held = registry(*lives(declared))
    assert parse_document(render_text(held), "live.json") == held
