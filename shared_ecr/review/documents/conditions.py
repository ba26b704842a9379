"""The conditions of one template: whether each holds, under what is assumed of the values that are open."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from shared_ecr.documents.json_text import Json, Number
from shared_ecr.review.deployments import is_known
from shared_ecr.review.documents.open_values import changed_name, shown, solutions
from shared_ecr.review.documents.places import can_be
from shared_ecr.review.documents.stack_assumptions import StackAssumptions

if TYPE_CHECKING:
    from shared_ecr.review.documents.assumptions import Touched

CONDITION = "condition "
"""What is in front of the name of a condition among names of all kinds: a parameter can be called like it."""

# Conditions that depend on conditions, deeper than people write them.
_DEEPEST = 50
# A comparison that holds in more ways than this is assumed both ways instead.
_MOST_WAYS = 6


class Conditions:
    """Answers for one template; what is undecided by itself is decided by an assumption."""

    def __init__(
        self, written: Mapping[str, Json], resolve: Callable[[Json], Json], scope: StackAssumptions, stack: str
    ) -> None:
        self._written = written
        self._resolve = resolve
        self._scope = scope
        self._stack = stack
        self._answers: dict[str, tuple[bool, Touched]] = {}
        self._asked: set[str] = set()
        self._depth = 0

    def __contains__(self, name: str) -> bool:
        return name in self._written

    def holds(self, name: str) -> bool:
        """Whether the condition *name* holds; one that is malformed is assumed both ways."""
        if name in self._asked:
            return self._decided(name)
        if name not in self._answers:
            self._asked.add(name)
            with self._scope.recording() as touched:
                answer = self._evaluated(self._written.get(name))
                if answer is None:
                    answer = self._decided(name)
            self._answers[name] = answer, touched
            self._asked.remove(name)
        answer, touched = self._answers[name]
        self._scope.repeat(touched)
        return answer

    def _decided(self, name: str) -> bool:
        """Return what is assumed of the condition *name*: by itself where its expression changes."""
        is_changed = self._scope.assumptions.is_redefined(self._stack, f"{CONDITION}{name}")
        return self._scope.decide(f"the condition {changed_name(name) if is_changed else name}")

    def _evaluated(self, expression: Json) -> bool | None:
        """Return whether *expression* holds; None where it is not an expression of conditions."""
        if self._depth > _DEEPEST:
            return None
        self._depth += 1
        try:
            return self._truth(expression)
        finally:
            self._depth -= 1

    def _truth(self, expression: Json) -> bool | None:  # noqa: PLR0911 — one answer for each function
        match expression:
            case bool():
                return expression
            case {"Condition": str() as name}:
                return self.holds(name)
            case {"Fn::Not": [part]}:
                return _negated(self._evaluated(part))
            case {"Fn::And": [_, *_] as parts}:
                return _all([self._evaluated(part) for part in parts])
            case {"Fn::Or": [_, *_] as parts}:
                return _negated(_all([_negated(self._evaluated(part)) for part in parts]))
            case {"Fn::Equals": [left, right]}:
                return self._equal(_comparable(self._resolve(left)), _comparable(self._resolve(right)))
            case _:
                return None

    def _equal(self, left: Json, right: Json) -> bool:
        """Whether two values are equal; a value that is open as a whole is compared under its assumption."""
        if left == right:
            return True
        if is_known(left) and is_known(right):
            return False
        for text, literal in ((left, right), (right, left)):
            ways = self._ways(text, literal)
            if ways is not None and len(ways) <= _MOST_WAYS:
                # "Any other value" is assumed of what is open in the text; these values are further candidates.
                for way in ways:
                    for name, value in way.items():
                        self._scope.compare(name, value)
                return False
        return self._scope.decide(f"{shown(left)} equals {shown(right)}")

    @staticmethod
    def _ways(text: Json, literal: Json) -> list[dict[str, str]] | None:
        if isinstance(text, str) and isinstance(literal, str) and is_known(literal):
            ways = solutions(text, literal)
            return ways and [way for way in ways if all(can_be(name, value) for name, value in way.items())]
        return None


def _comparable(value: Json) -> Json:
    """Return *value* as CloudFormation compares it: as a text."""
    match value:
        case bool():
            return str(value).lower()
        case Number():
            return str(value)
        case _:
            return value


def _negated(answer: bool | None) -> bool | None:  # noqa: FBT001 — three values, not a flag
    return None if answer is None else not answer


def _all(answers: list[bool | None]) -> bool | None:
    if False in answers:
        return False
    return None if None in answers else True
