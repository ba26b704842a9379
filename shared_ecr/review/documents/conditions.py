"""The conditions of one template: whether each holds, as far as its parameters say."""

from collections.abc import Callable, Mapping

from shared_ecr.documents.json_text import Json
from shared_ecr.review.deployments import is_known

# Conditions that stand on conditions, deeper than anybody writes.
_DEEPEST = 50


class Conditions:
    """Answers for one template; None says that only a deployment knows, or that the condition is none."""

    def __init__(self, written: Mapping[str, Json], resolve: Callable[[Json], Json]) -> None:
        self._written = written
        self._resolve = resolve
        self._answers: dict[str, bool | None] = {}
        self._asked: set[str] = set()
        self._depth = 0

    def __contains__(self, name: str) -> bool:
        return name in self._written

    def holds(self, name: str) -> bool | None:
        """Whether the condition *name* holds."""
        if name in self._asked:
            return None
        if name not in self._answers:
            self._asked.add(name)
            self._answers[name] = self._evaluated(self._written.get(name))
            self._asked.remove(name)
        return self._answers[name]

    def _evaluated(self, expression: Json) -> bool | None:
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
                answer = self._evaluated(part)
                return None if answer is None else not answer
            case {"Fn::And": list() as parts}:
                return _all([self._evaluated(part) for part in parts])
            case {"Fn::Or": list() as parts}:
                answer = _all([_negated(self._evaluated(part)) for part in parts])
                return _negated(answer)
            case {"Fn::Equals": [left, right]}:
                return self._equal(self._resolve(left), self._resolve(right))
            case _:
                return None

    @staticmethod
    def _equal(left: Json, right: Json) -> bool | None:
        left, right = _comparable(left), _comparable(right)
        if left == right:
            return True
        return False if is_known(left) and is_known(right) else None


def _comparable(value: Json) -> Json:
    return str(value).lower() if isinstance(value, bool) else value


def _negated(answer: bool | None) -> bool | None:  # noqa: FBT001 — three values, not a flag
    return None if answer is None else not answer


def _all(answers: list[bool | None]) -> bool | None:
    if False in answers:
        return False
    return None if None in answers else True
