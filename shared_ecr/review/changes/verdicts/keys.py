"""The properties of keys and aliases, as far as they encrypt repositories.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_KMS.html
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
    refused,
)

_SHOWN = always(harmless("a text that is shown to people"))
_IMMUTABLE = always(refused("key-immutable"))
_POLICY = PropertyRow(
    dangerous("key-policy-denies", "key-policy-changed"),
    dangerous("key-policy-denies", "key-policy-changed"),
    dangerous("key-policy-changed"),
)
_ENABLED = PropertyRow(dangerous("key-disabled"), dangerous("key-disabled"), harmless("left out, the key is enabled"))
_WINDOW = PropertyRow(
    loses("key-deleted-sooner"), loses("key-deleted-sooner"), harmless("the longest period, 30 days, is the default")
)
_TAGS = always(harmless("ECR does not depend on tags of keys; it uses a key by grants"))
_COMMON: Rows = {
    "Description": _SHOWN,
    "Enabled": _ENABLED,
    "KeyPolicy": _POLICY,
    "PendingWindowInDays": _WINDOW,
    "Tags[].Key": _TAGS,
    "Tags[].Value": _TAGS,
}
_ROTATION = "Control KMS.4 of Security Hub requires rotation; images stay readable"

KEY_ROWS: Mapping[str, Rows] = {
    "AWS::KMS::Key": {
        **_COMMON,
        "BypassPolicyLockoutSafetyCheck": PropertyRow(
            listed(ChangeEffect.LOSES, "KMS then accepts a key policy that locks its own account out"),
            listed(ChangeEffect.LOSES, "KMS then accepts a key policy that locks its own account out"),
            harmless("KMS then refuses a key policy that locks its own account out"),
        ),
        "EnableKeyRotation": PropertyRow(
            harmless("left out, the key is not rotated"),
            listed(ChangeEffect.LOSES, _ROTATION),
            listed(ChangeEffect.LOSES, _ROTATION),
        ),
        "KeySpec": _IMMUTABLE,
        "KeyUsage": _IMMUTABLE,
        "MultiRegion": _IMMUTABLE,
        "Origin": _IMMUTABLE,
        "RotationPeriodInDays": always(harmless("older key material stays usable, however often the key is rotated")),
    },
    "AWS::KMS::ReplicaKey": {
        **_COMMON,
        "PrimaryKeyArn": always(dangerous("key-deleted")),
    },
    "AWS::KMS::Alias": {
        "AliasName": always(
            listed(
                ChangeEffect.LOSES, "Repositories that are created by the old alias fail; existing ones keep their key"
            )
        ),
        "TargetKeyId": always(
            listed(ChangeEffect.LOSES, "New repositories are encrypted by another key; existing ones keep theirs")
        ),
    },
}
