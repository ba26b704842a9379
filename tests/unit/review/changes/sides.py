"""Sides of a review, from the resources of templates as Python has them."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from shared_ecr.access.trust_boundary import TrustBoundary
from shared_ecr.documents.json_text import as_json
from shared_ecr.fate.inventory import Inventory
from shared_ecr.review.changes import Changed, ReviewContext, compare
from shared_ecr.review.deployments import Deployment, Origin, RegistryHome, Resource, Stack

ACCOUNT, CONSUMER = "111111111111", "222222222222"
HOME = RegistryHome(ACCOUNT, "us-east-1")
ORGANIZATION = "o-a1b2c3d4e5"
NOW = datetime(2026, 11, 21, tzinfo=UTC)
KNOWN = TrustBoundary(ORGANIZATION, frozenset({ACCOUNT, CONSUMER}))
PULL = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
RETAINED = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
Body = dict[str, Any]


def repository(name: str | None = "team/app", *, keep: bool = True, **properties: Any) -> Body:
    """Return a repository; a property of None is left out."""
    made = {
        "RepositoryName": name,
        "ImageTagMutability": "IMMUTABLE",
        "ImageScanningConfiguration": {"ScanOnPush": True},
        "EncryptionConfiguration": {"EncryptionType": "KMS", "KmsKey": "${Deployed:Key.Arn}"},
        "LifecyclePolicy": {"LifecyclePolicyText": rules(untagged(1, 14))},
        "RepositoryPolicyText": policy(allow()),
        "Tags": [{"Key": "team", "Value": "platform"}],
        **properties,
    }
    return {
        "Type": "AWS::ECR::Repository",
        "Properties": {key: value for key, value in made.items() if value is not None},
        **(RETAINED if keep else {}),
    }


def resource(type_: str, **properties: Any) -> Body:
    return {"Type": f"AWS::ECR::{type_}", "Properties": properties}


def side(*stacks: Stack, **resources: Body) -> Deployment:
    """Return what *stacks* deploy, or one stack called `shared-ecr` of *resources*."""
    return Deployment("side", stacks or (stack("shared-ecr", **resources),))


def stack(name: str, home: RegistryHome = HOME, tool: str = "cloudformation", /, **resources: Body) -> Stack:
    return Stack(name, f"{name}.json", home, tuple(made(name, home, *each) for each in resources.items()), tool=tool)


def made(stack_name: str, home: RegistryHome, logical_id: str, body: Mapping[str, Any]) -> Resource:
    properties = as_json(body["Properties"])
    assert isinstance(properties, dict)
    return Resource(
        body["Type"],
        properties,
        Origin(f"{stack_name}.json", stack_name, logical_id),
        home,
        body.get("DeletionPolicy", ""),
        body.get("UpdateReplacePolicy", ""),
    )


def allow(principal: object = None, condition: object = None, **elements: object) -> Body:
    statement: Body = {"Effect": "Allow", "Principal": principal or {"AWS": CONSUMER}, "Action": PULL, **elements}
    return statement | ({"Condition": condition} if condition else {})


def policy(*statements: Body) -> Body:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def rules(*found: Body) -> str:
    return json.dumps({"rules": list(found)})


def untagged(priority: int, days: int) -> Body:
    selection = {"tagStatus": "untagged", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": days}
    return {"rulePriority": priority, "selection": selection, "action": {"type": "expire"}}


def changed(
    before: Deployment | Mapping[str, Body],
    after: Deployment | Mapping[str, Body],
    inventory: Inventory | None = None,
    known: TrustBoundary = KNOWN,
) -> Changed:
    """Compare two sides, each whole or as the resources of one stack."""
    old, new = (each if isinstance(each, Deployment) else side(**each) for each in (before, after))
    return compare(old, new, ReviewContext(known, NOW, inventory))


def codes(found: Changed, *severities: str) -> list[str]:
    """Return the codes of what is found, of *severities* where some are named."""
    return [each.code for each in found.findings if not severities or each.severity in severities]


def blocking(before: Mapping[str, Body] | Deployment, after: Mapping[str, Body] | Deployment) -> list[str]:
    return codes(changed(before, after), "error")


def of_repositories(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """Return what blocks where repositories of these names are declared before and after."""
    old, new = ({f"R{name.title().replace('/', '')}": repository(name) for name in names} for names in (before, after))
    return blocking(old, new)
