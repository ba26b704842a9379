"""The Condition element: operators, keys and values, and what AWS refuses about them."""

from shared_ecr.access.conditions import Condition
from shared_ecr.access.operators import Test, nearest_test, parse_test
from shared_ecr.documents.json_text import Json
from shared_ecr.findings.problems import Problem, Severity


def read_conditions(data: Json, path: str, faults: list[Problem], *, has_variables: bool) -> tuple[Condition, ...]:
    """Read the element *data*; what is wrong is added to *faults*."""
    if not isinstance(data, dict):
        faults.append(Problem("policy-condition", Severity.ERROR, "a Condition is an object of operators", path=path))
        return ()
    found: list[Condition] = []
    for operator, keys in data.items():
        test = parse_test(operator)
        if test is None:
            faults.append(_unknown(operator, path))
        elif not isinstance(keys, dict):
            faults.append(
                Problem(
                    "policy-condition", Severity.ERROR, "an operator has an object of keys", path=f"{path}.{operator}"
                )
            )
        else:
            for key, value in keys.items():
                values = _values(value, f"{path}.{operator}.{key}", faults)
                found.append(Condition.of(test, key, values, has_variables=has_variables))
                _check_null(test, values, f"{path}.{operator}.{key}", faults)
    return tuple(found)


def _values(data: Json, path: str, faults: list[Problem]) -> tuple[str, ...]:
    texts: list[str] = []
    for each in data if isinstance(data, list) else [data]:
        if isinstance(each, bool):
            texts.append("true" if each else "false")
        elif isinstance(each, str):
            texts.append(str(each))
        else:
            faults.append(
                Problem("policy-condition", Severity.ERROR, "a value is a text, a number, true or false", path=path)
            )
    return tuple(texts)


def _check_null(test: Test, values: tuple[str, ...], path: str, faults: list[Problem]) -> None:
    if test.operator.name == "Null" and any(value.lower() not in {"true", "false"} for value in values):
        faults.append(
            Problem(
                "policy-condition", Severity.ERROR, "Null asks for 'true' (the key is missing) or 'false'", path=path
            )
        )


def _unknown(operator: str, path: str) -> Problem:
    name = operator.rpartition(":")[2]
    if name.lower().startswith("null"):
        why = "Null takes neither IfExists nor ForAllValues nor ForAnyValue"
        return Problem(
            "condition-operator", Severity.ERROR, f"'{operator}' is not a condition operator", why, path=path
        )
    meant = nearest_test(name)
    fix = f"Did you mean '{meant}'?" if meant else ""
    return Problem(
        "condition-operator", Severity.ERROR, f"'{operator}' is not a condition operator", fix=fix, path=path
    )
