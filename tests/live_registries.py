"""Live registries as values, for tests that need no AWS."""

import json
from typing import Any

from shared_ecr.documents.live import DeniedRead, LiveRegistry, LiveResource
from shared_ecr.documents.live.live_registry import REPOSITORY
from shared_ecr.model.names import AccountId, Region
from shared_ecr.model.settings.registry_policy import REGISTRY_POLICY

ACCOUNT, HERE = AccountId("111111111111"), Region("us-east-1")
TAKEN = "2026-11-30T08:00:00+00:00"
PULL = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
UNTAGGED = {
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


def statement(principal: Any, actions: list[str] | str = "", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": actions or PULL, **more}


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def repository(name: str, held: dict[str, Any] | None = None, **more: Any) -> LiveResource:
    """Make a live repository with the policy *held*; properties are given in CloudFormation's spelling."""
    about = {key: more.pop(key) for key in ("owner", "key_manager", "key_owner") if key in more}
    properties: dict[str, Any] = {
        "RepositoryName": name,
        "EncryptionConfiguration": {"EncryptionType": "AES256"},
        "ImageScanningConfiguration": {"ScanOnPush": False},
        "ImageTagMutability": "MUTABLE",
        **more,
    }
    if isinstance(properties.get("LifecyclePolicy"), dict) and "rules" in properties["LifecyclePolicy"]:
        properties["LifecyclePolicy"] = {"LifecyclePolicyText": json.dumps(properties["LifecyclePolicy"])}
    if held:
        properties["RepositoryPolicyText"] = held
    return LiveResource(REPOSITORY, properties, policy_text=json.dumps(held) if held else None, **about)


def registry_policy(held: dict[str, Any]) -> LiveResource:
    return LiveResource(REGISTRY_POLICY.type, {"PolicyText": held}, policy_text=json.dumps(held))


def registry(*resources: LiveResource, unread: tuple[DeniedRead, ...] = ()) -> LiveRegistry:
    return LiveRegistry(ACCOUNT, HERE, TAKEN, resources, unread)
