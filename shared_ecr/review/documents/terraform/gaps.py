"""Why a plan does not show the whole change, or may not.

Source: https://developer.hashicorp.com/terraform/internals/json-format (`complete`, `errored`, `applyable`,
`deferred_changes`).
"""

from collections import Counter
from collections.abc import Iterator

from shared_ecr.documents.json_text import Json
from shared_ecr.review.documents.terraform.resource_changes import ResourceChange, changes_of
from shared_ecr.review.documents.terraform.resource_types import KMS_KEYS, concerns_a_registry
from shared_ecr.review.documents.terraform.sides import PlanSides
from shared_ecr.review.operations import Operation, PlanGap
from shared_ecr.text import counted, first_lines

INCOMPLETE, DEFERRED = "plan-incomplete", "plan-deferred"
_PLAN_AGAIN = "Plan again, and review the whole output of 'terraform show -json'"
_NEEDS_BEFORE = frozenset({
    Operation.NOTHING, Operation.UPDATE, Operation.DELETE, Operation.REPLACE, Operation.FORGET, Operation.LEAVE,
})  # fmt: skip
_NEEDS_AFTER = frozenset({
    Operation.NOTHING, Operation.CREATE, Operation.UPDATE, Operation.REPLACE, Operation.LEAVE,
})  # fmt: skip
_SHOWN = 20


def gaps_of(sides: PlanSides) -> Iterator[PlanGap]:
    """Yield every reason why *sides* are not the whole change; a state has none."""
    if sides.is_state:
        return
    plan = sides.plan
    if _is_set(plan.get("errored"), expected=False):
        yield _incomplete(
            "Terraform stopped planning because of an error: the plan has only the changes that were found before it",
            "Correct the error, and plan again",
        )
    if _is_set(plan.get("complete"), expected=True):
        yield _incomplete(
            "Terraform says that the plan is not complete: applying it needs at least one more plan afterwards",
            "Review that plan too before it is applied; or plan without -target and without -exclude",
        )
    changes_anything = any(each.planned.operation not in {Operation.NOTHING, Operation.READ} for each in sides.changes)
    if changes_anything and _is_set(plan.get("applyable"), expected=True):
        yield _incomplete("Terraform says that the plan cannot be applied, and it lists changes", _PLAN_AGAIN)
    yield from _deferred(sides)
    yield from _cut_off(sides)


def _is_set(value: Json, *, expected: bool) -> bool:
    """Whether *value* is written and is not what a whole plan has; a plan of an older version leaves it out."""
    return value is not None and value is not expected


def _deferred(sides: PlanSides) -> Iterator[PlanGap]:
    written = sides.plan.get("deferred_changes")
    if written:
        ours = [each for each in sides.deferred if concerns_a_registry(each.type)]
        lines = [f"{each.address}: {each.planned}" for each in ours]
        number = len(written) if isinstance(written, list) else 1
        yield PlanGap(
            DEFERRED,
            f"Terraform defers {counted(number, 'change')} to a later plan, {len(ours)} of them to resources "
            "of a registry",
            "Apply the plan, plan again, and review the new plan before it is applied",
            _cut(lines),
        )


def _cut_off(sides: PlanSides) -> Iterator[PlanGap]:
    if _lost_its_operations(sides):
        unlisted = [each.address for each in sides.unlisted() if concerns_a_registry(each.type)]
        yield _incomplete(
            "resource_changes is missing: the plan does not have what Terraform does", _PLAN_AGAIN, unlisted
        )
    written = sides.plan.get("resource_changes")
    known = len(list(changes_of(written)))
    if written is not None and (not isinstance(written, list) or known < len(written)):
        yield _incomplete("resource_changes holds entries that cannot be read", _PLAN_AGAIN)
    lost = [each.address for each in sides.changes if each.type in KMS_KEYS and each.planned.operation.deletes]
    lists_what_stays = any(each.planned.operation is Operation.NOTHING for each in sides.changes)
    if lost and not lists_what_stays and not {"prior_state", "planned_values"} & set(sides.plan):
        yield _incomplete(
            "a key is deleted, and prior_state and planned_values are missing: the plan does not have the repositories "
            "that it encrypts", _PLAN_AGAIN, lost,
        )  # fmt: skip
    unlike = [each.address for each in sides.changes if _contradicts_itself(each)]
    if unlike:
        yield _incomplete("entries say that nothing is done, and their values change", _PLAN_AGAIN, unlike)
    objects = Counter(each.object_address for each in sides.changes)
    twice = [address for address, count in objects.items() if count > 1]
    if twice:
        yield _incomplete("resource_changes lists an object twice", _PLAN_AGAIN, twice)
    prior = {each.address for each in sides.prior}
    planned = {each.address for each in sides.planned}
    ours = [each for each in sides.changes if concerns_a_registry(each.type)]
    without = [each.address for each in ours if _lacks_a_side(each, prior, planned)]
    if without:
        yield _incomplete(
            "the values of resources are missing: the plan does not say what they were or what they become",
            _PLAN_AGAIN, without,
        )  # fmt: skip


def _contradicts_itself(change: ResourceChange) -> bool:
    """Whether the entry of something of a registry says that nothing is done, and the two sides of it differ."""
    is_ours = concerns_a_registry(change.type) or change.type in KMS_KEYS
    both = change.before is not None and change.after is not None
    return is_ours and both and change.planned.operation is Operation.NOTHING and change.before != change.after


def _lost_its_operations(sides: PlanSides) -> bool:
    """Whether `resource_changes` was cut off: Terraform leaves it out only of a plan without any resource."""
    plan = sides.plan
    if "resource_changes" in plan:
        return False
    changes_something = plan.get("applyable") is True and not plan.get("output_changes")
    return "planned_values" not in plan or changes_something or any(True for _ in sides.unlisted())


def _lacks_a_side(change: ResourceChange, prior: set[str], planned: set[str]) -> bool:
    operation = change.planned.operation
    has_before = change.before is not None or bool({change.address, change.previous_address} & prior)
    has_after = change.has_after or change.address in planned
    return (operation in _NEEDS_BEFORE and not has_before) or (operation in _NEEDS_AFTER and not has_after)


def _incomplete(what: str, fix: str, lines: list[str] | None = None) -> PlanGap:
    return PlanGap(INCOMPLETE, what, fix, _cut(lines or []))


def _cut(lines: list[str]) -> tuple[str, ...]:
    return tuple(first_lines(lines, _SHOWN))
