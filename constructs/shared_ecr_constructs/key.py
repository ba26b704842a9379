"""The customer managed key that encrypts the repositories of one stack."""

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from constructs import Construct

from shared_ecr.model.encryption import stack_key_policy


class RegistryKey(kms.CfnKey):
    """One KMS key for all repositories of a stack: only repositories with the same key can share layers.

    Rotated every year, and retained when the stack is deleted: without it no image could be read again.
    """

    def __init__(self, scope: Construct, construct_id: str, *, partition: str, account: str) -> None:
        """Define the key.

        Args:
            scope: the stack of the repositories.
            construct_id: the id in it.
            partition: the partition of the account, for the key policy; `cdk.Aws.PARTITION` is a good value.
            account: the account that administers the key; `cdk.Aws.ACCOUNT_ID` is a good value.
        """
        super().__init__(
            scope,
            construct_id,
            description="Encrypts the images of the shared ECR registry",
            enable_key_rotation=True,
            key_policy=stack_key_policy(partition, account),
        )
        self.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
