"""Templates as data or text, read into a deployment, for the tests of the readers."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from shared_ecr.model.names import Region
from shared_ecr.review.deployments import Deployment, Resource
from shared_ecr.review.documents import DeploymentTarget, load_deployment, open_deployment
from shared_ecr.review.worlds import explore

ACCOUNT = "111111111111"
PLACE = DeploymentTarget(ACCOUNT, Region.parse("us-east-1"))
REPOSITORY = "AWS::ECR::Repository"


def read(
    folder: Path, template: object, parameters: Mapping[str, str] | None = None, place: DeploymentTarget = PLACE
) -> Deployment:
    """Read one template: a text as YAML, anything else as JSON."""
    is_text = isinstance(template, str)
    file = folder / ("t.yaml" if is_text else "t.json")
    file.write_text(str(template) if is_text else json.dumps(template), encoding="utf-8")
    return load_deployment(file, place, parameters or {}, shown_as=file.name)


def all_worlds(folder: Path, template: object) -> list[Deployment]:
    """Read one template in JSON in every world."""
    file = folder / "t.json"
    file.write_text(json.dumps(template), encoding="utf-8")
    return [world.deployments[0] for world in explore([open_deployment(file, PLACE)]).worlds]


def resources(**bodies: object) -> dict[str, Any]:
    """Return a template of resources."""
    return {"Resources": bodies}


def repository(**properties: object) -> dict[str, Any]:
    """Return a repository."""
    return {"Type": REPOSITORY, "Properties": properties}


def named(deployment: Deployment, logical_id: str) -> Resource:
    """Return the resource with *logical_id*."""
    return next(each for stack in deployment.stacks for each in stack.resources if each.origin.logical_id == logical_id)


def ids(deployment: Deployment) -> list[str]:
    """Return the logical ids of all resources, in order."""
    return [each.origin.logical_id for stack in deployment.stacks for each in stack.resources]


def doubts(deployment: Deployment) -> list[str]:
    """Return what is in doubt, a sentence each."""
    return [str(doubt) for doubt in deployment.doubts]
