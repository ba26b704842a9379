"""One role of a CI system, and the OIDC provider of its account."""

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from shared_ecr.model.ci_roles import CiRoleSpec
from shared_ecr_constructs.acknowledgements import acknowledge

# As long as one job takes; the shortest that IAM allows.
# https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
_SESSION_SECONDS = 3_600
_INLINE = "A policy of one role, derived from its grants; it is deleted with the role"
_WILDCARD = "A login has no resource; a namespace that is granted holds repositories that do not exist yet"


class CiRole(iam.CfnRole):
    """A role that the jobs of one project assume with the token of their CI system."""

    def __init__(
        self, scope: Construct, construct_id: str, *, spec: CiRoleSpec, permissions_boundary: str | None = None
    ) -> None:
        """Define the role.

        Args:
            scope: the stack of the account, or a construct in it.
            construct_id: the id in it.
            spec: who assumes the role, and what it may do.
            permissions_boundary: the name of the managed policy that bounds it, in the same account.
        """
        boundary = None
        if permissions_boundary:
            boundary = f"arn:{spec.partition}:iam::{spec.role.account}:policy/{permissions_boundary}"
        super().__init__(
            scope,
            construct_id,
            role_name=spec.name,
            path=spec.path,
            assume_role_policy_document=spec.trust(),
            description="Assumed by jobs of a CI system; defined by the grants of the shared ECR registry",
            max_session_duration=_SESSION_SECONDS,
            permissions_boundary=boundary,
            policies=[iam.CfnRole.PolicyProperty(policy_name="Registry", policy_document=spec.policy())],
        )
        wildcards = sorted({arn for arns in spec.permissions.values() for arn in arns if "*" in arn} | {"*"})
        acknowledge(
            self,
            nag={
                **{f"AwsSolutions-IAM5[Resource::{each}]": _WILDCARD for each in wildcards},
                "HIPAA.Security-IAMNoInlinePolicy": _INLINE,
                "NIST.800.53.R4-IAMNoInlinePolicy": _INLINE,
                "NIST.800.53.R5-IAMNoInlinePolicy": _INLINE,
                "PCI.DSS.321-IAMNoInlinePolicy": _INLINE,
            },
        )
        for reason in sorted({each.any_ref_reason for each in spec.workflows if each.any_ref_reason}):
            self.add_metadata("AnyRefBecause", reason)


def oidc_provider(scope: Construct, construct_id: str, *, issuer: str, audiences: Sequence[str]) -> iam.CfnOIDCProvider:
    """Define the OIDC provider of *issuer*, which is retained: other roles of the account may trust it too."""
    provider = iam.CfnOIDCProvider(scope, construct_id, url=f"https://{issuer}", client_id_list=list(audiences))
    provider.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
    return provider
