"""Read what an account says of its whole registry, besides what has a resource type."""

from shared_ecr.declaration.reader import Reading, join
from shared_ecr.declaration.schema.pieces import Schema, boolean, closed, word
from shared_ecr.declaration.settings.declared_setting import DeclaredSetting
from shared_ecr.declaration.settings.settings_context import SettingsContext
from shared_ecr.documents.nodes import Node
from shared_ecr.model.settings.account_settings import ACCOUNT_SETTINGS, AccountSettings

_KEYS = ("blob_mounting", "registry_policy_scope", "basic_scan_type_version")


def _read(reading: Reading, node: Node, path: str, _: SettingsContext) -> AccountSettings:
    """Read the mapping; what is not written stays as the account has it."""
    fields = reading.mapping(node, path, _KEYS)
    if fields is None:
        return AccountSettings()
    mounting, scope, version = (fields.get(key) for key in _KEYS)
    return AccountSettings(
        reading.boolean(mounting, join(path, _KEYS[0])) if mounting is not None else None,
        _word(reading, scope, join(path, _KEYS[1]), "V2"),
        _word(reading, version, join(path, _KEYS[2]), "AWS_NATIVE"),
    )


def _word(reading: Reading, node: Node | None, path: str, only: str) -> str | None:
    """Read the one value that AWS still takes, in lower case as all words of the file are."""
    word = reading.choice(node, path, (only.lower(),), "account-setting") if node is not None else None
    return only if word == only.lower() else None


def _schema() -> Schema:
    return closed(
        {
            "blob_mounting": boolean("Whether a push may take layers from another repository"),
            "registry_policy_scope": word("v2"),
            "basic_scan_type_version": word("aws_native"),
        },
        description="Settings that have no CloudFormation type",
    )


DECLARED_ACCOUNT_SETTINGS = DeclaredSetting(ACCOUNT_SETTINGS, _read, _schema)
