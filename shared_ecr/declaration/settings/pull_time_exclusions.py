"""Read whose pulls do not count as the last pull of an image."""

from shared_ecr.declaration.reader import Reading
from shared_ecr.declaration.schema.pieces import Schema, array, text
from shared_ecr.declaration.settings.declared_setting import DeclaredSetting
from shared_ecr.declaration.settings.settings_context import SettingsContext, judge_partition, read_items
from shared_ecr.documents.nodes import Node, Scalar
from shared_ecr.model.settings.pull_time_exclusions import MAX_EXCLUSIONS, PULL_TIME_EXCLUSIONS, ExcludedPrincipal


def _read(reading: Reading, node: Node, path: str, around: SettingsContext) -> tuple[ExcludedPrincipal, ...]:
    for item, item_path in reading.items(node, path):
        if isinstance(item, Scalar) and item.text.startswith("arn:aws"):
            judge_partition(reading, item, item_path, item.text, around)
    return read_items(
        reading, node, path, ExcludedPrincipal.parse, of="exclusions", at_most=MAX_EXCLUSIONS, code="exclusion-number"
    )


def _schema() -> Schema:
    principals = array(text("The ARN of a role or user"), "Roles and users whose pulls do not count as pulls")
    return {**principals, "maxItems": MAX_EXCLUSIONS}


DECLARED_EXCLUSIONS = DeclaredSetting(PULL_TIME_EXCLUSIONS, _read, _schema)
