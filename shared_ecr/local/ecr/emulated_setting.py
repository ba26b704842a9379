"""A setting of the registry as the embedded AWS has it: the operations that it serves, and the type of a template.

Each setting has a file beside this one, and is known because it is there.
"""

from collections.abc import Mapping
from functools import cache

from shared_ecr.local.cloudformation.types import ResourceType
from shared_ecr.local.ecr.answers import Operation
from shared_ecr.model.settings.table import rows_in
from shared_ecr.records import record


@record
class EmulatedSetting:
    """One setting."""

    operations: Mapping[str, Operation]
    type: ResourceType | None = None
    """None where templates have it by calls alone."""


@cache
def emulated_settings() -> tuple[EmulatedSetting, ...]:
    """Return all settings; they are found at the first request, since their files use the operations of others."""
    return tuple(rows_in("shared_ecr.local.ecr", EmulatedSetting))


def setting_types() -> tuple[ResourceType, ...]:
    """Return the resource types of the settings."""
    return tuple(each.type for each in emulated_settings() if each.type)
