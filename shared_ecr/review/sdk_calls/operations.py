"""What each operation of ECR does where a custom resource calls it.

The table has every operation of the service models; a test reads them from botocore. The operations of KMS are those
that take a key away. Source: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_Operations.html
"""

from collections.abc import Mapping
from enum import StrEnum


class OperationKind(StrEnum):
    """What an operation does."""

    PUTS = "puts"
    """It puts what a property of a template can put too, and is judged like the property."""
    DELETES = "deletes"
    """It deletes images, or what holds or encrypts them."""
    REMOVES = "removes"
    """It removes a setting that protects, serves or signs images."""
    MOVES = "moves"
    """It pushes an image, moves a tag or archives an image."""
    HARMLESS = "harmless"
    """It reads, or starts something that takes nothing away and gives no access."""


_PUTS = (
    "CreateRepository", "CreateRepositoryCreationTemplate", "CreatePullThroughCacheRule", "DeleteLifecyclePolicy",
    "DeleteRegistryPolicy", "DeleteRepositoryPolicy", "PutAccountSetting", "PutImageScanningConfiguration",
    "PutImageTagMutability", "PutLifecyclePolicy", "PutRegistryPolicy", "PutRegistryScanningConfiguration",
    "PutReplicationConfiguration", "PutSigningConfiguration", "RegisterPullTimeUpdateExclusion", "SetRepositoryPolicy",
    "TagResource", "UntagResource", "UpdateRepositoryCreationTemplate",
)  # fmt: skip
_DELETES = ("BatchDeleteImage", "DeleteRepository")
_REMOVES = (
    "DeletePullThroughCacheRule", "DeleteRepositoryCreationTemplate", "DeleteSigningConfiguration",
    "DeregisterPullTimeUpdateExclusion", "UpdatePullThroughCacheRule",
)  # fmt: skip
_MOVES = ("CompleteLayerUpload", "InitiateLayerUpload", "PutImage", "UpdateImageStorageClass", "UploadLayerPart")
_HARMLESS = (
    "BatchCheckLayerAvailability", "BatchGetImage", "BatchGetRepositoryScanningConfiguration",
    "DescribeImageReplicationStatus", "DescribeImageScanFindings", "DescribeImageSigningStatus", "DescribeImages",
    "DescribePullThroughCacheRules", "DescribeRegistry", "DescribeReplicationBackfillResults", "DescribeRepositories",
    "DescribeRepositoryCreationTemplates", "GetAccountSetting", "GetAuthorizationToken", "GetDownloadUrlForLayer",
    "GetLifecyclePolicy", "GetLifecyclePolicyPreview", "GetRegistryPolicy", "GetRegistryScanningConfiguration",
    "GetRepositoryPolicy", "GetSigningConfiguration", "ListImageReferrers", "ListImages",
    "ListPullTimeUpdateExclusions", "ListReplicationBackfills", "ListTagsForResource", "StartImageScan",
    "StartLifecyclePolicyPreview", "StartReplicationBackfill", "StopReplicationBackfill",
    "ValidatePullThroughCacheRule",
)  # fmt: skip


def _table(rows: Mapping[OperationKind, tuple[str, ...]]) -> dict[str, OperationKind]:
    return {name: kind for kind, names in rows.items() for name in names}


OPERATIONS: Mapping[str, Mapping[str, OperationKind]] = {
    "ecr": _table({
        OperationKind.PUTS: _PUTS, OperationKind.DELETES: _DELETES, OperationKind.REMOVES: _REMOVES,
        OperationKind.MOVES: _MOVES, OperationKind.HARMLESS: _HARMLESS,
    }),
    "ecr-public": _table({
        OperationKind.PUTS: ("DeleteRepositoryPolicy", "SetRepositoryPolicy"),
        OperationKind.DELETES: _DELETES,
        OperationKind.MOVES: ("CompleteLayerUpload", "InitiateLayerUpload", "PutImage", "UploadLayerPart"),
        OperationKind.HARMLESS: (
            "BatchCheckLayerAvailability", "CreateRepository", "DescribeImageTags", "DescribeImages",
            "DescribeRegistries", "DescribeRepositories", "GetAuthorizationToken", "GetRegistryCatalogData",
            "GetRepositoryCatalogData", "GetRepositoryPolicy", "ListTagsForResource", "PutRegistryCatalogData",
            "PutRepositoryCatalogData", "TagResource", "UntagResource",
        ),
    }),
    "kms": _table({
        OperationKind.DELETES: (
            "DeleteCustomKeyStore", "DeleteImportedKeyMaterial", "DisableKey", "ScheduleKeyDeletion",
        ),
        OperationKind.REMOVES: ("PutKeyPolicy", "RetireGrant", "RevokeGrant"),
    }),
}  # fmt: skip


def kind_of(service: str, operation: str) -> OperationKind | None:
    """Return what *operation* does; None where that is not known.

    Of KMS only the operations are known that take a key away; the others are harmless to repositories.
    """
    if service == "kms":
        return OPERATIONS["kms"].get(operation, OperationKind.HARMLESS)
    return OPERATIONS.get(service, {}).get(operation)
