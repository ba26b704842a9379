"""What a setting of a registry is: a key of the declaration with its value, and a resource type with its facts.

Each setting has a file beside this one, with a `Setting` for each key and a `SettingType` for each resource type.
`table` finds them there; everything that is the same for all settings iterates over that table.
docs/adr/0058-settings-are-a-table.md says which files a new setting touches.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from shared_ecr.model.names import EcrRegistry

T = TypeVar("T")
Properties = Mapping[str, Any]
"""The properties of one resource, in the spelling of CloudFormation."""


@dataclass(frozen=True, slots=True)
class SettingValue:
    """What a declaration says about one key."""

    key: str
    value: object


@dataclass(frozen=True, slots=True)
class Setting(Generic[T]):
    """A key under `registry` in the declaration, and what holds where it is not written."""

    key: str
    default: T
    normal: Callable[[T], T] | None = None
    """Puts the value in an order of its own: the order of the file has no meaning and must not reach the template."""

    def holding(self, value: T) -> SettingValue:
        """Return *value* as what a declaration says."""
        return SettingValue(self.key, self.normal(value) if self.normal else value)


@dataclass(frozen=True, slots=True, init=False)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingType:
    """A resource type that settings become, and what is known of it."""

    type: str
    """As in a template: `AWS::ECR::PullTimeUpdateExclusion`."""
    order: int
    """Where its resources come in a template; the number of a released type never changes."""
    called: str
    """What reports call one of its resources: `pull-time exclusion`."""
    keys: tuple[str, ...]
    """The keys under `registry` that make such a resource, the one that a person would look at first."""
    scope: tuple[str, ...]
    """The ids of the constructs above its resources, or of a singleton itself; logical ids are made of them."""
    read_by: str
    """The operation of ECR that reads it: `ListPullTimeUpdateExclusions`."""
    named_by: str | None = None
    """The property that distinguishes its resources; None where a registry has one."""
    create_only: tuple[str, ...] = ()
    """The properties that are fixed when the resource is created: `createOnlyProperties` of the published schema."""
    policies: frozenset[str] = frozenset()
    """The properties that hold a policy, whose keys are not spelled as properties are."""
    render: Callable[[SettingsSpec, EcrRegistry], Iterable[Properties]] | None = None
    """Renders its resources in one registry; None where a construct of its own adds roles, secrets or functions."""

    @property
    def words(self) -> str:
        """What lists of differences call it: `scanning`."""
        return self.called.removesuffix(" configuration")
