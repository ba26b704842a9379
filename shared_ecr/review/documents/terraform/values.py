"""The resources of a plan or state, with their modules, and a mark where a value is not known or not to be shown."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from shared_ecr.documents.json_text import Json
from shared_ecr.review.documents.open_values import open_value

_INDEX = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|[0-9]+)\]')


@dataclass(frozen=True, slots=True)
class PlannedResource:
    """One resource of Terraform."""

    address: str
    type: str
    module: str
    """The address of its module; empty for the root."""
    index: str
    """The key of `for_each` or the number of `count`; empty without either."""
    values: Mapping[str, Json]
    """Its attributes; unknown and sensitive ones are open."""
    is_data: bool = False

    @property
    def block(self) -> str:
        """The address, within its module, of the block that makes it: `aws_ecr_repository.app`."""
        inside = self.address.removeprefix(f"{self.module}." if self.module else "")
        return without_indexes(inside)


def resources_of(values: Json, unknown: Mapping[str, Json]) -> Iterator[PlannedResource]:
    """Yield the resources of a values representation, modules in modules included.

    Args:
        values: `planned_values`, or the `values` of a state.
        unknown: by address, what is known only after the apply.
    """
    modules: list[Json] = [values.get("root_module")] if isinstance(values, dict) else []
    while modules:
        module = modules.pop()
        if not isinstance(module, dict):
            continue
        address = module.get("address")
        found = module.get("resources")
        for each in found if isinstance(found, list) else ():
            if isinstance(each, dict):
                yield from _resource(each, address if isinstance(address, str) else "", unknown)
        children = module.get("child_modules")
        # The last is taken first, and the order of the document is kept.
        modules += reversed(children) if isinstance(children, list) else ()


def without_indexes(address: str) -> str:
    """Return *address* without the keys of `for_each` and `count`."""
    return _INDEX.sub("", address)


def _resource(data: Mapping[str, Json], module: str, unknown: Mapping[str, Json]) -> Iterator[PlannedResource]:
    match data:
        case {"address": str() as address, "type": str() as kind}:
            values = _marked(data.get("values"), unknown.get(address), data.get("sensitive_values"), address)
            index = data.get("index")
            known = values if isinstance(values, dict) else {}
            text = index if isinstance(index, str) else ""
            yield PlannedResource(address, kind, module, text, known, is_data=data.get("mode") == "data")


def _marked(value: Json, unknown: Json, sensitive: Json, name: str) -> Json:
    """Return *value* with a mark in each place that *unknown* or *sensitive* says is true."""
    if unknown is True or sensitive is True:
        return open_value(name)
    if isinstance(value, dict) or isinstance(unknown, dict):
        values = value if isinstance(value, dict) else {}
        keys = dict.fromkeys([*values, *(unknown if isinstance(unknown, dict) else ())])
        return {key: _marked(values.get(key), _at(unknown, key), _at(sensitive, key), f"{name}.{key}") for key in keys}
    if isinstance(value, list):
        return [
            _marked(each, _item(unknown, place), _item(sensitive, place), f"{name}.{place}")
            for place, each in enumerate(value)
        ]
    return value


def _at(marks: Json, key: str) -> Json:
    return marks.get(key) if isinstance(marks, dict) else None


def _item(marks: Json, place: int) -> Json:
    return marks[place] if isinstance(marks, list) and place < len(marks) else None
