"""Read grants: access levels, each with the consumers it is given to."""

from collections.abc import Callable
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from functools import partial

from shared_ecr.declaration.accounts import read_account
from shared_ecr.declaration.nodes import Mapping, Node, Scalar
from shared_ecr.declaration.reading import Reading, join
from shared_ecr.errors import InvalidValueError
from shared_ecr.names import AccountId, OrganizationId
from shared_ecr.permissions import AccessLevel, Grant
from shared_ecr.principals import (
    NEVER_PULLS,
    Account,
    CodeBuildProject,
    Consumer,
    LambdaFunctions,
    Organization,
    Role,
)
from shared_ecr.text import did_you_mean, listed, quoted


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What a consumer may be named by: the declared accounts and the declared organization."""

    accounts: MappingOf[str, AccountId]
    organization: OrganizationId | None


def read_grants(reading: Reading, node: Node, path: str, neighbours: Neighbours) -> tuple[Grant, ...]:
    """Read a mapping of access levels to lists of consumers."""
    levels = [str(level) for level in AccessLevel]
    if not isinstance(node, Mapping):
        reading.expected(node, path, f"a mapping of {listed(levels)} to consumers", "type-mapping")
        return ()
    grants: list[Grant] = []
    for entry in node.entries:
        level_path = join(path, entry.key.text)
        if entry.key.text not in levels:
            reading.note(entry.key, level_path, _unknown_level(entry.key.text, levels))
            continue
        level = AccessLevel(entry.key.text)
        for item, item_path in reading.items(entry.value, level_path):
            consumer = _read_consumer(reading, item, item_path, neighbours)
            if consumer and _may_have(reading, item, item_path, consumer, level):
                grants.append(Grant(level, consumer))
    return tuple(grants)


def _unknown_level(text: str, levels: list[str]) -> InvalidValueError:
    if text.lower() == "ecr:getauthorizationtoken":
        return InvalidValueError(
            "ecr:GetAuthorizationToken cannot be granted by a repository",
            why="It has no resource, and ECR refuses the whole policy",
            fix="Allow it in the caller's own IAM policy",
            code="action-token",
        )
    fix = did_you_mean(text, levels) or f"Grant {listed(levels)}; each stands for the actions it takes"
    return InvalidValueError(f"there is no access level {quoted(text)}", fix=fix, code="access-level")


def _read_consumer(reading: Reading, node: Node, path: str, neighbours: Neighbours) -> Consumer | None:
    """Read a mapping of one kind of consumer to its name, or the word `organization`."""
    if isinstance(node, Scalar) and node.value == "organization":
        return _own_organization(reading, node, path, neighbours)
    if not isinstance(node, Mapping) or len(node.entries) != 1:
        if isinstance(node, Scalar) and node.text == "*":
            reading.note(node, path, _public())
        else:
            reading.expected(
                node,
                path,
                "one consumer",
                "consumer",
                f"Write it as KIND: NAME; the kinds are {listed(_KINDS)}",
            )
        return None
    entry = node.entries[0]
    kind, value, value_path = entry.key.text, entry.value, join(path, entry.key.text)
    if isinstance(value, Scalar) and value.text == "*":
        reading.note(value, value_path, _public())
        return None
    if kind not in _KINDS:
        reading.note(entry.key, value_path, _unknown_kind(kind, value))
        return None
    return _KINDS[kind](reading, value, value_path, neighbours)


def _public() -> InvalidValueError:
    return InvalidValueError(
        "'*' lets every AWS account in",
        fix="Name accounts, or write 'organization' for those of your own",
        code="access-public",
    )


def _unknown_kind(kind: str, value: Node) -> InvalidValueError:
    service = kind.removesuffix(".amazonaws.com")
    if kind == "service" and isinstance(value, Scalar):
        service = value.text.removesuffix(".amazonaws.com")
    if service in NEVER_PULLS:
        return InvalidValueError(
            f"{service} never pulls as a service",
            why=f"{NEVER_PULLS[service].capitalize()} does",
            fix="Grant that role with 'role:', or its account with 'account:'",
            code="service-never-pulls",
        )
    if service in {"lambda", "codebuild"}:
        return InvalidValueError(
            f"the service {service} is granted for an account, not by its name", fix=f"Write '{service}: ACCOUNT'"
            if service == "lambda" else "Write 'codebuild: {account: ACCOUNT, project: NAME}'",
            code="service-name",
        )  # fmt: skip
    fix = did_you_mean(service, _KINDS) or f"The kinds are {listed(_KINDS)}"
    return InvalidValueError(f"there is no kind of consumer {quoted(kind)}", fix=fix, code="service-name")


def _may_have(reading: Reading, node: Node, path: str, consumer: Consumer, level: AccessLevel) -> bool:
    """Refuse to let a service push that only ever pulls."""
    if level is AccessLevel.PULL or not isinstance(consumer, LambdaFunctions | CodeBuildProject):
        return True
    fault = InvalidValueError(
        f"a service is never given {quoted(level)}",
        why="Lambda and CodeBuild pull; what a build pushes, its service role pushes",
        fix="Grant the push to that role with 'role:'",
        code="service-push",
    )
    reading.note(node, path, fault)
    return False


def _own_organization(reading: Reading, node: Node, path: str, neighbours: Neighbours) -> Consumer | None:
    if neighbours.organization:
        return Organization(neighbours.organization)
    fault = InvalidValueError(
        "no organization is declared",
        fix="Write its id as 'organization: o-…' at the top of the file, or here",
        code="org-missing",
    )
    reading.note(node, path, fault)
    return None


def _organization(reading: Reading, node: Node, path: str, _: Neighbours) -> Consumer | None:
    organization = reading.parsed(node, path, OrganizationId.parse)
    return Organization(organization) if organization else None


def _account(reading: Reading, node: Node, path: str, neighbours: Neighbours) -> Consumer | None:
    account = read_account(reading, node, path, neighbours.accounts)
    return Account(account) if account else None


def _lambda(reading: Reading, node: Node, path: str, neighbours: Neighbours) -> Consumer | None:
    account = read_account(reading, node, path, neighbours.accounts)
    return LambdaFunctions(account) if account else None


def _role(reading: Reading, node: Node, path: str, neighbours: Neighbours) -> Consumer | None:
    """Read a role by its ARN, or by account and name."""
    if isinstance(node, Scalar):
        return reading.parsed(node, path, Role.from_arn)
    account, name = _within_account(reading, node, path, "name", neighbours)
    return reading.parsed(name, join(path, "name"), partial(Role.parse, account)) if account and name else None


def _codebuild(reading: Reading, node: Node, path: str, neighbours: Neighbours) -> Consumer | None:
    account, name = _within_account(reading, node, path, "project", neighbours)
    if not account or not name:
        return None
    return reading.parsed(name, join(path, "project"), partial(CodeBuildProject.parse, account))


def _within_account(
    reading: Reading, node: Node, path: str, key: str, neighbours: Neighbours
) -> tuple[AccountId | None, Node | None]:
    """Read `{account: …, KEY: …}`: the account, and the node of what has a name within it."""
    fields = reading.mapping(node, path, ("account", key), required=("account", key))
    if fields is None:
        return None, None
    account_node = fields.get("account")
    account = read_account(reading, account_node, join(path, "account"), neighbours.accounts) if account_node else None
    return account, fields.get(key)


_KINDS: dict[str, Callable[[Reading, Node, str, Neighbours], Consumer | None]] = {
    "account": _account,
    "role": _role,
    "organization": _organization,
    "lambda": _lambda,
    "codebuild": _codebuild,
}
