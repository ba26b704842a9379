"""The resources of a plan or state, with their modules; what is not known yet has a mark in its place."""

from collections.abc import Iterator, Mapping

from shared_ecr.documents.json_text import Json
from shared_ecr.records import record
from shared_ecr.review.documents.open_values import open_value
from shared_ecr.review.operations import PlannedOperation
from shared_ecr.text.patterns import LazyPattern

_INDEX = LazyPattern(r'\[(?:"(?:[^"\\]|\\.)*"|[0-9]+)\]')


@record
class PlannedResource:
    """One resource of Terraform."""

    address: str
    type: str
    module: str
    """The address of its module; empty for the root."""
    index: str
    """The key of `for_each` or the number of `count`; empty without either."""
    values: Mapping[str, Json]
    """Its attributes; those that are not known yet are open."""
    is_data: bool = False
    sensitive: frozenset[str] = frozenset()
    """The attributes of which at least a part is marked as sensitive."""
    operation: PlannedOperation | None = None
    """What the plan does to it; None where the document does not say."""

    @property
    def block(self) -> str:
        """The address, within its module, of the block that makes it: `aws_ecr_repository.app`."""
        inside = self.address.removeprefix(f"{self.module}." if self.module else "")
        return without_indexes(inside)


def resources_of(values: Json) -> Iterator[PlannedResource]:
    """Yield the resources of a values representation, modules in modules included.

    Args:
        values: `planned_values`, or the `values` of a state.
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
                yield from _resource(each, address if isinstance(address, str) else "")
        children = module.get("child_modules")
        # The last is taken first, and the order of the document is kept.
        modules += reversed(children) if isinstance(children, list) else ()


def without_indexes(address: str) -> str:
    """Return *address* without the keys of `for_each` and `count`."""
    return _INDEX.sub("", address)


def index_text(index: Json) -> str:
    """Return the key of `for_each` or the number of `count` as text; empty without either."""
    return str(index) if isinstance(index, str) else ""


def sensitive_attributes(marks: Json, values: Mapping[str, Json]) -> frozenset[str]:
    """Return the attributes of which *marks* says that a part is sensitive.

    https://developer.hashicorp.com/terraform/internals/json-format: `sensitive_values`, `after_sensitive`.
    """
    if marks is True:
        return frozenset(values)
    return (
        frozenset(name for name, mark in marks.items() if _is_any_true(mark))
        if isinstance(marks, dict)
        else frozenset()
    )


def with_unknown(value: Json, unknown: Json, name: str) -> Json:
    """Return *value* with a mark in each place that *unknown* says is known only after the apply."""
    if unknown is True:
        return open_value(name)
    if isinstance(value, dict) or isinstance(unknown, dict):
        values = value if isinstance(value, dict) else {}
        below = unknown if isinstance(unknown, dict) else {}
        keys = dict.fromkeys([*values, *below])
        return {key: with_unknown(values.get(key), below.get(key), f"{name}.{key}") for key in keys}
    if isinstance(value, list) or isinstance(unknown, list):
        items, marks = (each if isinstance(each, list) else [] for each in (value, unknown))
        padded = [*items, *[None] * (len(marks) - len(items))]
        return [
            with_unknown(each, marks[place] if place < len(marks) else None, f"{name}.{place}")
            for place, each in enumerate(padded)
        ]
    return value


def _is_any_true(mark: Json) -> bool:
    match mark:
        case dict():
            return any(map(_is_any_true, mark.values()))
        case list():
            return any(map(_is_any_true, mark))
        case _:
            return mark is True


def _resource(data: Mapping[str, Json], module: str) -> Iterator[PlannedResource]:
    match data:
        case {"address": str() as address, "type": str() as kind}:
            values = data.get("values")
            known = values if isinstance(values, dict) else {}
            yield PlannedResource(
                address, kind, module, index_text(data.get("index")), known, is_data=data.get("mode") == "data",
                sensitive=sensitive_attributes(data.get("sensitive_values"), known),
            )  # fmt: skip
