"""Read what belongs to a registry as a whole: a file for each setting, `read_settings` for all of them.

`declared_setting` says what a row of the table is, `table` finds the rows.
"""

from collections.abc import Sequence

from shared_ecr.declaration.reader import Reading, join
from shared_ecr.declaration.settings.cache_grants import warn_of_cache_grants
from shared_ecr.declaration.settings.public_repositories import read_public_repositories
from shared_ecr.declaration.settings.pull_through_cache import warn_of_caches
from shared_ecr.declaration.settings.registry_policy import judge_policy
from shared_ecr.declaration.settings.scanning import warn_of_unscanned
from shared_ecr.declaration.settings.settings_context import SettingsContext
from shared_ecr.declaration.settings.table import DECLARED
from shared_ecr.documents.nodes import Mapping, Node
from shared_ecr.model.settings import SettingsSpec

__all__ = [
    "DECLARED",
    "SettingsContext",
    "judge_settings",
    "read_public_repositories",
    "read_settings",
    "warn_of_caches",
    "warn_of_unscanned",
]

_PATH = "registry"


def read_settings(reading: Reading, node: Node | None, around: SettingsContext) -> SettingsSpec:
    """Read the settings that are written beside the registry's account and Regions."""
    if not isinstance(node, Mapping):
        return SettingsSpec()
    settings = SettingsSpec(
        *(
            row.value(reading, written, join(_PATH, key), around)
            for key, row in DECLARED.items()
            if (written := node.get(key)) is not None
        )
    )
    judge_policy(reading, node, settings, around)
    warn_of_cache_grants(reading, node, settings, around.account)
    return settings


def judge_settings(reading: Reading, node: Node | None, settings: SettingsSpec, repositories: Sequence[str]) -> None:
    """Note what is wrong between settings, and between a setting and the names of *repositories*."""
    for key, row in DECLARED.items():
        written = node.get(key) if isinstance(node, Mapping) else None
        if row.judge and written is not None:
            row.judge(reading, written, settings, repositories)
