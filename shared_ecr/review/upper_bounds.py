"""The most that a policy with open parts can allow, for answers that must not be below the truth.

An open policy text may be any policy; an open statement may allow everything to everyone. An open condition may hold,
and an open part of a Deny may keep it from denying. A role or user that the same stack makes is one of its account.
"""

from collections.abc import Mapping

from shared_ecr.documents.json_text import Json
from shared_ecr.review.deployments import Resource, is_known
from shared_ecr.review.documents.open_values import only_open_value
from shared_ecr.review.documents.resources import PRINCIPALS

_EVERYTHING: Mapping[str, Json] = {"Effect": "Allow", "Principal": "*", "Action": "ecr:*"}
# In each Region and partition they are what they are for the stack itself.
_OF_THE_PLACE = frozenset({"AWS::AccountId", "AWS::Partition", "AWS::Region", "AWS::URLSuffix"})


def at_most(written: Json, resources: Mapping[str, Resource], *, has_resource: bool = False) -> Json:
    """Return the policy *written* with each open part as wide as it can become.

    Args:
        written: the policy, its functions resolved.
        resources: those of its stack, by logical id.
        has_resource: whether its statements name resources, as those of a registry policy do.
    """
    everything = {**_EVERYTHING, "Resource": "*"} if has_resource else dict(_EVERYTHING)
    if is_known(written):
        return written
    if not isinstance(written, dict):
        return {"Version": "2012-10-17", "Statement": everything}
    statements = written.get("Statement", [])
    listed = statements if isinstance(statements, list) else [statements]
    widened: list[Json] = [found for each in listed if (found := _widened(each, resources, everything)) is not None]
    return {**written, "Version": "2012-10-17", "Statement": widened}


def _widened(statement: Json, resources: Mapping[str, Resource], everything: dict[str, Json]) -> Json:
    """Return *statement* at its widest; None where it may deny nothing."""
    if not isinstance(statement, dict):
        return statement if is_known(statement) else everything
    open_keys = {key for key, value in statement.items() if not _is_certain(value, resources)}
    if not open_keys - {"Sid"}:
        return statement
    if statement.get("Effect") == "Deny":
        return None
    if "Effect" in open_keys:
        return everything
    kept = {key: value for key, value in statement.items() if key not in {"Condition", "Sid"} or key not in open_keys}
    if open_keys & {"Action", "NotAction"}:
        kept = {**{key: value for key, value in kept.items() if key != "NotAction"}, "Action": "ecr:*"}
    if open_keys & {"Principal", "NotPrincipal"}:
        kept = {**{key: value for key, value in kept.items() if key != "NotPrincipal"}, "Principal": "*"}
    if open_keys & {"Resource", "NotResource"}:
        kept = {**{key: value for key, value in kept.items() if key != "NotResource"}, "Resource": "*"}
    return kept


def _is_certain(value: Json, resources: Mapping[str, Resource]) -> bool:
    """Whether nothing in *value* is open but what is bounded: a principal of the stack, the place of the stack."""
    match value:
        case list():
            return all(_is_certain(each, resources) for each in value)
        case dict():
            return all(_is_certain(each, resources) for each in value.values())
        case str() if not is_known(value):
            name = only_open_value(value) or ""
            made = resources.get(name.partition(".")[0])
            return (made is not None and made.type in PRINCIPALS) or _is_of_the_place(value)
        case _:
            return True


def _is_of_the_place(text: str) -> bool:
    for name in _OF_THE_PLACE:
        text = text.replace(f"${{Deployed:{name}}}", "")
    return is_known(text)
