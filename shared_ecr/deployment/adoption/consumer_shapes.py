"""The shapes of principals and conditions that a consumer of a declaration can be: the inverse of rendering."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from shared_ecr.documents.json_text import Json
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import AccountId, OrganizationId
from shared_ecr.model.names.accounts import ACCOUNT_ID
from shared_ecr.model.permissions import PolicyLocation
from shared_ecr.model.principals import (
    EVERYWHERE,
    Account,
    CodeBuildProject,
    Consumer,
    EmrServerless,
    FromAccount,
    FromArn,
    FromOrganization,
    LambdaFunctions,
    Narrowing,
    Organization,
    OrganizationalUnit,
    Role,
    Service,
)
from shared_ecr.records import record
from shared_ecr.text.patterns import LazyPattern

_ROOT = LazyPattern(r"arn:(?P<partition>[a-z-]+):iam::(?P<account>[0-9]{12}):root")
_ROLE = LazyPattern(r"arn:(?P<partition>[a-z-]+):iam::(?P<account>[0-9]{12}):role/(?P<name>.+)")
_SERVICE = LazyPattern(r"(?P<name>[a-z0-9.-]+)\.amazonaws\.com(?:\.cn)?")
_SOURCE = LazyPattern(
    r"arn:[a-z-]+:(?P<service>[a-z0-9-]+):(?P<region>[a-z0-9*-]*):(?P<account>[0-9]{12}):(?P<rest>.+)"
)
_TAG = "aws:principaltag/"
_LAMBDA = "lambda"
_ANY_ARN = ("ArnLike", "ArnEquals", "StringLike", "StringEquals")

Written = Mapping[str, object]
ConditionValues = dict[str, dict[str, list[str]]]


@record
class Proposal:
    """Consumers that a statement may mean, and what narrows them."""

    consumers: tuple[tuple[Consumer, Written], ...]
    narrowing: Narrowing = EVERYWHERE
    extra_actions: frozenset[str] = frozenset()
    """Actions, in lower case, that the consumer has beyond those of its level."""


def consumers_of(statement: Mapping[str, Json], place: PolicyLocation) -> Iterator[Proposal]:
    """Yield what the principal and the condition of *statement* may mean, the plainest first."""
    conditions = _conditions(statement.get("Condition"))
    if conditions is None:
        return
    try:
        match statement.get("Principal"):
            case "*" | {"AWS": "*"}:
                yield from _organizations(conditions)
            case {"AWS": str() | list() as named, **rest} if not rest:
                yield from _principals(named if isinstance(named, list) else [named], conditions, place)
            case {"Service": str() as service, **rest} if not rest:
                yield from _services(service, conditions, place)
            case _:
                return
    except InvalidValueError:
        # A name that a declaration refuses: then the statement stays as it is.
        return


def _conditions(written: Json) -> ConditionValues | None:
    """Return the conditions by operator and lower-case key; None where they have another shape."""
    found: ConditionValues = {}
    for operator, keys in (written or {}).items() if isinstance(written, dict | None) else ():
        if not isinstance(keys, dict):
            return None
        for key, values in keys.items():
            listed = values if isinstance(values, list) else [values]
            if not all(isinstance(each, str) for each in listed):
                return None
            found.setdefault(operator, {})[key.lower() if not key.lower().startswith(_TAG) else key] = [
                *map(str, listed)
            ]
    return found


def _organizations(conditions: ConditionValues) -> Iterator[Proposal]:
    equals = dict(conditions.get("StringEquals", {}))
    if set(conditions) == {"StringEquals"} and "aws:principalorgid" in equals:
        ids = equals.pop("aws:principalorgid")
        narrowing = _narrowing(equals)
        if narrowing is not None:
            found = [OrganizationId.parse(each) for each in ids]
            narrowed, extra = narrowing
            yield Proposal(
                tuple((Organization(each), {"organization": str(each), **extra}) for each in found), narrowed
            )
    paths = conditions.get("ForAnyValue:StringLike", {})
    if set(paths) == {"aws:principalorgpaths"} and set(conditions) <= {"ForAnyValue:StringLike", "StringEquals"}:
        narrowing = _narrowing(equals)
        if narrowing is not None:
            units = [OrganizationalUnit.parse(each) for each in paths["aws:principalorgpaths"]]
            narrowed, extra = narrowing
            yield Proposal(tuple((unit, {"organizational_unit": unit.pattern, **extra}) for unit in units), narrowed)


def _principals(named: list[Json], conditions: ConditionValues, place: PolicyLocation) -> Iterator[Proposal]:
    if set(conditions) - {"StringEquals"}:
        return
    narrowing = _narrowing(conditions.get("StringEquals", {}))
    if narrowing is None:
        return
    narrowed, extra = narrowing
    consumers: list[tuple[Consumer, Written]] = []
    for each in named:
        text = str(each)
        root = _ROOT.fullmatch(text)
        role = _ROLE.fullmatch(text)
        if ACCOUNT_ID.fullmatch(text) or (root and root["partition"] == place.partition):
            account = AccountId.parse(root["account"] if root else text)
            consumers.append((Account(account), {"account": str(account), **extra}))
        elif role and role["partition"] == place.partition:
            consumers.append((Role.from_arn(text), {"role": text, **extra}))
        else:
            return
    yield Proposal(tuple(consumers), narrowed)


def _narrowing(equals: Mapping[str, list[str]]) -> tuple[Narrowing, dict[str, object]] | None:
    """Return what the keys of StringEquals narrow, and how it is written; None where one of them is another key."""
    endpoints = tuple(sorted(equals.get("aws:sourcevpce", ())))
    tags = tuple(
        sorted((key[len(_TAG) :], tuple(sorted(v))) for key, v in equals.items() if key.lower().startswith(_TAG))
    )
    if len(equals) != bool(endpoints) + len(tags):
        return None
    extra: dict[str, object] = {}
    if endpoints:
        extra["through"] = _one_or_list(endpoints)
    if tags:
        extra["where"] = {"principal_tag": {key: _one_or_list(values) for key, values in tags}}
    return (Narrowing.of(endpoints, tags) if extra else EVERYWHERE), extra


def _services(service: str, conditions: ConditionValues, place: PolicyLocation) -> Iterator[Proposal]:
    match = _SERVICE.fullmatch(service)
    if not match:
        return
    name = match["name"]
    arns = [each for operator in _ANY_ARN for each in conditions.get(operator, {}).get("aws:sourcearn", ())]
    accounts = conditions.get("StringEquals", {}).get("aws:sourceaccount", [])
    organizations = conditions.get("StringEquals", {}).get("aws:sourceorgid", [])
    keys = {key for found in conditions.values() for key in found}
    if "aws:sourcearn" in keys and keys <= {"aws:sourcearn", "aws:sourceaccount"}:
        yield from _from_arns(name, arns, place)
    elif keys == {"aws:sourceaccount"} and name != _LAMBDA:
        sources = [FromAccount(AccountId.parse(each)) for each in accounts]
        yield Proposal(
            tuple((Service(name, each), _service(name, "source_account", str(each.account))) for each in sources)
        )
    elif keys == {"aws:sourceorgid"}:
        found = [FromOrganization(OrganizationId.parse(each)) for each in organizations]
        yield Proposal(
            tuple(
                (Service(name, each), _service(name, "source_organization", str(each.organization))) for each in found
            )
        )


def _from_arns(name: str, arns: list[str], place: PolicyLocation) -> Iterator[Proposal]:
    sources = [_SOURCE.fullmatch(each) for each in arns]
    if not sources or not all(sources):
        return
    read = [source for source in sources if source]
    if all(source["region"] == place.region for source in read):
        # A name that the word for it refuses can still be named by its ARN.
        with suppress(InvalidValueError):
            yield from _of_the_region(name, read)
    if name == _LAMBDA:
        # A declaration grants Lambda with the account that creates the functions, or for an organization.
        return
    yield Proposal(
        tuple(
            (
                Service(name, FromArn(s["service"], s["region"], AccountId.parse(s["account"]), s["rest"])),
                _service(name, "source_arn", s[0]),
            )
            for s in read
        )
    )


def _of_the_region(name: str, sources: list[re.Match[str]]) -> Iterator[Proposal]:
    """Yield the consumers that have a word of their own: Lambda, CodeBuild, EMR Serverless."""
    consumers: dict[Consumer, Written] = {}
    for source in sources:
        account, rest = AccountId.parse(source["account"]), source["rest"]
        kind, _, resource = rest.removeprefix("/").partition("/" if "/" in rest else ":")
        match name, source["service"], kind, resource.removesuffix(":*"):
            case "lambda", "lambda", "function", "*":
                consumers[LambdaFunctions(account)] = {"lambda": str(account)}
            case "lambda", "lambda", "function", function:
                written: Written = {"lambda": {"account": str(account), "function": function}}
                consumers[LambdaFunctions.parse(account, function)] = written
            case "codebuild", "codebuild", "project", project:
                written = {"codebuild": {"account": str(account), "project": project}}
                consumers[CodeBuildProject.parse(account, project)] = written
            case "emr-serverless", "emr-serverless", "applications", "*":
                consumers[EmrServerless(account)] = {"emr_serverless": str(account)}
            case "emr-serverless", "emr-serverless", "applications", application:
                written = {"emr_serverless": {"account": str(account), "application": application}}
                consumers[EmrServerless.parse(account, application)] = written
            case _:
                return
    extra = frozenset({"ecr:describeimages"}) if name == "emr-serverless" else frozenset()
    yield Proposal(tuple(consumers.items()), extra_actions=extra)


def _service(name: str, key: str, source: str) -> Written:
    return {"service": {"name": name, key: source}}


def _one_or_list(values: Sequence[str]) -> str | list[str]:
    """Return what a person writes: a single value by itself, several as a list."""
    single = next(iter(values), "")
    return list(values) if len(values) > 1 else single
