"""The principal element and the condition that give a consumer access: one clause or, for Lambda, two.

Consumers with the same clause share a statement, each as a member of it.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any, assert_never

from shared_ecr.model.permissions.places import PolicyLocation
from shared_ecr.model.principals import (
    EVERYWHERE,
    Account,
    CiWorkflow,
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
from shared_ecr.model.principals.service_names import KNOWN
from shared_ecr.records import record

# EMR Serverless describes an image before it pulls it: "not authorized to perform: ECR:DescribeImages".
# https://repost.aws/articles/AR8qhFX6KXRpOpVKEEdM8UYA
_LOOKS_FIRST = {"emr-serverless": ("ecr:DescribeImages",)}


@record(order=True)
class PrincipalValue:
    """One member of a clause: the value that names it, and for a source its account."""

    value: str
    account: str = ""


@record(order=True)
class PrincipalClause:
    """A principal element and a condition, without their members."""

    rank: int
    """The order among clauses: accounts and roles, organizations, units, services."""
    name: str
    """What a Sid calls it."""
    service: str = ""
    """The service that has access, `lambda`; empty for everyone else."""
    operator: str = ""
    key: str = ""
    """What the members are values of; empty where they are principals themselves."""
    narrowing: Narrowing = EVERYWHERE

    @property
    def extra_actions(self) -> tuple[str, ...]:
        """Actions that this clause needs beyond those of any level."""
        return _LOOKS_FIRST.get(self.service, ())

    def principal(self, members: list[PrincipalValue]) -> object:
        """Render the principal element."""
        if self.service:
            return {"Service": f"{self.service}.amazonaws.com"}
        return "*" if self.key else {"AWS": [member.value for member in members]}

    def condition(self, members: list[PrincipalValue]) -> dict[str, Any]:
        """Render the condition element; empty where none is needed."""
        condition: dict[str, Any] = {}
        if self.key:
            condition[self.operator] = {self.key: [member.value for member in members]}
        accounts = sorted({member.account for member in members if member.account})
        equals: dict[str, list[str]] = ({"aws:SourceAccount": accounts} if accounts else {}) | self.narrowing.equals
        if equals:
            condition["StringEquals"] = condition.get("StringEquals", {}) | equals
        return condition


def clauses_of(
    consumer: Consumer, narrowing: Narrowing, place: PolicyLocation
) -> Iterator[tuple[PrincipalClause, PrincipalValue]]:
    """Yield every clause that *consumer* needs in a policy that is stored in *place*."""
    match consumer:
        case Account(account):
            yield _principal(f"{account}:root", narrowing, place)
        case Role(account, name) | CiWorkflow(Role(account, name)):
            yield _principal(f"{account}:role/{name}", narrowing, place)
        case Organization(organization):
            # StringEquals, never IfExists or ForAllValues: those two also allowed accounts of no organization.
            operator, key = "StringEquals", "aws:PrincipalOrgID"
            clause = PrincipalClause(1, "Organization", operator=operator, key=key, narrowing=narrowing)
            yield clause, PrincipalValue(str(organization))
        case OrganizationalUnit():
            operator, key = "ForAnyValue:StringLike", "aws:PrincipalOrgPaths"
            clause = PrincipalClause(2, "OrganizationalUnit", operator=operator, key=key, narrowing=narrowing)
            yield clause, PrincipalValue(consumer.pattern)
        case LambdaFunctions(account, function):
            # https://docs.aws.amazon.com/lambda/latest/dg/images-create.html#configuration-images-xaccount-permissions
            yield _principal(f"{account}:root", EVERYWHERE, place)
            # One function is itself and its versions and aliases, but no other whose name begins like its own.
            for resource in (f"function:{function}", f"function:{function}:*") if function else ("function:*",):
                yield _from_arn("lambda", FromArn("lambda", place.region, account, resource), place)
        case CodeBuildProject() | EmrServerless() | Service():
            yield _service(consumer, place)
        case _:
            assert_never(consumer)


def _service(
    consumer: CodeBuildProject | EmrServerless | Service, place: PolicyLocation
) -> tuple[PrincipalClause, PrincipalValue]:
    match consumer:
        case CodeBuildProject(account, project):
            # https://docs.aws.amazon.com/codebuild/latest/userguide/sample-ecr.html
            return _from_arn("codebuild", FromArn("codebuild", place.region, account, f"project/{project}"), place)
        case EmrServerless(account, application):
            resource = f"/applications/{application or '*'}"
            return _from_arn("emr-serverless", FromArn("emr-serverless", place.region, account, resource), place)
        case Service(name, source):
            match source:
                case FromArn():
                    return _from_arn(name, source, place)
                case FromAccount(account):
                    return _from(name, "Account", "aws:SourceAccount", str(account))
                case FromOrganization(organization):
                    # A service carries no aws:PrincipalOrgID; what it acts for does.
                    return _from(name, "Organization", "aws:SourceOrgID", str(organization))
                case _:
                    assert_never(source)
        case _:
            assert_never(consumer)


def _principal(identity: str, narrowing: Narrowing, place: PolicyLocation) -> tuple[PrincipalClause, PrincipalValue]:
    return PrincipalClause(0, "", narrowing=narrowing), PrincipalValue(f"arn:{place.partition}:iam::{identity}")


def _from_arn(service: str, source: FromArn, place: PolicyLocation) -> tuple[PrincipalClause, PrincipalValue]:
    clause = PrincipalClause(3, _words(service), service, "ArnLike", "aws:SourceArn")
    arn = f"arn:{place.partition}:{source.service}:{source.region}:{source.account}:{source.resource}"
    return clause, PrincipalValue(arn, str(source.account))


def _from(service: str, of: str, key: str, value: str) -> tuple[PrincipalClause, PrincipalValue]:
    return PrincipalClause(3, f"{_words(service)}{of}", service, "StringEquals", key), PrincipalValue(value)


def _words(service: str) -> str:
    """Return *service* as a part of a Sid, which has letters and digits only: `EmrServerless`.

    The names that are known stay apart from each other and from every other word of a Sid. Any other name, and one
    with a dot, might not, and has a digest.
    """
    words = "".join(word.capitalize() for word in re.split(r"[.-]", service))
    return words if service in KNOWN and "." not in service else f"{words}{digest(service)}"


def digest(value: object) -> str:
    """Return eight letters and digits that identify *value*, so that a Sid does not depend on its neighbours."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:8]
