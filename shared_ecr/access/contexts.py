"""What a request says of its context: keys and values, and whether what it leaves out is absent or unknown."""

from collections.abc import Callable, Mapping

from shared_ecr.records import record


def nothing_is_open(_: str) -> bool:
    """Say of every key that a request without it has no such key."""
    return False


@record
class Context:
    """The context keys of one request, in lower case, each with its values."""

    values: Mapping[str, tuple[str, ...]]
    is_open: Callable[[str], bool] = nothing_is_open
    """Whether a key that `values` lacks could have any value, so that nothing can be said of it."""

    def get(self, key: str, /) -> tuple[str, ...] | None:
        """Return the values of *key*, or None where it is missing; a key without values is missing."""
        return self.values.get(key) or None

    def leaves_open(self, key: str) -> bool:
        """Whether the value of *key* is unknown."""
        return key not in self.values and self.is_open(key)
