"""A declared repository as other constructs take one: an `IRepository` whose policy is the declaration's alone."""

import re
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from constructs import Construct

from shared_ecr.findings.errors import InvalidValueError

if TYPE_CHECKING:
    from shared_ecr_constructs.declared_access import DeclaredAccess

_ACCOUNT = re.compile(r"\b[0-9]{12}\b")


class DeclaredRepository(ecr.RepositoryBase):
    """An `IRepository` for ECS, Lambda, CodeBuild, Pipelines and every other construct that takes one.

    A grant to a principal of the same account extends the principal's identity policy, as everywhere in CDK. A grant
    that would have to extend the repository policy is checked against the declaration: what is declared passes, and
    what is not declared fails with the line to write. Without this check CDK drops such a grant of a repository that it
    did not make itself, and the pull fails at run time.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, resource: ecr.CfnRepository, declared: "DeclaredAccess"
    ) -> None:
        """Refer to *resource*.

        Args:
            scope: any construct of the repository's stack.
            construct_id: the id in it.
            resource: the repository in the template.
            declared: what the declaration grants on it.
        """
        super().__init__(scope, construct_id, physical_name=str(declared.spec.name))
        self._resource, self._declared = resource, declared

    @property
    def repository_name(self) -> str:
        """The name; in a template, a reference that makes its user depend on the repository."""
        return self._resource.ref

    @property
    def repository_arn(self) -> str:
        """The ARN, as a reference."""
        return self._resource.attr_arn

    def add_to_resource_policy(self, statement: iam.PolicyStatement) -> iam.AddToResourcePolicyResult:
        """Accept *statement* where the declaration grants it already.

        Raises:
            InvalidValueError: it does not; the message names the grant to declare.
        """
        written = cdk.Stack.of(self).resolve(statement.to_statement_json())
        missing = self._declared.missing(written)
        if missing:
            raise _not_declared(self._declared, missing, written)
        return iam.AddToResourcePolicyResult(statement_added=True, policy_dependable=self._resource)


def _not_declared(declared: "DeclaredAccess", principals: list[str], statement: dict[str, object]) -> InvalidValueError:
    name = declared.spec.name.text
    actions = statement.get("Action")
    level = "push" if "ecr:PutImage" in (actions if isinstance(actions, list) else [actions]) else "pull"
    shown = ", ".join(principals)
    grant = _as_declared(principals[0], str(declared.home.account))
    return InvalidValueError(
        f"the declaration does not grant {level} on {name} to {shown}",
        why="The repository policy is written from the declaration alone, and CDK would drop this grant",
        fix=f"Write '{level}: [{grant}]' under 'grants' of {name}",
        code="grant-undeclared",
    )


def _as_declared(principal: str, own_account: str) -> str:
    """Return how the declaration writes *principal*, as far as that is known."""
    account = _ACCOUNT.search(principal)
    if principal.startswith("lambda.amazonaws."):
        return f'lambda: "{own_account}"'
    if principal.startswith("organization "):
        return "organization"
    return f'account: "{account[0]}"' if account else "account: ACCOUNT"
