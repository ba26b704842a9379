"""The properties of the nine types of ECR.

Sources: the resource schemas, https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_ECR.html, and
the API, https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_Operations.html.
"""

from collections.abc import Mapping

from shared_ecr.review.changes.verdicts.rows import (
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

_WIDENED = ("access-widened-outside", "access-widened")
_ONE_VALUE = always(harmless("ECR knows one value; it refuses another one"))
_SHOWN = always(harmless("a text that is shown to people"))
_POLICY = PropertyRow(widens(*_WIDENED), widens(*_WIDENED, "access-narrowed"), loses("policy-gone"))
_LIFECYCLE = PropertyRow(
    loses("lifecycle-loses-more", "lifecycle-archives-more"),
    loses("lifecycle-loses-more", "lifecycle-archives-more", "lifecycle-may-lose-more"),
    harmless("no image expires any more"),
)
_MODE = PropertyRow(
    harmless("without it every tag can be moved already"),
    widens("mutability-weakened", "exclusion-widened"),
    widens("mutability-weakened"),
)
_EXCLUDED = PropertyRow(
    widens("exclusion-widened"), widens("exclusion-widened", "mutability-weakened"), widens("mutability-weakened")
)
_TAG_KEY = PropertyRow(
    widens(*_WIDENED), widens(*_WIDENED, "tags-lost", "access-narrowed"), loses("tags-lost", "access-narrowed")
)
_TAG_VALUE = PropertyRow(widens(*_WIDENED), widens(*_WIDENED, "tags-changed"), loses("tags-lost", "access-narrowed"))
_REPLACED = always(dangerous("repository-replaced"))
_RENAMED = always(dangerous("repository-renamed"))
_CACHE = always(dangerous("pull-through-replaced"))
_EMPTY = PropertyRow(
    dangerous("removal-weakened"),
    dangerous("removal-weakened"),
    harmless("ECR then refuses to delete a repository that holds images"),
)
_EXCLUSION_FILTERS: Rows = {
    "ImageTagMutabilityExclusionFilters[].ImageTagMutabilityExclusionFilterType": _ONE_VALUE,
    "ImageTagMutabilityExclusionFilters[].ImageTagMutabilityExclusionFilterValue": _EXCLUDED,
}
_DESTINATION = PropertyRow(
    widens("replication-outside"),
    loses("replication-destination-dropped", "replication-outside"),
    loses("replication-destination-dropped"),
)
_NEW_ENCRYPTION = PropertyRow(
    harmless("new repositories are encrypted by a key instead of Amazon S3"),
    loses("creation-template-encryption"),
    loses("creation-template-encryption"),
)

ECR_ROWS: Mapping[str, Rows] = {
    "AWS::ECR::Repository": {
        "EmptyOnDelete": _EMPTY,
        "EncryptionConfiguration.EncryptionType": _REPLACED,
        "EncryptionConfiguration.KmsKey": _REPLACED,
        "ImageScanningConfiguration.ScanOnPush": PropertyRow(
            harmless("without it nothing is scanned on push already"), loses("scan-weakened"), loses("scan-weakened")
        ),
        "ImageTagMutability": _MODE,
        **_EXCLUSION_FILTERS,
        "LifecyclePolicy.LifecyclePolicyText": _LIFECYCLE,
        "LifecyclePolicy.RegistryId": always(
            listed(ChangeEffect.LOSES, "The lifecycle policy is put into the registry of another account")
        ),
        "RepositoryName": _RENAMED,
        "RepositoryPolicyText": _POLICY,
        "Tags[].Key": _TAG_KEY,
        "Tags[].Value": _TAG_VALUE,
    },
    "AWS::ECR::PublicRepository": {
        "EmptyOnDelete": _EMPTY,
        "RepositoryCatalogData.AboutText": _SHOWN,
        "RepositoryCatalogData.Architectures[]": _SHOWN,
        "RepositoryCatalogData.OperatingSystems[]": _SHOWN,
        "RepositoryCatalogData.RepositoryDescription": _SHOWN,
        "RepositoryCatalogData.UsageText": _SHOWN,
        "RepositoryName": _RENAMED,
        "RepositoryPolicyText": _POLICY,
        "Tags[].Key": _TAG_KEY,
        "Tags[].Value": _TAG_VALUE,
    },
    "AWS::ECR::PullThroughCacheRule": {
        "CredentialArn": _CACHE,
        "CustomRoleArn": _CACHE,
        "EcrRepositoryPrefix": _CACHE,
        "UpstreamRegistry": _CACHE,
        "UpstreamRegistryUrl": _CACHE,
        "UpstreamRepositoryPrefix": _CACHE,
    },
    "AWS::ECR::PullTimeUpdateExclusion": {
        "PrincipalArn": always(loses("pull-exclusion-added")),
    },
    "AWS::ECR::RegistryPolicy": {
        "PolicyText": _POLICY,
    },
    "AWS::ECR::RegistryScanningConfiguration": {
        "Rules[].RepositoryFilters[].Filter": PropertyRow(
            harmless("more repositories are scanned"), loses("scan-weakened"), loses("scan-weakened")
        ),
        "Rules[].RepositoryFilters[].FilterType": _ONE_VALUE,
        "Rules[].ScanFrequency": PropertyRow(
            harmless("more images are scanned, or more often"), loses("scan-weakened"), loses("scan-weakened")
        ),
        "ScanType": PropertyRow(
            harmless("without it the scan type is BASIC already"), loses("scan-weakened"), loses("scan-weakened")
        ),
    },
    "AWS::ECR::ReplicationConfiguration": {
        "ReplicationConfiguration.Rules[].DeleteReplication.Enabled": PropertyRow(
            loses("replication-deletes"), loses("replication-deletes"), harmless("copies then outlive deletions")
        ),
        "ReplicationConfiguration.Rules[].Destinations[].Region": _DESTINATION,
        "ReplicationConfiguration.Rules[].Destinations[].RegistryId": _DESTINATION,
        "ReplicationConfiguration.Rules[].RepositoryFilters[].Filter": PropertyRow(
            loses("replication-narrowed", "replication-outside"),
            loses("replication-narrowed", "replication-outside"),
            loses("replication-narrowed", "replication-outside"),
        ),
        "ReplicationConfiguration.Rules[].RepositoryFilters[].FilterType": _ONE_VALUE,
    },
    "AWS::ECR::RepositoryCreationTemplate": {
        "AppliedFor[]": PropertyRow(
            harmless("on this occasion ECR then creates repositories by the rules of the template"),
            loses("creation-template-narrowed"),
            loses("creation-template-narrowed"),
        ),
        "CustomRoleArn": PropertyRow(
            harmless("without a role, tags and keys of the template fail already"),
            listed(ChangeEffect.LOSES, "Where the role lacks a permission, ECR fails to create repositories"),
            listed(ChangeEffect.LOSES, "Without a role, ECR creates no repository with tags or a key"),
        ),
        "Description": _SHOWN,
        "EncryptionConfiguration.EncryptionType": _NEW_ENCRYPTION,
        "EncryptionConfiguration.KmsKey": PropertyRow(
            loses("creation-template-encryption"),
            loses("creation-template-encryption"),
            loses("creation-template-encryption"),
        ),
        "ImageTagMutability": _MODE,
        **_EXCLUSION_FILTERS,
        "LifecyclePolicy": _LIFECYCLE,
        "Prefix": always(dangerous("creation-template-dropped")),
        "RepositoryPolicy": _POLICY,
        "ResourceTags[].Key": PropertyRow(
            widens("access-widened-outside", "access-widened"), loses("tags-lost"), loses("tags-lost")
        ),
        "ResourceTags[].Value": PropertyRow(
            widens("access-widened-outside", "access-widened"), widens(*_WIDENED, "tags-changed"), loses("tags-lost")
        ),
    },
    "AWS::ECR::SigningConfiguration": {
        "Rules[].RepositoryFilters[].Filter": PropertyRow(
            loses("signing-narrowed"), loses("signing-narrowed"), loses("signing-narrowed")
        ),
        "Rules[].RepositoryFilters[].FilterType": _ONE_VALUE,
        "Rules[].SigningProfileArn": PropertyRow(
            harmless("more images are signed"), loses("signing-profile-changed"), loses("signing-narrowed")
        ),
    },
}

WITHOUT_A_PROPERTY = frozenset(
    {
        ("AWS::ECR::PublicRepository", "EmptyOnDelete"),
        ("AWS::ECR::ReplicationConfiguration", "ReplicationConfiguration.Rules[].DeleteReplication.Enabled"),
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
