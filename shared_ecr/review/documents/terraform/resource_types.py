"""Which types of Terraform's resources concern a registry."""

_PREFIXES = ("aws_ecr_", "aws_ecrpublic_", "awscc_ecr_")
REPOSITORIES = frozenset({
    "aws_ecr_repository", "aws_ecrpublic_repository", "awscc_ecr_repository", "awscc_ecr_public_repository",
})  # fmt: skip
KMS_KEYS = frozenset({
    "aws_kms_key", "aws_kms_external_key", "aws_kms_replica_key", "aws_kms_replica_external_key", "awscc_kms_key",
    "awscc_kms_replica_key",
})  # fmt: skip
_KEY_POLICY = "aws_kms_key_policy"


def is_of_registry(type_: str) -> bool:
    """Whether a resource of *type_* is a part of a registry."""
    return type_.startswith(_PREFIXES)


def concerns_a_registry(type_: str) -> bool:
    """Whether a resource of *type_* is a part of a registry, or belongs to a key that may encrypt one."""
    return is_of_registry(type_) or type_ in KMS_KEYS or type_ == _KEY_POLICY
