"""What Terraform says that it does to each resource of a plan, and why a plan may not be the whole change.

Source: https://developer.hashicorp.com/terraform/internals/json-format (change representation, plan representation).
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING

from shared_ecr.records import record

if TYPE_CHECKING:
    from shared_ecr.review.deployments import Stack


class Operation(StrEnum):
    """What happens to one object when the plan is applied."""

    NOTHING = "no-op"
    READ = "read"
    CREATE = "create"
    UPDATE = "update"
    """In place: the object stays."""
    REPLACE = "replace"
    """The object is deleted and another one is created, in either order."""
    DELETE = "delete"
    FORGET = "forget"
    """The object stays in AWS, and Terraform no longer manages it."""
    LEAVE = "leave"
    """Another object is created, and the old one stays in AWS without being managed."""
    UNKNOWN = "unknown"
    """Words that this release does not know: they may delete."""

    @property
    def deletes(self) -> bool:
        """Whether the object that is there is deleted, or may be."""
        return self in {Operation.DELETE, Operation.REPLACE, Operation.UNKNOWN}

    @property
    def keeps(self) -> bool:
        """Whether the object that is there stays, and is managed as before."""
        return self in {Operation.NOTHING, Operation.READ, Operation.UPDATE}


_OF_WORDS = {
    frozenset({"no-op"}): Operation.NOTHING,
    frozenset({"read"}): Operation.READ,
    frozenset({"create"}): Operation.CREATE,
    frozenset({"update"}): Operation.UPDATE,
    frozenset({"delete"}): Operation.DELETE,
    frozenset({"forget"}): Operation.FORGET,
    frozenset({"delete", "create"}): Operation.REPLACE,
    # The first is Terraform's (create, then forget), the second OpenTofu's `lifecycle { destroy = false }`.
    frozenset({"create", "forget"}): Operation.LEAVE,
}
# https://developer.hashicorp.com/terraform/internals/json-format: action_reason. Each is the end of a sentence.
_REASONS = {
    "replace_because_cannot_update": "the provider cannot change {paths} in place",
    "replace_because_tainted": "it is marked as tainted",
    "replace_by_request": "the plan was made with -replace",
    "replace_by_triggers": "its replace_triggered_by names something that changes",
    "delete_because_no_resource_config": "its configuration was removed",
    "delete_because_no_module": "its module was removed",
    "delete_because_wrong_repetition": "count or for_each was added or removed",
    "delete_because_count_index": "its index is outside of count",
    "delete_because_each_key": "its key is not in for_each any more",
    "delete_because_no_move_target": "a moved block names a place that does not exist",
}


@record
class PlannedOperation:
    """One entry of `resource_changes`."""

    operation: Operation
    words: tuple[str, ...]
    """The actions as they are written, in their order."""
    reason: str = ""
    """Terraform's `action_reason`; empty where there is none."""
    replace_paths: tuple[str, ...] = ()
    """The attributes that cause a replacement."""

    @classmethod
    def of(cls, words: object, reason: object = None, paths: object = None) -> "PlannedOperation":
        """Read the fields of a change; what has an unexpected shape is an unknown operation."""
        written = words if isinstance(words, list) else []
        texts = tuple(each for each in written if isinstance(each, str))
        is_read = len(texts) == len(written) == len(set(texts))
        operation = _OF_WORDS.get(frozenset(texts), Operation.UNKNOWN) if is_read else Operation.UNKNOWN
        return cls(
            operation,
            texts,
            reason if isinstance(reason, str) else "",
            tuple(_paths(paths)),
        )

    @property
    def creates_first(self) -> bool:
        """Whether the new object is created before the old one is deleted."""
        return self.operation is Operation.REPLACE and self.words[0] == "create"

    @property
    def because(self) -> str:
        """The reason as the end of a sentence; empty where the plan gives none."""
        paths = ", ".join(self.replace_paths) or "an attribute"
        known = _REASONS.get(self.reason, "")
        if not known and self.replace_paths:
            known = _REASONS["replace_because_cannot_update"]
        return known.format(paths=paths) if known else self.reason

    def __str__(self) -> str:
        shown = " and ".join(self.words) or "an action that cannot be read"
        return f"{shown}, because {self.because}" if self.because else shown


def _paths(written: object) -> Iterable[str]:
    for path in written if isinstance(written, list) else ():
        steps = path if isinstance(path, list) else [path]
        yield ".".join(str(step) for step in steps)


@record
class ListedOperation:
    """An operation, and what it is about."""

    address: str
    type: str
    """As Terraform calls it: `aws_ecr_repository`."""
    planned: PlannedOperation
    written_before: str = ""
    """What of the registry the old object writes: `repository policy of team/app`; empty where it is not known."""
    written_after: str = ""
    """What of the registry the new object writes."""
    is_deposed: bool = False
    """Whether it is about an object that an earlier replacement left behind."""


@record
class PlanGap:
    """A reason why the plan is not the whole change."""

    code: str
    what: str
    fix: str
    details: tuple[str, ...] = ()


@record
class TerraformPlan:
    """What a plan says besides the values of its resources."""

    operations: tuple[ListedOperation, ...] = ()
    """Those on resources that concern a registry."""
    gaps: tuple[PlanGap, ...] = ()
    drift: "tuple[Stack, Stack] | None" = None
    """What was changed outside of Terraform, as it was recorded and as it is; None where nothing of a registry was."""
