"""Mappings and lists of a YAML file while they are read."""

from shared_ecr.documents.json_text import Json
from shared_ecr.records import field, record
from shared_ecr.text import quoted

MERGE_KEY = "<<"


@record(frozen=False)
class OpenList:
    """The items so far."""

    tag: str
    anchor: str | None
    size_before: int
    height: int = 1
    _items: list[Json] = field(default_factory=list)

    def add(self, value: Json) -> str | None:
        """Take *value* as the next item; nothing is ever wrong with it."""
        self._items.append(value)
        return None

    def value(self) -> Json:
        """Return the list."""
        return self._items


@record(frozen=False)
class OpenMapping:
    """The entries so far; of two with one key the last counts."""

    tag: str
    anchor: str | None
    size_before: int
    key: str | None = None
    """The key whose value comes next."""
    height: int = 1
    _entries: dict[str, Json] = field(default_factory=dict)
    _merged: dict[str, Json] = field(default_factory=dict)

    def begin(self, key: str) -> str | None:
        """Take *key*; return what is doubtful about it."""
        self.key = key
        if key == MERGE_KEY:
            return "the merge key '<<' is taken as YAML 1.1 means it; CloudFormation refuses it"
        if key in self._entries:
            return f"the key {quoted(key)} is written twice in one mapping; the last value is judged"
        return None

    def add(self, value: Json) -> str | None:
        """Take *value* for the key that came before; return what is doubtful about it."""
        key, self.key = self.key or "", None
        if key != MERGE_KEY:
            self._entries[key] = value
            return None
        for each in value if isinstance(value, list) else [value]:
            if not isinstance(each, dict):
                return "the merge key '<<' has a value that is not a mapping, and is not judged"
            for name, merged in each.items():
                # The first of several wins.
                self._merged.setdefault(name, merged)
        return None

    def value(self) -> Json:
        """Return the mapping; its own entries win over merged ones."""
        return {**self._merged, **self._entries} if self._merged else self._entries
