"""What puts a repository back as it was: bodies for `aws ecr … --cli-input-json`, one for each part."""

import json
from collections.abc import Iterator
from typing import Any

from shared_ecr.documents.live import LiveRegistry, LiveResource
from shared_ecr.documents.live.live_registry import tag_pairs
from shared_ecr.records import record


@record
class UndoStep:
    """One call that puts a part of a repository back."""

    file: str
    """The name of the file with the body."""
    repository: str
    field: str
    """The part that it puts back: `policy`, `lifecycle`, `tags`, `mutability` or `scan`."""
    operation: str
    """As the AWS command line calls it: `set-repository-policy`."""
    body: dict[str, Any]

    @property
    def command(self) -> str:
        """The command, run within the folder of the adoption."""
        return f"aws ecr {self.operation} --cli-input-json file://undo/{self.file}"


def undo_steps(live: LiveRegistry, names: frozenset[str]) -> Iterator[UndoStep]:
    """Yield what puts each of the repositories *names* back."""
    for resource in live.repositories:
        if resource.name in names:
            yield from _steps(live, resource)


def _steps(live: LiveRegistry, resource: LiveResource) -> Iterator[UndoStep]:
    name = resource.name
    stem = resource.logical_id
    about = {"registryId": str(live.account), "repositoryName": name}

    def step(field: str, operation: str, **body: Any) -> UndoStep:
        return UndoStep(f"{stem}-{field}.json", name, field, operation, body)

    if resource.policy_text is not None:
        yield step("policy", "set-repository-policy", **about, policyText=resource.policy_text)
    else:
        yield step("policy", "delete-repository-policy", **about)
    held = resource.properties.get("LifecyclePolicy")
    if isinstance(held, dict):
        yield step("lifecycle", "put-lifecycle-policy", **about, lifecyclePolicyText=held["LifecyclePolicyText"])
    else:
        yield step("lifecycle", "delete-lifecycle-policy", **about)
    arn = f"arn:{live.region.partition}:ecr:{live.region}:{live.account}:repository/{name}"
    tags = [{"Key": key, "Value": value} for key, value in tag_pairs(resource.properties.get("Tags"))]
    if tags:
        yield step("tags", "tag-resource", resourceArn=arn, tags=tags)
    mode = resource.properties.get("ImageTagMutability", "MUTABLE")
    filters = resource.properties.get("ImageTagMutabilityExclusionFilters")
    exclusions = {
        "imageTagMutabilityExclusionFilters": [
            {"filterType": "WILDCARD", "filter": each["ImageTagMutabilityExclusionFilterValue"]}
            for each in filters
            if isinstance(each, dict)
        ]
    } if isinstance(filters, list) else {}  # fmt: skip
    yield step("mutability", "put-image-tag-mutability", **about, imageTagMutability=mode, **exclusions)
    scanning = resource.properties.get("ImageScanningConfiguration")
    is_scanned = isinstance(scanning, dict) and scanning.get("ScanOnPush") is True
    yield step(
        "scan", "put-image-scanning-configuration", **about, imageScanningConfiguration={"scanOnPush": is_scanned}
    )


def render(step: UndoStep) -> str:
    """Render the body of *step*."""
    return f"{json.dumps(step.body, indent=2)}\n"
