"""A setting as a declaration has it: a key under `registry`, its value, and all values of one registry.

Each setting has a file beside this one, with a `Setting` for each key and a `SettingType` for each resource type.
`table` finds them there; everything that is the same for all settings iterates over that table.
docs/adr/0058-settings-are-a-table.md says which files a new setting touches.
"""

from collections.abc import Callable
from typing import Generic, TypeVar, cast

from shared_ecr.records import record

T = TypeVar("T")


@record
class SettingValue:
    """What a declaration says about one key."""

    key: str
    value: object


@record
class Setting(Generic[T]):
    """A key under `registry` in the declaration, and what holds where it is not written."""

    key: str
    default: T
    normal: Callable[[T], T] | None = None
    """Puts the value in an order of its own: the order of the file has no meaning and must not reach the template."""

    def holding(self, value: T) -> SettingValue:
        """Return *value* as what a declaration says."""
        return SettingValue(self.key, self.normal(value) if self.normal else value)


@record
class SettingsSpec:
    """All settings of a registry; those left out have the safe value or stay as the account has them."""

    values: tuple[SettingValue, ...]

    def __init__(self, *values: SettingValue) -> None:
        """Take what a declaration says, each key once."""
        object.__setattr__(self, "values", tuple(sorted(values, key=lambda each: each.key)))

    def __getitem__(self, setting: Setting[T]) -> T:
        """Return the value of *setting*: the declared one, or else its default."""
        found = next((each for each in self.values if each.key == setting.key), None)
        # `Setting.holding` is the only way in, and it takes a value of the setting's own type.
        return cast("T", found.value) if found else setting.default
