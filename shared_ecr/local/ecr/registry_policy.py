"""The registry policy: put, read and deleted; nothing is decided by it, since API calls are not authorized here.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry-permissions.html
"""

import json
from collections.abc import Mapping

from ministack.core.responses import get_account_id

from shared_ecr.local.cloudformation.singletons import singleton
from shared_ecr.local.cloudformation.types import Properties, like
from shared_ecr.local.ecr.answers import Operation, RequestBody, ServiceError, new_store
from shared_ecr.local.ecr.emulated_setting import EmulatedSetting
from shared_ecr.local.ecr.policies import require_registry_policy

# The one policy of each registry, under the empty key.
_policies = new_store()


def put(request: RequestBody) -> RequestBody:
    """Store the policy, in the place of an earlier one."""
    require_registry_policy(request["policyText"])
    _policies[""] = request["policyText"]
    return get({})


def get(_: RequestBody) -> RequestBody:
    """Return the policy; refuse where there is none."""
    if "" not in _policies:
        message = f"Registry policy does not exist in the registry with id '{get_account_id()}'"
        raise ServiceError("RegistryPolicyNotFoundException", message)
    return {"registryId": get_account_id(), "policyText": _policies[""]}


def delete(_: RequestBody) -> RequestBody:
    """Forget the policy and return it; refuse where there is none."""
    deleted = get({})
    del _policies[""]
    return deleted


def exists() -> bool:
    """Whether the registry has one."""
    return "" in _policies


OPERATIONS: Mapping[str, Operation] = {
    "PutRegistryPolicy": put,
    "GetRegistryPolicy": get,
    "DeleteRegistryPolicy": delete,
}


def _request(props: Properties) -> RequestBody:
    """Render the policy as text; a template may have it as an object."""
    text = props.get("PolicyText")
    return {"policyText": text if isinstance(text, str) or text is None else json.dumps(text)}


def _drift(_: str, props: Properties) -> Properties | None:
    return {"PolicyText": like(props.get("PolicyText"), get({})["policyText"])} if exists() else None


SETTING = EmulatedSetting(
    OPERATIONS,
    singleton(
        "AWS::ECR::RegistryPolicy",
        ("PolicyText",),
        put=("PutRegistryPolicy", _request),
        exists=exists,
        remove=lambda: delete({}),
        drift=_drift,
    ),
)
