"""A declared repository as other constructs take one: an `IRepository` whose policy is the declaration's alone."""

import re
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from constructs import Construct

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.principals.service_names import NEVER_PULLS

if TYPE_CHECKING:
    from shared_ecr_constructs.declared_access import DeclaredAccess

_ACCOUNT = re.compile(r"\b[0-9]{12}\b")
_ROLE = re.compile(r"arn:[a-z-]+:iam::[0-9]{12}:role/\S+")
_SERVICE = re.compile(r"([a-z0-9.-]+)\.amazonaws\.(?:com\.cn|com|eu)")


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
        # In another account or Region these are the name and the ARN as text: CDK would make a role in the registry's
        # account that reads the outputs of its stack for everything else.
        self._name = self._get_resource_name_attribute(resource.ref)
        self._arn = self._get_resource_arn_attribute(
            resource.attr_arn, service="ecr", resource="repository", resource_name=str(declared.spec.name)
        )

    @property
    def repository_name(self) -> str:
        """The name; where the user is in its account and Region, a reference that waits for the repository."""
        return self._name

    @property
    def repository_arn(self) -> str:
        """The ARN, as a reference where the name is one."""
        return self._arn

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
    own = str(declared.home.account)
    return InvalidValueError(
        f"the declaration does not grant {level} on {name} to {shown}",
        why="The repository policy is written from the declaration alone, and CDK would drop this grant",
        fix=_known_at_deployment(principals[0])
        or f"Write '{level}: [{_as_declared(principals[0], own)}]' under 'grants' of {name}",
        code="grant-undeclared",
    )


def _known_at_deployment(principal: str) -> str:
    """Return what to do about a principal that no synthesis knows; nothing where it is known."""
    if "${" not in principal:
        return ""
    return (
        "Its account is known only at the deployment: give the stack of the principal "
        "'env=cdk.Environment(account=…, region=…)', and declare the account"
    )


def _as_declared(principal: str, own_account: str) -> str:
    """Return how the declaration writes *principal*, as far as that is known, and no more than it."""
    account = _ACCOUNT.search(principal)
    service = _SERVICE.fullmatch(principal)
    if _ROLE.fullmatch(principal):
        return f'role: "{principal}"'
    if service and service[1] == "lambda":
        return f'lambda: "{own_account}"'
    if service and service[1] in NEVER_PULLS:
        return "role: ARN OF THE ROLE THAT PULLS"
    if service:
        return f'service: {{name: {service[1]}, source_account: "{own_account}"}}'
    if principal.startswith("organization "):
        return "organization"
    return f'account: "{account[0]}"' if account else "account: ACCOUNT"
