"""Deployments made of resources, for tests that need no files."""

from typing import Any

from shared_ecr.documents.json_text import Json, as_json
from shared_ecr.review.deployments import Deployment, Origin, RegistryHome, Resource, Stack

ACCOUNT, REGION = "111111111111", "us-east-1"
HOME = RegistryHome(ACCOUNT, REGION)
ELSEWHERE = RegistryHome(ACCOUNT, "eu-west-1")
UNTAGGED = (
    '{"rules":[{"rulePriority":1,"selection":{"tagStatus":"untagged","countType":"sinceImagePushed",'
    '"countUnit":"days","countNumber":14},"action":{"type":"expire"}}]}'
)
REPOSITORY: dict[str, Any] = {
    "RepositoryName": "team/app",
    "ImageTagMutability": "IMMUTABLE",
    "ImageScanningConfiguration": {"ScanOnPush": True},
    "EncryptionConfiguration": {
        "EncryptionType": "KMS",
        "KmsKey": "arn:aws:kms:us-east-1:111111111111:key/12345678-1234-1234-1234-123456789012",
    },
    "LifecyclePolicy": {"LifecyclePolicyText": UNTAGGED},
}
"""The properties of a repository with which no one finds anything."""


def resource(kind: str, properties: dict[str, Any], logical_id: str = "It", **attributes: Any) -> Resource:
    """Return a resource of *kind*, which is `Repository` for `AWS::ECR::Repository`, or written whole."""
    whole = kind if "::" in kind else f"AWS::ECR::{kind}"
    home = attributes.pop("home", HOME)
    origin = attributes.pop("origin", Origin("template.json", "shared-ecr", logical_id))
    attributes = {"deletion_policy": "Retain", "update_replace_policy": "Retain"} | attributes
    return Resource(whole, as_properties(properties), origin, home, **attributes)


def as_properties(properties: dict[str, Any]) -> dict[str, Json]:
    """Return plain data as a reader of templates would have read it."""
    read = as_json(properties)
    assert isinstance(read, dict)
    return read


def repository(properties: dict[str, Any] | None = None, logical_id: str = "It", **attributes: Any) -> Resource:
    """Return a repository without faults but for *properties*; those that are None are left out."""
    whole = {key: value for key, value in (REPOSITORY | (properties or {})).items() if value is not None}
    return resource("Repository", whole, logical_id, **attributes)


def stack(*resources: Resource, name: str = "shared-ecr", **attributes: Any) -> Stack:
    """Return a stack of *resources*."""
    home = attributes.pop("home", resources[0].home if resources else HOME)
    return Stack(name, attributes.pop("file", f"{name}.template.json"), home, resources, **attributes)


def deployment(*parts: Resource | Stack) -> Deployment:
    """Return a deployment of stacks, or of one stack of resources."""
    stacks = tuple(part for part in parts if isinstance(part, Stack))
    alone = tuple(part for part in parts if isinstance(part, Resource))
    return Deployment("here", (*stacks, stack(*alone)) if alone else stacks)
