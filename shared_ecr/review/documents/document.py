"""One file of data: what it says, where its resources stand, and what of it was doubtful to read."""

from collections.abc import Mapping

from shared_ecr.documents.json_text import Json
from shared_ecr.findings.problems import Position
from shared_ecr.records import field, record
from shared_ecr.review.deployments import Doubt

# Deeper than any template; beyond it nothing is walked.
DEEPEST = 100
# A thousand repositories with all that belongs to them are 250,000 values.
MOST_VALUES = 2_000_000


@record
class DataFile:
    """A file in JSON or YAML, read."""

    file: str
    """As messages call it."""
    size: int
    """In bytes."""
    data: Json
    resources: Mapping[str, Position] = field(default_factory=dict)
    """Where each key below `Resources` is."""
    doubts: tuple[Doubt, ...] = ()


def too_deep_or_large(data: Json) -> str | None:
    """Say which bound *data* is beyond, without walking deeper than it."""
    level: list[Json] = [data]
    count = 0
    for _ in range(DEEPEST + 1):
        count += len(level)
        if count > MOST_VALUES:
            return f"the file holds more than {MOST_VALUES:,} values"
        below: list[Json] = []
        for each in level:
            if isinstance(each, dict):
                below += each.values()
            elif isinstance(each, list):
                below += each
        if not below:
            return None
        level = below
    return f"values are nested more than {DEEPEST} deep"
