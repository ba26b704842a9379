"""Stand-ins for what only a deployment knows in a policy, so that all the rest of it can be judged.

A role that the same stack makes, an account that is a parameter: each becomes a text of the shape that AWS would see
there. A statement whose effect, actions or kind of principal is open says nothing yet, and is left out.
"""

from collections.abc import Callable
from functools import partial

from shared_ecr.access.lint.findings import UNKNOWN_ACCOUNT
from shared_ecr.access.requests import TargetRepository
from shared_ecr.documents.json_text import Json
from shared_ecr.records import record
from shared_ecr.review.account_placeholders import NOT_OF_A_NAME, OPEN, STAND_IN, account_for, arn_for, name_for
from shared_ecr.review.deployments import OPEN_MARK, is_known

# The keys whose values are accounts: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
_OF_ACCOUNTS = frozenset({"aws:principalaccount", "aws:sourceaccount", "aws:sourceowner", "aws:resourceaccount"})


@record
class PolicyWithPlaceholders:
    """A policy in which nothing is open any more."""

    policy: Json
    kept: tuple[int, ...]
    """The places, in the written policy, of the statements that it has; the others say nothing yet."""
    open: frozenset[int]
    """The places of those in which something was open."""


def filled(data: Json, target: TargetRepository) -> PolicyWithPlaceholders | None:
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
    return PolicyWithPlaceholders(_named(made), tuple(index for index, _ in kept), is_open)


def _says_something(statement: Json) -> bool:
    if not isinstance(statement, dict):
        # What is not a statement is for the reader of policies to refuse; what is not known yet is not.
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


def _statement(statement: Json, target: TargetRepository) -> Json:
    if not isinstance(statement, dict) or is_known(statement):
        return statement
    made = dict(statement)
    for key in ("Principal", "NotPrincipal"):
        if isinstance(principal := statement.get(key), dict):
            made[key] = {kind: _each(names, partial(_principal, kind, target)) for kind, names in principal.items()}
    for key in ("Resource", "NotResource"):
        if key in statement:
            made[key] = _each(statement[key], partial(arn_for, _own(target, f"repository/{STAND_IN}")))
    if isinstance(conditions := statement.get("Condition"), dict):
        made["Condition"] = {operator: _condition(operator, keys, target) for operator, keys in conditions.items()}
    return made


def _principal(kind: str, target: TargetRepository, text: str) -> str:
    match kind:
        case "Service":
            return OPEN.sub("amazonaws.com", text)
        case "AWS" if OPEN.fullmatch(text):
            # As a rule a role that the stack makes beside the repository.
            return f"arn:{target.partition}:iam::{target.account}:role/{name_for(text)}"
        case "AWS":
            own = ("arn", target.partition, "iam", "", UNKNOWN_ACCOUNT, f"role/{STAND_IN}")
            return arn_for(own, text, partial(account_for, target))
        case _:
            return text


def _condition(operator: str, keys: Json, target: TargetRepository) -> Json:
    is_arn = "arn" in operator.lower()

    def value(key: str, text: str) -> str:
        if is_arn or text.startswith("arn:"):
            return arn_for(_own(target, name_for(text)), text, account_of)
        if key.lower() in _OF_ACCOUNTS and OPEN.fullmatch(text):
            return account_of(text)
        return OPEN.sub(lambda found: name_for(found[0]), text)

    account_of = partial(account_for, target)
    if not isinstance(keys, dict):
        return keys
    return {key: _each(values, partial(value, key)) for key, values in keys.items()}


def _own(target: TargetRepository, resource: str) -> tuple[str, ...]:
    return ("arn", target.partition, "ecr", target.region, target.account, resource)


def _each(value: Json, change: Callable[[str], str]) -> Json:
    if isinstance(value, list):
        return [_each(each, change) for each in value]
    return change(value) if isinstance(value, str) and not is_known(value) else value


def _named(data: Json) -> Json:
    """Return *data* with every open part that is left, as in a Sid, as the stand-in."""
    match data:
        case str() if not is_known(data):
            return NOT_OF_A_NAME.sub("-", OPEN.sub(STAND_IN, data))
        case list():
            return [_named(each) for each in data]
        case dict():
            return {key: _named(each) for key, each in data.items()}
        case _:
            return data
