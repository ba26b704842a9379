"""Conditions as people say them: `through vpce-1`, `aws:SourceAccount = 222222222222`."""

from collections.abc import Sequence

from shared_ecr.access.conditions import Condition
from shared_ecr.access.operators import Family

_SHOWN_VALUES = 3
_THROUGH = {"aws:sourcevpce", "aws:sourcevpc"}
_ORDERS = {
    "LessThan": ("before", "below"),
    "LessThanEquals": ("until", "at most"),
    "GreaterThan": ("after", "above"),
    "GreaterThanEquals": ("from", "at least"),
}


def holds(condition: Condition) -> str:
    """Say what a request is like for which *condition* holds."""
    return _said(condition, negated=condition.test.operator.negated)


def fails(conditions: Sequence[Condition]) -> str:
    """Say what a request is like that not all of *conditions* meet."""
    return " or ".join(_said(each, negated=not each.test.operator.negated) for each in conditions)


def _said(condition: Condition, *, negated: bool) -> str:
    key, operator = condition.key, condition.test.operator
    shown = [*condition.values[:_SHOWN_VALUES]]
    if len(condition.values) > _SHOWN_VALUES:
        shown.append(f"{len(condition.values) - _SHOWN_VALUES} more")
    values = " or ".join(shown)
    is_positive = negated is False
    match operator.family:
        case Family.NULL:
            return f"{'without' if ('true' in condition.values) is is_positive else 'with'} {key}"
        case Family.IP:
            return f"{'from' if is_positive else 'not from'} {values}"
        case Family.NUMERIC | Family.DATE if not operator.name.endswith(("ericEquals", "NotEquals", "DateEquals")):
            order = operator.name.removeprefix(operator.family)
            word = _ORDERS[order][operator.family is Family.NUMERIC]
            return f"{key} {'' if is_positive else 'not '}{word} {values}"
        case _ if condition.looked_up in _THROUGH:
            return f"{'through' if is_positive else 'not through'} {values}"
        case _:
            return f"{key} {'=' if is_positive else '≠'} {values}"
