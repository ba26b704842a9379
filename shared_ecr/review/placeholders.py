"""Stand-ins for what only a deployment knows in a policy, so that all the rest of it can be judged.

A role that the same stack makes, an account that is a parameter: each becomes a text of the shape that AWS would see
there. A statement whose effect, actions or kind of principal is open says nothing yet, and is left out.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from shared_ecr.access.json_texts import Json
from shared_ecr.access.lint.findings import UNKNOWN_ACCOUNT
from shared_ecr.access.requests import Target
from shared_ecr.access.variables import ARN_PARTS
from shared_ecr.review.deployments import OPEN_MARK, is_known

# What findings about a stand-in quote, so that they can be told from those about what somebody wrote.
STAND_IN = "known-once-deployed"
_OPEN = re.compile(re.escape(OPEN_MARK) + r"[^{}]*\}")
# No character of a policy; it takes the place of an open part, whose own text has colons.
_HOLE = "\ue000"
_NOT_OF_A_NAME = re.compile(r"[^\w+=,.@-]+", re.ASCII)
_NAME_CHARACTERS = 64


@dataclass(frozen=True, slots=True)
class Filled:
    """A policy in which nothing is open any more."""

    policy: Json
    kept: tuple[int, ...]
    """The places, in the written policy, of the statements that it has; the others say nothing yet."""
    open: frozenset[int]
    """The places of those in which something was open."""


def filled(data: Json, target: Target) -> Filled | None:
    """Return the policy *data* with stand-ins, or None where not even its shape is known.

    What is open in an ARN is taken from the registry of *target*, but for the account of a principal: the registry's
    own would be known, so it is another one.
    """
    if not isinstance(data, dict) or not is_known(list(data)):
        return None
    statements = list(enumerate(_listed(data.get("Statement", []))))
    kept = [(index, each) for index, each in statements if _says_something(each)]
    if statements and not kept:
        return None
    made: dict[str, Json] = {**data, "Statement": [_statement(each, target) for _, each in kept]}
    if not is_known(data.get("Version")):
        made["Version"] = "2012-10-17"
    is_open = frozenset(index for index, each in statements if not is_known(each))
    return Filled(_named(made), tuple(index for index, _ in kept), is_open)


def _says_something(statement: Json) -> bool:
    if not isinstance(statement, dict):
        # What is no statement is for the reader of policies to refuse; what is not known yet is not.
        return is_known(statement)
    plain = ("Effect", "Action", "NotAction")
    if not is_known(list(statement)) or not all(is_known(statement.get(key)) for key in plain):
        return False
    return all(_is_named(statement.get(key)) for key in ("Principal", "NotPrincipal"))


def _is_named(principal: Json) -> bool:
    """Whether the kind of *principal* is known, and every service."""
    if isinstance(principal, dict):
        return is_known(list(principal)) and all(_is_service(each) for each in _listed(principal.get("Service")))
    return is_known(principal)


def _is_service(text: Json) -> bool:
    """Whether at least the name of the service is known: `codebuild.` and a suffix of the partition."""
    return not isinstance(text, str) or not text.startswith(OPEN_MARK)


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]


def _statement(statement: Json, target: Target) -> Json:
    if not isinstance(statement, dict) or is_known(statement):
        return statement
    made = dict(statement)
    for key in ("Principal", "NotPrincipal"):
        if isinstance(principal := statement.get(key), dict):
            made[key] = {kind: _each(names, partial(_principal, kind, target)) for kind, names in principal.items()}
    for key in ("Resource", "NotResource"):
        if key in statement:
            made[key] = _each(statement[key], partial(_arn, _own(target, f"repository/{STAND_IN}")))
    if isinstance(conditions := statement.get("Condition"), dict):
        made["Condition"] = {operator: _condition(operator, keys, target) for operator, keys in conditions.items()}
    return made


def _principal(kind: str, target: Target, text: str) -> str:
    match kind:
        case "Service":
            return _OPEN.sub("amazonaws.com", text)
        case "AWS" if _OPEN.fullmatch(text):
            # As a rule a role that the stack makes beside the repository.
            return f"arn:{target.partition}:iam::{target.account}:role/{_name(text)}"
        case "AWS":
            return _arn(("arn", target.partition, "iam", "", UNKNOWN_ACCOUNT, f"role/{STAND_IN}"), text)
        case _:
            return text


def _condition(operator: str, keys: Json, target: Target) -> Json:
    own = _own(target, STAND_IN)
    is_arn = "arn" in operator.lower()

    def value(text: str) -> str:
        return _arn(own, text) if is_arn or text.startswith("arn:") else STAND_IN

    return {key: _each(values, value) for key, values in keys.items()} if isinstance(keys, dict) else keys


def _own(target: Target, resource: str) -> tuple[str, ...]:
    return ("arn", target.partition, "ecr", target.region, target.account, resource)


def _arn(own: tuple[str, ...], text: str) -> str:
    """Return the ARN *text* with its open parts from *own*, whole where it is open as a whole."""
    holed = _OPEN.sub(_HOLE, text)
    if holed == _HOLE:
        return ":".join(own)
    parts = holed.split(":", ARN_PARTS - 1)
    if len(parts) == ARN_PARTS:
        holed = ":".join(mine if part == _HOLE else part for part, mine in zip(parts, own, strict=True))
    return holed.replace(_HOLE, STAND_IN)


def _name(text: str) -> str:
    """Return a role's name for the open *text*, another one for another."""
    inside = text.removeprefix(OPEN_MARK).removesuffix("}")
    return f"{STAND_IN}.{_NOT_OF_A_NAME.sub('-', inside)}"[:_NAME_CHARACTERS]


def _each(value: Json, change: Callable[[str], str]) -> Json:
    if isinstance(value, list):
        return [_each(each, change) for each in value]
    return change(value) if isinstance(value, str) and not is_known(value) else value


def _named(data: Json) -> Json:
    """Return *data* with every open part that is left, as in a Sid, as the stand-in."""
    match data:
        case str() if not is_known(data):
            return _NOT_OF_A_NAME.sub("-", _OPEN.sub(STAND_IN, data))
        case list():
            return [_named(each) for each in data]
        case dict():
            return {key: _named(each) for key, each in data.items()}
        case _:
            return data
