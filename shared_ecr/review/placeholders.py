"""Stand-ins for what only a deployment knows in a policy, so that all the rest of it can be judged.

A role that the same stack makes, an account that is a parameter: each becomes a text of the shape that AWS would see
there. A statement whose effect, actions or kind of principal is open says nothing yet, and is left out.
"""

import re
import zlib
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
# No character of a policy; it marks an open part, whose own text has colons.
_HOLE = "\ue000"
_OWN_ACCOUNT = f"{OPEN_MARK}AWS::AccountId}}"
# The keys whose values are accounts: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
_OF_ACCOUNTS = frozenset({"aws:principalaccount", "aws:sourceaccount", "aws:sourceowner", "aws:resourceaccount"})
_ACCOUNT_PART = 4
_NO_ACCOUNT, _DIGITS = "0000", 8
_STAND_IN_ACCOUNT = re.compile(rf"\b{_NO_ACCOUNT}(?!0{{{_DIGITS}}})[0-9]{{{_DIGITS}}}\b")
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


def stands_for(text: str) -> str:
    """Say in words which account a stand-in in *text* means; empty where there is none.

    Two accounts that are open are two numbers, so that it is told when one takes the place of the other.
    """
    found = _STAND_IN_ACCOUNT.search(text)
    return f"{found[0]} stands for an account that is known only once deployed" if found else ""


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
            own = ("arn", target.partition, "iam", "", UNKNOWN_ACCOUNT, f"role/{STAND_IN}")
            return _arn(own, text, partial(_account, target))
        case _:
            return text


def _condition(operator: str, keys: Json, target: Target) -> Json:
    is_arn = "arn" in operator.lower()

    def value(key: str, text: str) -> str:
        if is_arn or text.startswith("arn:"):
            return _arn(_own(target, _name(text)), text, account_of)
        if key.lower() in _OF_ACCOUNTS and _OPEN.fullmatch(text):
            return account_of(text)
        return _OPEN.sub(lambda found: _name(found[0]), text)

    account_of = partial(_account, target)
    if not isinstance(keys, dict):
        return keys
    return {key: _each(values, partial(value, key)) for key, values in keys.items()}


def _own(target: Target, resource: str) -> tuple[str, ...]:
    return ("arn", target.partition, "ecr", target.region, target.account, resource)


def _arn(own: tuple[str, ...], text: str, account_of: Callable[[str], str] | None = None) -> str:
    """Return the ARN *text* with its open parts from *own*, whole where it is open as a whole.

    Args:
        own: the parts of an ARN of the registry's own.
        text: an ARN, or what will be one.
        account_of: what stands for an open account; without it the one of *own*.
    """
    if _OPEN.fullmatch(text):
        return ":".join(own)
    parts = _OPEN.sub(_HOLE, text).split(":", ARN_PARTS - 1)
    opened = iter(_OPEN.findall(text))
    is_arn = len(parts) == ARN_PARTS
    made = []
    for place, part in enumerate(parts):
        mine = [next(opened) for _ in range(part.count(_HOLE))]
        if is_arn and part == _HOLE and place < ARN_PARTS - 1:
            made.append(account_of(mine[0]) if account_of and place == _ACCOUNT_PART else own[place])
        else:
            between = part.split(_HOLE)
            made.append(between[0] + "".join(map(str.__add__, map(_name, mine), between[1:])))
    return ":".join(made)


def _account(target: Target, text: str) -> str:
    """Return an account for the open *text*, another one for another: no account that exists begins like it."""
    if text == _OWN_ACCOUNT:
        return target.account
    return f"{_NO_ACCOUNT}{zlib.crc32(text.encode()) % 10**_DIGITS:0{_DIGITS}}"


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
