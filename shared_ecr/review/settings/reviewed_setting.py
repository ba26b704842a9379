"""How a review judges one setting: the resource by itself, a change of it, each of its properties, and their number."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING

from shared_ecr.model.settings.table import TYPES, rows_in
from shared_ecr.records import field, record
from shared_ecr.review.deployments import Deployment, Resource, Stack
from shared_ecr.review.findings import RuleFinding

if TYPE_CHECKING:
    # Both sides of a review ask for the rows, so a row cannot ask for them in its turn.
    from shared_ecr.review.changes.registry.settings import SettingCase
    from shared_ecr.review.changes.verdicts.rows import Rows


@record
class ResourceLimit:
    """How many resources of a type one registry takes."""

    number: int
    code: str
    """The code of the finding where there are more."""


@record
class ReviewedSetting:
    """The rules about one resource type of settings."""

    type: str
    judged: Callable[[Stack, Resource], Iterator[RuleFinding]] | None = None
    """Finds what AWS refuses about one resource, and what is dangerous about it."""
    changed: Callable[["SettingCase", Deployment], Iterator[RuleFinding]] | None = None
    """Finds what a change takes away; takes the new side too. What moves with its whole stack is not asked about."""
    properties: "Rows" = field(default_factory=dict)
    """What a change of each property means; a property without a row blocks."""
    limit: ResourceLimit | None = None

    @property
    def plural(self) -> str:
        """What its resources are called: `pull-time exclusions`."""
        return f"{TYPES[self.type].called}s"


@cache
def reviewed_settings() -> Mapping[str, ReviewedSetting]:
    """Return the rules by resource type; they are found at the first review, since their files use other rules."""
    rows = sorted(rows_in("shared_ecr.review.settings", ReviewedSetting), key=lambda each: each.type)
    return {each.type: each for each in rows}
