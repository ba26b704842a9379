"""The attributes of each resource that a review judges; one that is not here is reported as not judged.

Sources: the provider's schema, https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/ecr_repository
and the pages of the other types beside it. The schema was read from npm's `cdktf-cdktf-provider-aws` 21.22.1.
"""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from shared_ecr.documents.json_text import Json
from shared_ecr.model.settings.setting_type import TerraformBlock
from shared_ecr.model.settings.table import TYPES

Attributes: TypeAlias = Mapping[str, "Attributes | None"]
"""The names of attributes; where one is a block, with those of the block."""

# Nothing about access or images depends on them: what the service returns, and how long Terraform waits.
_RETURNED: Attributes = {"id": None, "arn": None, "registry_id": None, "region": None}
_ENCRYPTION: Attributes = {"encryption_type": None, "kms_key": None}
_FILTER: Attributes = {"filter": None, "filter_type": None}
_TAGS: Attributes = {"tags": None, "tags_all": None}
_OWN: Attributes = {
    "image_tag_mutability": None,
    "image_tag_mutability_exclusion_filter": _FILTER,
    "encryption_configuration": _ENCRYPTION,
}
_POLICY: Attributes = {**_RETURNED, "policy": None}
_KEY: Attributes = {
    **_RETURNED, **_TAGS, "bypass_policy_lockout_safety_check": None, "deletion_window_in_days": None,
    "description": None, "key_id": None, "key_usage": None, "policy": None, "timeouts": {"create": None},
}  # fmt: skip
_EXTERNAL: Attributes = {
    "enabled": None, "expiration_model": None, "key_material_base64": None, "key_spec": None, "key_state": None,
    "multi_region": None, "valid_to": None,
}  # fmt: skip

_OF_CLOUD_CONTROL: Attributes = {
    **_RETURNED, "bypass_policy_lockout_safety_check": None, "description": None, "enable_key_rotation": None,
    "enabled": None, "key_id": None, "key_policy": None, "key_spec": None, "key_usage": None, "multi_region": None,
    "origin": None, "pending_window_in_days": None, "primary_key_arn": None, "rotation_period_in_days": None,
    "tags": None,
}  # fmt: skip


def _of_row(attributes: Mapping[str, str | TerraformBlock]) -> Attributes:
    """Return the names that the row of a setting has."""
    return {
        name: _of_row(each.attributes) if isinstance(each, TerraformBlock) else None
        for name, each in attributes.items()
    }


ATTRIBUTES: Mapping[str, Attributes] = {
    "aws_ecr_repository": {
        **_RETURNED, **_TAGS, **_OWN, "name": None, "force_delete": None, "repository_url": None,
        "image_scanning_configuration": {"scan_on_push": None}, "timeouts": {"delete": None},
    },
    "aws_ecr_lifecycle_policy": {**_POLICY, "repository": None},
    "aws_ecr_repository_policy": {**_POLICY, "repository": None},
    **{
        each.terraform.type: {**_RETURNED, **_of_row(each.terraform.attributes)}
        for each in TYPES.values()
        if each.terraform and each.terraform.attributes is not None
    },
    "aws_ecr_repository_creation_template": {
        **_RETURNED, **_OWN, "applied_for": None, "custom_role_arn": None, "description": None,
        "lifecycle_policy": None, "prefix": None, "repository_policy": None, "resource_tags": None,
    },
    "aws_ecr_account_setting": {**_RETURNED, "name": None, "value": None},
    "aws_ecrpublic_repository": {
        **_RETURNED, **_TAGS, "force_destroy": None, "repository_name": None, "repository_uri": None,
        "catalog_data": {
            "about_text": None, "architectures": None, "description": None, "logo_image_blob": None,
            "operating_systems": None, "usage_text": None,
        },
        "timeouts": {"delete": None},
    },
    "aws_ecrpublic_repository_policy": {**_POLICY, "repository_name": None},
    "aws_kms_key": {
        **_KEY, "custom_key_store_id": None, "customer_master_key_spec": None, "enable_key_rotation": None,
        "is_enabled": None, "multi_region": None, "rotation_period_in_days": None, "xks_key_id": None,
    },
    "awscc_kms_key": _OF_CLOUD_CONTROL,
    "awscc_kms_replica_key": _OF_CLOUD_CONTROL,
    "aws_kms_key_policy": {**_POLICY, "key_id": None, "bypass_policy_lockout_safety_check": None},
    "aws_kms_external_key": {**_KEY, **_EXTERNAL},
    "aws_kms_replica_key": {
        **_KEY, "enabled": None, "key_rotation_enabled": None, "key_spec": None, "primary_key_arn": None,
    },
    "aws_kms_replica_external_key": {**_KEY, **_EXTERNAL, "primary_key_arn": None},
}  # fmt: skip


def unread_attributes(type_: str, values: Mapping[str, Json]) -> Iterator[str]:
    """Yield the path of each attribute that has a value, and that no row of the table names."""
    if type_ in ATTRIBUTES:
        yield from _unread(ATTRIBUTES[type_], values, "")


def _unread(known: Attributes, values: Mapping[str, Json], path: str) -> Iterator[str]:
    for name, value in values.items():
        if value is None or value in ("", [], {}):
            continue
        if name not in known:
            yield f"{path}{name}"
            continue
        below = known[name]
        blocks = value if isinstance(value, list) else [value]
        for block in blocks if below is not None else ():
            if isinstance(block, dict):
                yield from _unread(below or {}, block, f"{path}{name}.")
