"""Settings of a registry that CloudFormation has no property for, put by a custom resource."""

from collections.abc import Sequence
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from shared_ecr.model.names import EcrRegistry
from shared_ecr.model.settings import CalledSetting
from shared_ecr.model.settings.roles import calling_role
from shared_ecr_constructs.acknowledgements import acknowledge
from shared_ecr_constructs.service_roles import ServiceRole

# In the template itself: no asset, no bootstrap bucket, nothing to keep up to date.
_CODE = Path(__file__).with_name("ecr_calls_handler.py")
_TIMEOUT_SECONDS = 60
# The handler needs nothing that is new: what counts is that AWS still supports the runtime.
# https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
_RUNTIME = "python3.13"


class EcrCalls(Construct):
    """Define one function for all settings that calls put, and a custom resource for each of them."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Sequence[CalledSetting],
        home: EcrRegistry,
        after: cdk.CfnResource | None,
    ) -> None:
        """Define the function and the settings.

        Args:
            scope: the settings of the registry.
            construct_id: the id under them.
            settings: what is put.
            home: the registry.
            after: what CloudFormation itself puts before, and takes back afterwards: the replication without deletions.
        """
        super().__init__(scope, construct_id)
        role = ServiceRole(self, "Role", spec=calling_role(home, (setting.operation for setting in settings)))
        function = lambda_.CfnFunction(
            self,
            "Function",
            code=lambda_.CfnFunction.CodeProperty(zip_file=_CODE.read_text(encoding="utf-8")),
            description=role.description,
            handler="index.handler",
            role=role.attr_arn,
            runtime=_RUNTIME,
            timeout=_TIMEOUT_SECONDS,
        )
        _acknowledge(function)
        for setting in settings:
            resource = cdk.CfnResource(
                self,
                setting.name,
                type="Custom::EcrSetting",
                properties={
                    "ServiceToken": function.attr_arn,
                    "ServiceTimeout": 2 * _TIMEOUT_SECONDS,
                    "Name": setting.name,
                    "Operation": setting.operation,
                    "Body": setting.body,
                },
            )
            if after:
                resource.add_resource_dependency(after)


def _acknowledge(function: lambda_.CfnFunction) -> None:
    """Say why a function that runs for a second at a deployment is not guarded like one that serves customers."""
    alone = "CloudFormation calls it, one call at a time, at deployments"
    waits = "CloudFormation waits for the answer and shows the failure"
    outside = "It speaks to the API of ECR and to CloudFormation, and to nothing within a network"
    acknowledge(
        function,
        nag={
            "AwsSolutions-L1": "The code needs nothing of a newer runtime",
            "HIPAA.Security-LambdaConcurrency": alone,
            "HIPAA.Security-LambdaDLQ": waits,
            "HIPAA.Security-LambdaInsideVPC": outside,
            "NIST.800.53.R4-LambdaInsideVPC": outside,
            "NIST.800.53.R5-LambdaConcurrency": alone,
            "NIST.800.53.R5-LambdaDLQ": waits,
            "NIST.800.53.R5-LambdaInsideVPC": outside,
            "PCI.DSS.321-LambdaInsideVPC": outside,
        },
        checkov={"CKV_AWS_115": alone, "CKV_AWS_116": waits, "CKV_AWS_117": outside},
        guard=("CT.LAMBDA.PR.3",),
    )
