"""What CloudFormation's drift detection compares: only the properties that a template sets.

A policy that the template does not declare is therefore in sync, as on AWS.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html
"""

import json
from typing import Any

from shared_ecr.local import hooks
from shared_ecr.local.cloudformation import repositories
from shared_ecr.local.cloudformation.types import like
from shared_ecr.local.tag_rules import FILTERS
from shared_ecr.text.spelling import pascal_keys

Properties = dict[str, Any]
_FILTER = "ImageTagMutabilityExclusionFilter"


def install() -> None:
    """Compare the properties of repositories, and not only their existence; each setting does so in its own file."""
    # AWS recommends the detection after an import, so the stack may be in that status:
    # https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/import-resources-manually.html
    hooks.DRIFT_STATUSES.wrap(lambda statuses: statuses | {"IMPORT_COMPLETE"})
    readers = hooks.DRIFT_READERS.read()
    readers[repositories.TYPE] = (
        _repository,
        frozenset(
            {
                "ImageTagMutability", f"{_FILTER}s", "ImageScanningConfiguration", "LifecyclePolicy",
                "RepositoryPolicyText", "Tags",
            }
        ),
    )  # fmt: skip


def _repository(name: str, props: Properties) -> Properties | None:
    repository = hooks.REPOSITORIES.read().get(name)
    if repository is None:
        return None
    lifecycle = hooks.LIFECYCLE_POLICIES.read().get(name)
    policy = hooks.REPOSITORY_POLICIES.read().get(name)
    return {
        "ImageTagMutability": repository["imageTagMutability"],
        f"{_FILTER}s": [
            {f"{_FILTER}Type": each["filterType"], f"{_FILTER}Value": each["filter"]}
            for each in repository.get(FILTERS, [])
        ],
        "ImageScanningConfiguration": pascal_keys(repository["imageScanningConfiguration"]),
        "LifecyclePolicy": {"LifecyclePolicyText": _text(lifecycle)} if lifecycle else None,
        "RepositoryPolicyText": like(props.get("RepositoryPolicyText"), _text(policy)),
        "Tags": repository.get("tags", []),
    }


def _text(held: Any) -> str | None:
    """Return the text of a policy, however it is kept."""
    if isinstance(held, dict):
        return str(held.get("lifecyclePolicyText") or held.get("policyText") or json.dumps(held))
    return held if held is None else str(held)
