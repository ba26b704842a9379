"""Requests in the JSON shape of `access decide`: what is asked, and of which policies.

The shape: docs/reference/access.md.
"""

from collections.abc import Mapping

from shared_ecr.access.actions import ACTIONS, action_name
from shared_ecr.access.callers import Caller, CallerKind, Identity
from shared_ecr.access.policy_model import Policy
from shared_ecr.access.policy_pair import PolicyPair, Scope
from shared_ecr.access.policy_reader import read_policy
from shared_ecr.access.requests import Request, TargetRepository
from shared_ecr.documents.json_text import Json, Number, read_json
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import Region
from shared_ecr.model.names.accounts import ACCOUNT_ID
from shared_ecr.records import record, replace
from shared_ecr.text import did_you_mean, listed, quoted

_Object = Mapping[str, Json]
_WHO = ("arn", "account", "service", "federated", "anonymous")


@record
class DecisionRequest:
    """A request and the policies it is judged by."""

    policies: PolicyPair
    request: Request


def read_question(line: str) -> DecisionRequest:
    """Read one line.

    Raises:
        InvalidValueError: a field is missing or is not what it should be.
        InvalidPolicyError: the line is not JSON, or a policy in it is one that AWS refuses.
    """
    data = read_json(line, "the request")
    if not isinstance(data, dict):
        raise _refused("a request is an object")
    target = _target(_object(data, "repository"))
    action = _text(data, "action")
    name = action_name(action)
    if name is None:
        known = [f"ecr:{each}" for each in ACTIONS]
        raise InvalidValueError(
            f"{quoted(action)} is not an action of ECR", fix=did_you_mean(action, known), code="action-unknown"
        )
    policies = PolicyPair(
        _policy(data.get("repository_policy"), "repository_policy"),
        _policy(data.get("registry_policy"), "registry_policy"),
        _scope(data.get("registry_policy_scope")),
    )
    context = {} if data.get("context") is None else _object(data, "context")
    values = {key: found for key, value in context.items() if (found := _values(value, key))}
    return DecisionRequest(policies, Request(_caller(_object(data, "principal"), target), name, target, values))


def _policy(data: Json, where: str) -> Policy | None:
    return None if data is None else read_policy(data, where)


def _scope(data: Json) -> Scope:
    if data is None:
        return Scope.V2
    if data not in list(Scope):
        raise _refused("registry_policy_scope is 'V1' or 'V2'")
    return Scope(str(data))


def _target(data: _Object) -> TargetRepository:
    region = Region.parse(_text(data, "region"))
    tags = {} if data.get("tags") is None else _object(data, "tags")
    return TargetRepository(
        _account(_text(data, "account")), str(region), _text(data, "name"), str(region.partition),
        tuple((key, str(value)) for key, value in tags.items()), _text_or_none(data, "org_id"),
    )  # fmt: skip


def _caller(data: _Object, target: TargetRepository) -> Caller:
    who = [key for key in _WHO if data.get(key) is not None and data.get(key) is not False]
    if len(who) != 1:
        raise _refused(f"a principal has exactly one of {listed(_WHO)}")
    match who[0]:
        case "arn":
            caller = Caller.from_arn(_text(data, "arn"), _text_or_none(data, "role_arn"))
        case "account":
            partition = _text_or_none(data, "partition") or target.partition
            caller = Caller.unnamed_role(_account(_text(data, "account")), partition)
        case "service":
            caller = Caller.of_service(_text(data, "service"))
        case "federated":
            caller = Caller.federated(_text(data, "federated"))
        case _:
            caller = Caller.anonymous()
    if caller.kind not in {CallerKind.SERVICE, CallerKind.FEDERATED, CallerKind.ANONYMOUS}:
        caller = caller.with_identity(_identity(data))
    if caller.kind is CallerKind.SERVICE:
        return caller
    if data.get("tags") is not None:
        caller = replace(caller, tags=tuple((key, str(value)) for key, value in _object(data, "tags").items()))
    return caller.in_organization(_text_or_none(data, "org_id"), _texts(data.get("org_paths"), "org_paths"))


def _identity(data: _Object) -> Identity:
    if data.get("identity_denies") is True:
        return Identity.DENIES
    match data.get("identity_allows"):
        case True:
            return Identity.ALLOWS
        case False:
            return Identity.SILENT
        case None:
            return Identity.UNKNOWN
        case _:
            raise _refused("identity_allows is true, false, or null where it is not known")


def _account(text: str) -> str:
    if not ACCOUNT_ID.fullmatch(text):
        raise InvalidValueError(f"{quoted(text)} is not an account", why="An account has 12 digits", code="account-id")
    return text


def _object(data: _Object, key: str) -> _Object:
    found = data.get(key)
    if not isinstance(found, dict):
        raise _refused(f"'{key}' is an object" if key in data else f"'{key}' is missing")
    return found


def _text(data: _Object, key: str) -> str:
    found = data.get(key)
    if not isinstance(found, str) or isinstance(found, Number) or not found:
        raise _refused(f"'{key}' is a text" if key in data else f"'{key}' is missing")
    return found


def _text_or_none(data: _Object, key: str) -> str | None:
    return None if data.get(key) is None else _text(data, key)


def _texts(value: Json, key: str) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise _refused(f"'{key}' is a list of texts")
    return tuple(str(each) for each in value)


def _values(value: Json, key: str) -> tuple[str, ...]:
    """Return the values of one context key; null and an empty list are a key that is missing."""
    found: list[str] = []
    for each in value if isinstance(value, list) else [value] if value is not None else []:
        if isinstance(each, bool):
            found.append("true" if each else "false")
        elif isinstance(each, str):
            found.append(str(each))
        else:
            raise _refused(f"the context key {quoted(key)} has a value that is not a text, a number or a truth value")
    return tuple(found)


def _refused(what: str) -> InvalidValueError:
    return InvalidValueError(what, why="The shape of a request is in docs/reference/access.md", code="request-shape")
