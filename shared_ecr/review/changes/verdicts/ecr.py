"""The properties of repositories, and what settings that make repositories have of them.

Sources: the resource schemas, https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ECR.html, and
the API, https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_Operations.html.
"""

from collections.abc import Mapping

from shared_ecr.model.settings.replication import REPLICATION_CONFIGURATION
from shared_ecr.review.changes.verdicts.rows import (
    ONE_VALUE,
    ChangeEffect,
    PropertyRow,
    Rows,
    always,
    dangerous,
    harmless,
    listed,
    loses,
    widens,
)

WIDENED = ("access-widened-outside", "access-widened")
SHOWN = always(harmless("a text that is shown to people"))
POLICY = PropertyRow(widens(*WIDENED), widens(*WIDENED, "access-narrowed"), loses("policy-gone"))
LIFECYCLE = PropertyRow(
    loses("lifecycle-loses-more", "lifecycle-archives-more"),
    loses("lifecycle-loses-more", "lifecycle-archives-more", "lifecycle-may-lose-more"),
    harmless("no image expires any more"),
)
MODE = PropertyRow(
    harmless("without it every tag can be moved already"),
    widens("mutability-weakened", "exclusion-widened"),
    widens("mutability-weakened"),
)
_EXCLUDED = PropertyRow(
    widens("exclusion-widened"), widens("exclusion-widened", "mutability-weakened"), widens("mutability-weakened")
)
_TAG_KEY = PropertyRow(
    widens(*WIDENED), widens(*WIDENED, "tags-lost", "access-narrowed"), loses("tags-lost", "access-narrowed")
)
_TAG_VALUE = PropertyRow(widens(*WIDENED), widens(*WIDENED, "tags-changed"), loses("tags-lost", "access-narrowed"))
_REPLACED = always(dangerous("repository-replaced"))
_RENAMED = always(dangerous("repository-renamed"))
_EMPTY = PropertyRow(
    dangerous("removal-weakened"),
    dangerous("removal-weakened"),
    harmless("ECR then refuses to delete a repository that holds images"),
)
EXCLUSION_FILTERS: Rows = {
    "ImageTagMutabilityExclusionFilters[].ImageTagMutabilityExclusionFilterType": ONE_VALUE,
    "ImageTagMutabilityExclusionFilters[].ImageTagMutabilityExclusionFilterValue": _EXCLUDED,
}

ECR_ROWS: Mapping[str, Rows] = {
    "AWS::ECR::Repository": {
        "EmptyOnDelete": _EMPTY,
        "EncryptionConfiguration.EncryptionType": _REPLACED,
        "EncryptionConfiguration.KmsKey": _REPLACED,
        "ImageScanningConfiguration.ScanOnPush": PropertyRow(
            harmless("without it nothing is scanned on push already"), loses("scan-weakened"), loses("scan-weakened")
        ),
        "ImageTagMutability": MODE,
        **EXCLUSION_FILTERS,
        "LifecyclePolicy.LifecyclePolicyText": LIFECYCLE,
        "LifecyclePolicy.RegistryId": always(
            listed(ChangeEffect.LOSES, "The lifecycle policy is put into the registry of another account")
        ),
        "RepositoryName": _RENAMED,
        "RepositoryPolicyText": POLICY,
        "Tags[].Key": _TAG_KEY,
        "Tags[].Value": _TAG_VALUE,
    },
    "AWS::ECR::PublicRepository": {
        "EmptyOnDelete": _EMPTY,
        "RepositoryCatalogData.AboutText": SHOWN,
        "RepositoryCatalogData.Architectures[]": SHOWN,
        "RepositoryCatalogData.OperatingSystems[]": SHOWN,
        "RepositoryCatalogData.RepositoryDescription": SHOWN,
        "RepositoryCatalogData.UsageText": SHOWN,
        "RepositoryName": _RENAMED,
        "RepositoryPolicyText": POLICY,
        "Tags[].Key": _TAG_KEY,
        "Tags[].Value": _TAG_VALUE,
    },
}

WITHOUT_A_PROPERTY = frozenset(
    {
        ("AWS::ECR::PublicRepository", "EmptyOnDelete"),
        (REPLICATION_CONFIGURATION.type, "ReplicationConfiguration.Rules[].DeleteReplication.Enabled"),
    }
)
"""What no resource type has yet: custom resources and Terraform put it, and a future schema can have it."""

PARAMETERS_ALONE: Mapping[str, str] = {
    "registryId": "it says which registry is called",
    "repositoryName": "it says which repository is called",
    "resourceArn": "it says which repository is called",
    "tagKeys[]": "the tags that are left are judged",
    "force": "the policy is judged; whether it locks its account out is a finding of its own",
}
"""Parameters of calls that become no property, each with the reason."""
