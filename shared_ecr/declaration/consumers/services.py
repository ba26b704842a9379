"""Read the services that pull by themselves, each with the source it acts for."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from shared_ecr.declaration.accounts import read_account
from shared_ecr.declaration.consumers import mistakes
from shared_ecr.declaration.consumers.callers import is_of_partition, read_organization_id, read_within_account
from shared_ecr.declaration.consumers.neighbours import ConsumerContext
from shared_ecr.declaration.reader import Reading, join
from shared_ecr.documents.nodes import Mapping, Node, Scalar
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import AccountId
from shared_ecr.model.principals import (
    CodeBuildProject,
    EmrServerless,
    FromAccount,
    FromArn,
    FromOrganization,
    LambdaFunctions,
    Service,
    ServiceSource,
)
from shared_ecr.text import quoted

T = TypeVar("T")
_SOURCES = ("source_account", "source_arn", "source_organization")


def read_lambda(reading: Reading, node: Node, path: str, neighbours: ConsumerContext) -> LambdaFunctions | None:
    """Read an account for all its functions, or one function by account and name."""
    if not isinstance(node, Mapping):
        return _of_account(reading, node, path, neighbours, LambdaFunctions)
    return _of_part(reading, node, path, "function", neighbours, LambdaFunctions.parse)


def read_codebuild(reading: Reading, node: Node, path: str, neighbours: ConsumerContext) -> CodeBuildProject | None:
    """Read a project by account and name."""
    return _of_part(reading, node, path, "project", neighbours, CodeBuildProject.parse)


def read_emr_serverless(reading: Reading, node: Node, path: str, neighbours: ConsumerContext) -> EmrServerless | None:
    """Read an account for all its applications, or one application by account and id."""
    if not isinstance(node, Mapping):
        return _of_account(reading, node, path, neighbours, EmrServerless)
    return _of_part(reading, node, path, "application", neighbours, EmrServerless.parse)


def _of_account(
    reading: Reading, node: Node, path: str, neighbours: ConsumerContext, make: Callable[[AccountId], T]
) -> T | None:
    account = read_account(reading, node, path, neighbours.accounts)
    return make(account) if account else None


def _of_part(  # noqa: PLR0913, PLR0917 — a reader, and what it reads a part of
    reading: Reading,
    node: Node,
    path: str,
    key: str,
    neighbours: ConsumerContext,
    parse: Callable[[AccountId, str], T],
) -> T | None:
    """Read `{account: …, KEY: …}`."""
    account, name = read_within_account(reading, node, path, key, neighbours)
    return reading.parsed(name, join(path, key), partial(parse, account)) if account and name else None


def read_service(reading: Reading, node: Node, path: str, neighbours: ConsumerContext) -> Service | None:
    """Read the name of a service and exactly one source."""
    if isinstance(node, Scalar):
        reading.note(node, path, mistakes.service_alone(node.text))
        return None
    fields = reading.mapping(node, path, ("name", *_SOURCES), required=("name",))
    if fields is None:
        return None
    name_node = fields.get("name")
    name = _read_name(reading, name_node, join(path, "name")) if name_node else None
    if not any(key in _SOURCES for key, _ in fields):
        fault = InvalidValueError(
            "the service has no source",
            why="It would pull for any account that uses it",
            fix="Add 'source_account', 'source_arn' or 'source_organization'",
            code="service-source",
        )
        reading.note(node, path, fault)
        return None
    key = reading.one_of(fields, path, _SOURCES)
    value = fields.get(key) if key else None
    source = _read_source(reading, value, join(path, key), key, neighbours) if key and value else None
    if name is None or source is None:
        return None
    if name == "lambda" and not isinstance(source, FromOrganization):
        reading.note(node, path, mistakes.lambda_by_account())
        return None
    return Service(name, source)


def _read_name(reading: Reading, node: Node, path: str) -> str | None:
    name = reading.parsed(node, path, mistakes.service_name)
    if name and not mistakes.is_known(name):
        fault = InvalidValueError(
            f"no service {quoted(name)} is known to this release",
            why="ECR refuses the whole policy if the service does not exist",
            code="service-unknown",
        )
        reading.warn(node, path, fault)
    return name


def _read_source(
    reading: Reading, node: Node, path: str, key: str, neighbours: ConsumerContext
) -> ServiceSource | None:
    if isinstance(node, Scalar) and node.text == "*":
        reading.note(node, path, mistakes.public())
        return None
    match key:
        case "source_account":
            account = read_account(reading, node, path, neighbours.accounts)
            return FromAccount(account) if account else None
        case "source_arn":
            source = reading.parsed(node, path, FromArn.parse)
            if source is None or not isinstance(node, Scalar):
                return None
            return source if is_of_partition(reading, node, path, neighbours) else None
        case _:
            organization = read_organization_id(reading, node, path, neighbours)
            return FromOrganization(organization) if organization else None
