"""Changes as an attacker, or a tired colleague, would hide them, each with a harmless change that looks like it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Body = dict[str, Any]
Resources = Mapping[str, Body]

RETAINED = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
PULL = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"]
AUTO_DELETE_TAG = {"Key": "aws-cdk:auto-delete-images", "Value": "true"}
FUNCTION = "arn:aws:lambda:us-east-1:111111111111:function:handler"


@dataclass(frozen=True)
class Attack:
    """A change, and what it is called by the finding that it must lead to."""

    name: str
    before: Resources
    after: Resources
    code: str
    severity: str = "error"
    twin: Resources | None = None
    """What `after` would be without harm; None where nothing similar is harmless."""
    twin_of: Resources | None = None
    """What the twin is compared with, where it is not `before`."""
    says: str = ""
    """Words that the finding must have."""


def policy(*statements: Body) -> Body:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(principal: Any, actions: Any = None, **more: Any) -> Body:
    return {"Effect": "Allow", "Principal": principal, "Action": actions or PULL, **more}


def lifecycle(*counts: tuple[str, int]) -> str:
    """Return a policy that keeps so many images of each tag pattern."""
    return json.dumps({
        "rules": [
            {
                "rulePriority": number,
                "selection": {
                    "tagStatus": "tagged", "tagPatternList": [pattern],
                    "countType": "imageCountMoreThan", "countNumber": count,
                },
                "action": {"type": "expire"},
            }
            for number, (pattern, count) in enumerate(counts, 1)
        ]
    })  # fmt: skip


def repository(name: str | None = "team/app", *, keep: bool = True, **properties: Any) -> Body:
    """Return a repository without faults but for *properties*; one that is not one is left out."""
    made = {
        "RepositoryName": name,
        "ImageTagMutability": "IMMUTABLE",
        "ImageScanningConfiguration": {"ScanOnPush": True},
        "LifecyclePolicy": {"LifecyclePolicyText": lifecycle(("v*", 100))},
        "RepositoryPolicyText": policy(allow({"AWS": "arn:aws:iam::222222222222:root"})),
        **properties,
    }
    return resource("AWS::ECR::Repository", **made) | (RETAINED if keep else {})


def resource(type_: str, **properties: Any) -> Body:
    return {"Type": type_, "Properties": {key: value for key, value in properties.items() if value is not None}}


def auto_delete(of: Any = None, **more: Any) -> Body:
    made = resource("Custom::ECRAutoDeleteImages", ServiceToken=FUNCTION, RepositoryName=of or {"Ref": "App"})
    return made | {"DeletionPolicy": "Delete"} | more
