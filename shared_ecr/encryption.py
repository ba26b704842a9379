"""How the images of a repository are encrypted at rest, and the policy of the key that the stack makes.

Encryption is fixed when a repository is created; changing it replaces the repository. Pullers and pushers need no
permission on the key: ECR uses it through grants of its own.
Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html
"""

import re
from dataclasses import dataclass
from typing import Any, Self

from shared_ecr.errors import InvalidValueError
from shared_ecr.names import Region
from shared_ecr.text import quoted

_KEY_ARN = re.compile(
    r"arn:aws[a-z-]*:kms:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{12}):key/(?:[0-9a-f-]{36}|mrk-[0-9a-f]{32})"
)


@dataclass(frozen=True, slots=True)
class Aes256:
    """Keys that Amazon S3 manages; free, and outside what Security Hub's ECR.5 accepts."""


@dataclass(frozen=True, slots=True)
class StackKey:
    """A customer managed KMS key that the stack makes, one for all its repositories."""


@dataclass(frozen=True, slots=True)
class NamedKey:
    """A customer managed KMS key that exists already, in the repository's own Region."""

    arn: str
    region: Region

    @classmethod
    def parse(cls, arn: str) -> Self:
        """Read a key's ARN; refuse aliases and bare ids, which ECR would resolve to another text."""
        match = _KEY_ARN.fullmatch(arn)
        if not match:
            raise InvalidValueError(
                f"{quoted(arn)} is no key ARN",
                why="An alias or a bare id reads as a change at the next look, and a change replaces the repository",
                fix="Write arn:aws:kms:REGION:ACCOUNT:key/ID",
                code="encryption-key",
            )
        return cls(arn, Region.parse(match["region"]))


Encryption = Aes256 | StackKey | NamedKey


def stack_key_policy(partition: str, account: str) -> dict[str, Any]:
    """Render the policy of the stack's key: the account administers it, and only AWS services may grant its use.

    The Deny is what Control Tower's CT.KMS.PR.3 asks for, in exactly this form; CDK's default key policy lacks it.
    """
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Administration",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:{partition}:iam::{account}:root"},
                "Action": "kms:*",
                "Resource": "*",
            },
            {
                "Sid": "GrantsForAwsServicesOnly",
                "Effect": "Deny",
                "Principal": {"AWS": "*"},
                "Action": ["kms:CreateGrant"],
                "Resource": "*",
                "Condition": {
                    "BoolIfExists": {"kms:GrantIsForAWSResource": "false", "aws:PrincipalIsAWSService": "false"}
                },
            },
        ],
    }
