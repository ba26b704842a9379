"""How the images of a repository are encrypted at rest, and the policy of the key that the stack makes.

Encryption is fixed when a repository is created; a change replaces the repository. Pullers and pushers need no
permission on the key: ECR uses it through grants of its own.
Source: https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html
"""

from collections.abc import Iterable
from typing import Any, Self, assert_never

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.names import Region
from shared_ecr.records import record
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

_KEY_ARN = LazyPattern(
    r"arn:aws[a-z-]*:kms:(?P<region>[a-z0-9-]+):(?P<account>[0-9]{12}):key/(?:[0-9a-f-]{36}|mrk-[0-9a-f]{32})"
)


@record
class Aes256:
    """Keys that Amazon S3 manages; free, and outside what Security Hub's ECR.5 accepts."""


@record
class StackKey:
    """A customer managed KMS key that the stack makes, one for all its repositories."""


@record
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
                f"{quoted(arn)} is not a key ARN",
                why="CloudFormation would see an alias or a bare id as a change in the next deployment, and a change "
                "replaces the repository",
                fix="Write arn:aws:kms:REGION:ACCOUNT:key/ID",
                code="encryption-key",
            )
        return cls(arn, Region.parse(match["region"]))


@record
class AwsKey:
    """The key `aws/ecr`, which AWS makes and manages in each account; Security Hub's ECR.5 does not accept it."""


Key = StackKey | NamedKey | AwsKey


@record
class DualLayer:
    """Two layers of encryption with one KMS key, `KMS_DSSE`: in GovCloud alone."""

    key: Key


Encryption = Aes256 | Key | DualLayer

# https://docs.aws.amazon.com/AmazonECR/latest/userguide/encryption-at-rest.html: "only in AWS GovCloud (US) Regions".
DUAL_LAYER_PARTITION = "aws-us-gov"


def key_of(encryption: Encryption) -> Key | None:
    """Return the KMS key of *encryption*, or None where Amazon S3 manages the keys."""
    match encryption:
        case Aes256():
            return None
        case StackKey() | NamedKey() | AwsKey():
            return encryption
        case DualLayer(key):
            return key
        case _:
            assert_never(encryption)


def needs_stack_key(encryptions: Iterable[Encryption]) -> bool:
    """Whether one of *encryptions* uses the key of the stack, which is then created."""
    return any(isinstance(key_of(encryption), StackKey) for encryption in encryptions)


def at_destination(encryption: Encryption) -> Encryption:
    """Return what replicas are encrypted with: as the source, but a key of the source's Region serves no other."""
    match encryption:
        case NamedKey():
            return StackKey()
        case DualLayer(NamedKey()):
            return DualLayer(StackKey())
        case Aes256() | StackKey() | AwsKey() | DualLayer():
            return encryption
        case _:
            assert_never(encryption)


def wire(encryption: Encryption, stack_key_arn: str | None) -> dict[str, str]:
    """Render ECR's encryption configuration; *stack_key_arn*, which may be a CDK token, is for the stack's key.

    Raises:
        InvalidValueError: the stack's key is meant and *stack_key_arn* is missing.
    """
    key = key_of(encryption)
    if key is None:
        return {"encryptionType": "AES256"}
    type_ = {"encryptionType": "KMS_DSSE" if isinstance(encryption, DualLayer) else "KMS"}
    match key:
        case AwsKey():
            return type_
        case NamedKey(arn, _):
            return type_ | {"kmsKey": arn}
        case StackKey():
            if stack_key_arn is None:
                raise InvalidValueError(
                    "the repository is encrypted by the stack's key, and no key_arn is given",
                    fix="Pass 'key_arn=RegistryKey(…).attr_arn', or give the spec another 'encryption'",
                    code="encryption-key",
                )
            return type_ | {"kmsKey": stack_key_arn}
        case _:
            assert_never(key)


def stack_key_policy(partition: str, account: str) -> dict[str, Any]:
    """Render the policy of the stack's key: the account administers it, and only AWS services may grant its use.

    Control Tower's CT.KMS.PR.3 requires the Deny, in exactly this form; CDK's default key policy lacks it.
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
