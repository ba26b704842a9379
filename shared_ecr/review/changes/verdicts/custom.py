"""Custom resources and Lambda functions that touch repositories, and the attributes that every resource has."""

from collections.abc import Mapping

from shared_ecr.model.settings.account_settings import CALLED_SETTING
from shared_ecr.review.changes.verdicts.rows import PropertyRow, Rows, always, dangerous, harmless, loses, widens

_TOKEN = always(harmless("CloudFormation refuses another service token; the handler stays the same"))
_CALL = always(
    widens(
        "call-deletes", "call-removes", "call-moves-images", "custom-resource-not-judged", "access-widened-outside",
        "access-widened", "lifecycle-loses-more", "mutability-weakened", "scan-weakened", "replication-deletes",
    )
)  # fmt: skip
_RETAINS = PropertyRow(harmless("left out means Delete"), dangerous("removal-weakened"), dangerous("removal-weakened"))
_IMAGE = always(harmless("the function runs another image; the repository does not change"))

CUSTOM_ROWS: Mapping[str, Rows] = {
    "Custom::AWS": {
        "Create": _CALL,
        "Delete": _CALL,
        "Update": _CALL,
        "InstallLatestAwsSdk": always(harmless("the calls stay the same")),
        "ServiceTimeout": always(harmless("the calls stay the same")),
        "ServiceToken": _TOKEN,
    },
    "Custom::ECRAutoDeleteImages": {
        "RepositoryName": PropertyRow(
            dangerous("removal-weakened"), dangerous("images-deleted"), dangerous("images-deleted")
        ),
        "ServiceToken": _TOKEN,
    },
    CALLED_SETTING.type: {
        "Body": always(widens("access-widened-outside", "access-widened", "replication-deletes", "setting-changed")),
        "Name": always(loses("setting-changed")),
        "Operation": always(loses("setting-changed")),
        "ServiceTimeout": always(harmless("the setting stays the same")),
        "ServiceToken": _TOKEN,
    },
    "AWS::Lambda::Function": {
        "Code.ImageUri": _IMAGE,
        "PackageType": _IMAGE,
    },
}

ATTRIBUTE_ROWS: Rows = {
    "Condition": always(dangerous("repository-deleted", "repository-orphaned", "change-unknown")),
    "CreationPolicy": always(harmless("it says when a creation counts as complete")),
    "DeletionPolicy": _RETAINS,
    "DependsOn": always(harmless("the order of creation")),
    "Metadata": always(harmless("it is written for tools; an acknowledgement in it is judged as one")),
    "UpdatePolicy": always(harmless("no resource of ECR has one")),
    "UpdateReplacePolicy": _RETAINS,
}
"""What every resource has besides its properties."""
