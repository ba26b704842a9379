"""The table of settings: each file beside this one adds its rows by being there."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import TypeVar

from shared_ecr.model.settings.setting import Setting
from shared_ecr.model.settings.setting_type import SettingType

_T = TypeVar("_T")


def rows_in(package: str, kind: type[_T]) -> Iterator[_T]:
    """Yield the rows of one *kind* that the files of *package* define, each once."""
    # pkgutil.iter_modules lists them too; it imports inspect, which takes as long as all of these files.
    files = Path(import_module(package).__path__[0]).iterdir()
    names = sorted({file.stem for file in files if file.suffix == ".py"} - {"__init__", "table"})
    modules = [import_module(f"{package}.{name}") for name in names]
    rows = {id(value): value for module in modules for value in vars(module).values() if isinstance(value, kind)}
    yield from rows.values()


SETTINGS: Mapping[str, Setting[object]] = {
    each.key: each for each in sorted(rows_in("shared_ecr.model.settings", Setting), key=lambda each: each.key)
}
"""The keys under `registry`, by name."""
TYPES: Mapping[str, SettingType] = {
    each.type: each for each in sorted(rows_in("shared_ecr.model.settings", SettingType), key=lambda each: each.order)
}
"""The resource types, in the order of a template."""
