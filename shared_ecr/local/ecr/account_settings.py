"""The settings of an account in one Region, which no CloudFormation type has.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_PutAccountSetting.html
"""

from collections.abc import Mapping

from shared_ecr.local.ecr.answers import Operation, RequestBody, ServiceError, new_store
from shared_ecr.local.ecr.emulated_setting import EmulatedSetting

# For each setting what may be put; the first is what an account has that never put any. The older values, CLAIR and
# V1, are read from old accounts and not taken any more.
SETTINGS: Mapping[str, tuple[str, ...]] = {
    "BASIC_SCAN_TYPE_VERSION": ("AWS_NATIVE",),
    "BLOB_MOUNTING": ("DISABLED", "ENABLED"),
    "REGISTRY_POLICY_SCOPE": ("V2",),
}

_values = new_store()


def get(request: RequestBody) -> RequestBody:
    """Return the value of a setting."""
    name = request["name"]
    return {"name": name, "value": _values.get(name, _admitted(name)[0])}


def put(request: RequestBody) -> RequestBody:
    """Store the value of a setting."""
    name, value = request["name"], request["value"]
    if value not in _admitted(name):
        expected = ", ".join(_admitted(name))
        raise ServiceError.validation(f"'{value}' is not a value of the account setting {name}; valid: {expected}")
    _values[name] = value
    return {"name": name, "value": value}


def _admitted(name: str) -> tuple[str, ...]:
    if name not in SETTINGS:
        raise ServiceError.validation(f"'{name}' is not an account setting; valid: {', '.join(SETTINGS)}")
    return SETTINGS[name]


OPERATIONS: Mapping[str, Operation] = {"GetAccountSetting": get, "PutAccountSetting": put}
SETTING = EmulatedSetting(OPERATIONS)
