"""What drift detection of CloudFormation sees: the properties that a template sets, and no others.

A policy that the template does not declare is therefore in sync, as on AWS.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html
"""

import json
from collections.abc import Callable
from typing import Any

from shared_ecr.local import hooks
from shared_ecr.local.cloudformation import repositories
from shared_ecr.local.ecr import registry_policy, replication, scanning, signing
from shared_ecr.local.ecr.answers import ServiceError
from shared_ecr.local.tag_rules import FILTERS

Properties = dict[str, Any]
Reader = Callable[[str, Properties], Properties | None]
_FILTER = "ImageTagMutabilityExclusionFilter"


def install() -> None:
    """Compare repositories and the settings that a registry has once by what they are, and not by their existence."""
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
    readers["AWS::ECR::RegistryPolicy"] = (_registry_policy, frozenset({"PolicyText"}))
    readers["AWS::ECR::RegistryScanningConfiguration"] = (_scanning, frozenset({"ScanType", "Rules"}))
    readers["AWS::ECR::ReplicationConfiguration"] = (_replication, frozenset({"ReplicationConfiguration"}))
    readers["AWS::ECR::SigningConfiguration"] = (_signing, frozenset({"Rules"}))


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
        "ImageScanningConfiguration": pascal(repository["imageScanningConfiguration"]),
        "LifecyclePolicy": {"LifecyclePolicyText": _text(lifecycle)} if lifecycle else None,
        "RepositoryPolicyText": _like(props.get("RepositoryPolicyText"), _text(policy)),
        "Tags": repository.get("tags", []),
    }


def _text(held: Any) -> str | None:
    """Return the text of a policy, however it is kept."""
    if isinstance(held, dict):
        return str(held.get("lifecyclePolicyText") or held.get("policyText") or json.dumps(held))
    return held if held is None else str(held)


def _like(expected: Any, text: str | None) -> Any:
    """Return a policy as the template has it: as text, or as an object."""
    return text if isinstance(expected, str) or text is None else json.loads(text)


def _registry_policy(_: str, props: Properties) -> Properties | None:
    if not registry_policy.exists():
        return None
    return {"PolicyText": _like(props.get("PolicyText"), registry_policy.get({})["policyText"])}


def _scanning(_: str, __: Properties) -> Properties | None:
    read: Properties = pascal(scanning.get({})["scanningConfiguration"])
    return read


def _replication(_: str, __: Properties) -> Properties | None:
    configuration = replication.describe({})["replicationConfiguration"]
    rules = [{key: each for key, each in rule.items() if key != "deleteReplication"} for rule in configuration["rules"]]
    return {"ReplicationConfiguration": {"Rules": pascal(rules)}} if rules else None


def _signing(_: str, __: Properties) -> Properties | None:
    try:
        read: Properties = pascal(signing.get({})["signingConfiguration"])
    except ServiceError:
        return None
    return read


def pascal(value: Any) -> Any:
    """Return *value* with keys that begin with a capital, as templates write them."""
    match value:
        case dict():
            return {f"{key[0].upper()}{key[1:]}": pascal(each) for key, each in value.items()}
        case list():
            return [pascal(each) for each in value]
        case _:
            return value
