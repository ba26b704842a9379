"""The table of declared settings: each file beside this one adds its rows by being there."""

from collections.abc import Mapping

from shared_ecr.declaration.settings.declared_setting import DeclaredSetting
from shared_ecr.model.settings.table import rows_in

DECLARED: Mapping[str, DeclaredSetting[object]] = {
    each.setting.key: each
    for each in sorted(rows_in("shared_ecr.declaration.settings", DeclaredSetting), key=lambda each: each.setting.key)
}
"""How each key under `registry` is written, by name."""
