"""A judge of repository policies, written apart from what renders them, that knows what the documents use and no more.

Every caller's own IAM policy is taken to allow everything, but for roles of the registry account, which have none:
there the difference between naming a role and naming its account shows.
"""

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any


@dataclass(frozen=True)
class Caller:
    """A role with the keys it carries, or a service with those of what it acts for."""

    account: str
    role: str = ""
    service: str = ""
    keys: dict[str, Any] = field(default_factory=dict)


def allowed(policy: dict[str, Any] | None, caller: Caller, actions: list[str], home: str) -> set[str]:
    """Return those of *actions* that *policy* allows *caller*."""
    effects: dict[str, set[str]] = {"Allow": set(), "Deny": set()}
    for statement in policy["Statement"] if policy else []:
        if _is_meant(statement["Principal"], caller, home) and all(
            _holds(operator, caller.keys.get(key), values if isinstance(values, list) else [values])
            for operator, keys in statement.get("Condition", {}).items()
            for key, values in keys.items()
        ):
            effects[statement["Effect"]] |= {
                action for action in actions if any(fnmatchcase(action, pattern) for pattern in statement["Action"])
            }
    return effects["Allow"] - effects["Deny"]


def _is_meant(principal: Any, caller: Caller, home: str) -> bool:
    if principal == "*":
        return True
    if "Service" in principal:
        return bool(caller.service) and principal["Service"] == f"{caller.service}.amazonaws.com"
    names = {f":{caller.account}:role/{caller.role}"}
    if caller.account != home:
        names.add(f":{caller.account}:root")
    return not caller.service and any(arn.endswith(name) for arn in principal["AWS"] for name in names)


def _holds(operator: str, value: Any, wanted: list[str]) -> bool:
    match operator:
        case "StringEquals" | "Bool":
            return value in wanted
        case "ArnLike":
            return value is not None and any(
                all(fnmatchcase(*pair) for pair in zip(value.split(":", 5), arn.split(":", 5), strict=True))
                for arn in wanted
            )
        case "ForAnyValue:StringLike":
            return any(fnmatchcase(each, pattern) for each in value or () for pattern in wanted)
        case "StringNotEqualsIfExists":
            return value not in wanted
        case "BoolIfExists":
            return value is None or value in wanted
        case "Null":
            return wanted == ["true" if value is None else "false"]
        case _:
            raise AssertionError(f"no policy of ours uses {operator}")
