"""Roles that a service takes on within the stack."""

from aws_cdk import aws_iam as iam
from constructs import Construct

from shared_ecr.model.settings.roles import ServiceRoleSpec
from shared_ecr_constructs.acknowledgements import acknowledge

_WILDCARD = "The repositories do not exist yet, and what is about a whole registry has no resource"


class ServiceRole(iam.CfnRole):
    """One role with one policy, both as the core renders them; its name is CloudFormation's to choose."""

    def __init__(self, scope: Construct, construct_id: str, *, spec: ServiceRoleSpec) -> None:
        super().__init__(
            scope,
            construct_id,
            assume_role_policy_document=spec.trust(),
            description=spec.description,
            policies=[iam.CfnRole.PolicyProperty(policy_name="Only", policy_document=spec.policy())],
        )
        acknowledge(
            self,
            nag={
                **{f"AwsSolutions-IAM5[Resource::{each}]": _WILDCARD for each in spec.wildcards},
                "HIPAA.Security-IAMNoInlinePolicy": "A policy of one role, which is deleted with it",
                "NIST.800.53.R4-IAMNoInlinePolicy": "A policy of one role, which is deleted with it",
                "NIST.800.53.R5-IAMNoInlinePolicy": "A policy of one role, which is deleted with it",
                "PCI.DSS.321-IAMNoInlinePolicy": "A policy of one role, which is deleted with it",
            },
        )
