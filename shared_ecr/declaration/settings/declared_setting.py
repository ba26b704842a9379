"""How a declaration writes one setting: the reader of its key, and what the schema says about it."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from shared_ecr.declaration.reader import Reading
from shared_ecr.declaration.schema.pieces import Schema
from shared_ecr.declaration.settings.settings_context import SettingsContext
from shared_ecr.documents.nodes import Node
from shared_ecr.model.settings.setting import Setting, SettingsSpec, SettingValue
from shared_ecr.records import record

T = TypeVar("T")


@record
class DeclaredSetting(Generic[T]):
    """A setting, and how it is written."""

    setting: Setting[T]
    read: Callable[[Reading, Node, str, SettingsContext], T]
    """Reads what is written under the key, and notes each fault; takes the path of the key too."""
    schema: Callable[[], Schema]
    """Describes what may be written under the key."""
    judge: Callable[[Reading, Node, SettingsSpec, Sequence[str]], None] | None = None
    """Notes what contradicts another setting or the names of repositories; None where nothing can."""

    def value(self, reading: Reading, node: Node, path: str, around: SettingsContext) -> SettingValue:
        """Read *node* as the value of the setting."""
        return self.setting.holding(self.read(reading, node, path, around))
