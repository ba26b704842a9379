"""The stack of one CI account: the roles that grants name, and on demand the OIDC providers they trust."""

import aws_cdk as cdk
from constructs import Construct

from shared_ecr.model.ci_roles import ci_role_specs
from shared_ecr.model.names import AccountId
from shared_ecr.model.registry import RegistrySpec
from shared_ecr_constructs.ci_role import CiRole, oidc_provider
from shared_ecr_constructs.member_ids import member_id


class CiRolesStack(cdk.Stack):
    """Define the roles of CI systems in one account, deployed before the policies that name them."""

    def __init__(self, scope: Construct, construct_id: str, *, registry: RegistrySpec, account: AccountId) -> None:
        """Define the stack.

        Args:
            scope: the app or a stage.
            construct_id: the id in it.
            registry: the registry whose grants name the roles; its `ci_roles` say how they are defined.
            account: the account of the roles.
        """
        super().__init__(
            scope,
            construct_id,
            stack_name=f"{registry.stack_name}-ci-roles",
            # Roles belong to no Region; the stack is where the registry is first.
            env=cdk.Environment(account=str(account), region=str(registry.regions[0])),
            description=f"Roles of CI systems that push to the ECR registry of {registry.account}, or pull from it",
            termination_protection=True,
        )
        settings = registry.ci_roles
        specs = ci_role_specs(registry, account)
        providers = {}
        if settings and settings.creates_providers:
            parent = Construct(self, "Providers")
            audiences: dict[str, set[str]] = {}
            for workflow in (each for spec in specs for each in spec.workflows):
                audiences.setdefault(workflow.issuer, set()).add(workflow.audience)
            providers = {
                issuer: oidc_provider(parent, member_id(issuer), issuer=issuer, audiences=sorted(found))
                for issuer, found in sorted(audiences.items())
            }
        roles = Construct(self, "Roles")
        boundary = settings.permissions_boundary if settings else None
        for spec in specs:
            role = CiRole(roles, member_id(spec.role.name), spec=spec, permissions_boundary=boundary)
            for workflow in spec.workflows:
                if workflow.issuer in providers:
                    role.add_resource_dependency(providers[workflow.issuer])
