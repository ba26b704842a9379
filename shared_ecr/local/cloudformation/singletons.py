"""The four types that a registry has one resource of: a second is refused, as AWS's own handlers refuse it.

https://github.com/aws-cloudformation/aws-cloudformation-resource-providers-ecr
"""

import json
from collections.abc import Callable

from ministack.core.responses import get_account_id

from shared_ecr.local.cloudformation.types import Made, Properties, ResourceType, request_of
from shared_ecr.local.ecr import registry_policy, replication, scanning, signing
from shared_ecr.local.ecr.answers import RequestBody, ServiceError
from shared_ecr.local.ecr.operations import ECR, declare


def _singleton(
    name: str,
    properties: tuple[str, ...],
    put: tuple[str, Callable[[Properties], RequestBody]],
    exists: Callable[[], bool],
    remove: Callable[[], object],
) -> ResourceType:
    """Make a type of what the registry has: the operation that puts it, whether it is there, how it is deleted."""
    operation, render = put

    def update(_: str, props: Properties) -> Made:
        declare(ECR, operation, render(props))
        return get_account_id(), {"RegistryId": get_account_id()}

    def create(props: Properties, _: str) -> Made:
        if exists():
            message = f"Resource of type '{name}' with identifier '{get_account_id()}' already exists."
            raise ServiceError("AlreadyExists", message)
        return update("", props)

    def is_ours(physical_id: str) -> bool:
        return physical_id == get_account_id() and exists()

    return ResourceType(name, properties, create, update, lambda _: remove(), exists=is_ours, imported_by="RegistryId")


def _policy(props: Properties) -> RequestBody:
    """Render the policy as text; a template may have it as an object."""
    text = props.get("PolicyText")
    return {"policyText": text if isinstance(text, str) or text is None else json.dumps(text)}


def _replication(props: Properties) -> RequestBody:
    """Render the rules; the type has no property for delete replication, whatever the API has."""
    request = request_of(props)
    for rule in request.get("replicationConfiguration", {}).get("rules", []):
        if "deleteReplication" in rule:
            raise ServiceError.validation(
                "Properties validation failed: extraneous key [DeleteReplication] is not permitted"
            )
    return request


def _signing(props: Properties) -> RequestBody:
    return {"signingConfiguration": request_of(props)}


TYPES = (
    _singleton(
        "AWS::ECR::RegistryPolicy",
        ("PolicyText",),
        ("PutRegistryPolicy", _policy),
        registry_policy.exists,
        lambda: registry_policy.delete({}),
    ),
    _singleton(
        "AWS::ECR::RegistryScanningConfiguration",
        ("ScanType", "Rules"),
        ("PutRegistryScanningConfiguration", request_of),
        scanning.exists,
        lambda: scanning.put(scanning.DEFAULT),
    ),
    _singleton(
        "AWS::ECR::ReplicationConfiguration",
        ("ReplicationConfiguration",),
        ("PutReplicationConfiguration", _replication),
        replication.exists,
        lambda: replication.put({"replicationConfiguration": {"rules": []}}),
    ),
    _singleton(
        "AWS::ECR::SigningConfiguration",
        ("Rules",),
        ("PutSigningConfiguration", _signing),
        signing.exists,
        lambda: signing.delete({}),
    ),
)
