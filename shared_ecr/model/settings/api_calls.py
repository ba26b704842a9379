"""Calls of ECR's API for properties that CloudFormation does not have.

A custom resource makes them; docs/reference/registry-settings.md says which settings these are.
"""

import json
from typing import Any

from shared_ecr.records import record


@record
class CalledSetting:
    """A setting of the registry, and the call that puts it; it is made again whenever the input changes."""

    name: str
    """What the setting is called within a registry; the physical id of the custom resource."""
    operation: str
    """As in the API reference: `PutAccountSetting`."""
    body: str
    """The input as JSON: CloudFormation turns the numbers and booleans of a custom resource into texts."""

    @classmethod
    def of(cls, name: str, operation: str, parameters: dict[str, Any]) -> "CalledSetting":
        """Return the call of *operation* with *parameters*, always the same text for the same parameters."""
        return cls(name, operation, json.dumps(parameters, sort_keys=True, separators=(",", ":")))
