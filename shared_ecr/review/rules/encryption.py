"""Encryption: what ECR refuses, and keys that are not the customer's."""

from collections.abc import Iterator

from shared_ecr.model.encryption import DUAL_LAYER_PARTITION
from shared_ecr.review.deployments import is_known
from shared_ecr.review.findings import RuleFinding, error, note
from shared_ecr.review.policy_texts import partition_of
from shared_ecr.review.repositories import ReviewedRepository
from shared_ecr.text import did_you_mean, listed, quoted
from shared_ecr.text.patterns import LazyPattern

TYPES = ("AES256", "KMS", "KMS_DSSE")
_KMS_ARN = LazyPattern(r"arn:[^:]*:kms:(?P<region>[^:]*):[^:]*:.+")
_FIXED = "Encryption is fixed when a repository is created: another key means another repository"


def encryption(repository: ReviewedRepository) -> Iterator[RuleFinding]:
    """Judge how the images of *repository* are encrypted."""
    kind, key, home = repository.encryption, repository.key, repository.home
    if not is_known(kind):
        return
    if kind not in TYPES:
        fix = did_you_mean(kind, TYPES).rstrip(".") or "Write KMS"
        yield error("encryption", f"{quoted(kind)} is not an encryption type", f"It is {listed(TYPES)}", fix)
        return
    if kind == "AES256" and key is not None:
        yield error(
            "encryption-key", "a key is written beside AES256", "Only KMS uses a key; ECR refuses it", "Write KMS"
        )
    match = _KMS_ARN.fullmatch(key) if key and is_known(key) else None
    if match and home.region and match["region"] != home.region:
        yield error(
            "kms-region", f"the key is in {match['region']}, the repository in {home.region}",
            "ECR uses only keys of its own Region, so the deployment fails", f"Name a key in {home.region}",
        )  # fmt: skip
    partition = partition_of(home)
    if kind == "KMS_DSSE" and partition not in {None, DUAL_LAYER_PARTITION}:
        yield error(
            "encryption-dsse", f"{home.region} has no encryption in two layers",
            "ECR offers KMS_DSSE only in AWS GovCloud (US)", "Write KMS",
        )  # fmt: skip
    if key is None or (match and key.endswith(":alias/aws/ecr")) or key == "alias/aws/ecr":
        whose = "Amazon S3 manages" if kind == "AES256" else "AWS manages (aws/ecr)"
        yield note(
            "encryption-aws-key", f"its images are encrypted with a key that {whose}",
            f"Security Hub's ECR.5 requires a customer managed KMS key. {_FIXED}",
            "Write KMS and your own key, if you need to control who may decrypt",
        )  # fmt: skip
