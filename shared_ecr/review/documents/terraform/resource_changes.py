"""The entries of `resource_changes`, which say what Terraform does to each object.

https://developer.hashicorp.com/terraform/internals/json-format (plan representation, change representation)
"""

from collections.abc import Iterator, Mapping

from shared_ecr.documents.json_text import Json
from shared_ecr.records import record
from shared_ecr.review.documents.terraform.values import (
    PlannedResource,
    index_text,
    sensitive_attributes,
    with_unknown,
    without_indexes,
)
from shared_ecr.review.operations import PlannedOperation


@record
class ResourceChange:
    """One entry, its values not evaluated yet."""

    address: str
    type: str
    module: str
    index: str
    planned: PlannedOperation
    before: Mapping[str, Json] | None
    """None where the entry does not say what was before, or where nothing was."""
    after: Mapping[str, Json] | None
    """None where the entry does not say what will be, or where nothing will be."""
    unknown: Json
    before_sensitive: Json
    after_sensitive: Json
    previous_address: str = ""
    """The address before a `moved` block; empty where it did not move."""
    deposed: str = ""
    """The key of an object that an earlier replacement left behind; empty for the current object."""
    is_data: bool = False

    @property
    def object_address(self) -> str:
        """The address of the object: the current object of a resource and a deposed one have different addresses."""
        return f"{self.address} (deposed {self.deposed})" if self.deposed else self.address

    @property
    def has_after(self) -> bool:
        """Whether the entry says what will be, be it that it is not known yet."""
        return self.after is not None or self.unknown is True or (isinstance(self.unknown, dict) and bool(self.unknown))

    def resource_before(self) -> PlannedResource | None:
        """Return the object that is there before the apply; None where the entry has none."""
        if self.before is None:
            return None
        sensitive = sensitive_attributes(self.before_sensitive, self.before)
        return self._resource(self.object_address, self.before, sensitive, None)

    def resource_after(self, planned: PlannedResource | None) -> PlannedResource | None:
        """Return the object that is there after the apply; what the entry leaves out is taken from *planned*."""
        values = self.after if self.after is not None else planned.values if planned else {}
        if not self.has_after and planned is None:
            return None
        # Where nothing is known, everything that was there, or is planned, is open.
        everything: dict[str, Json] = dict.fromkeys({**(self.before or {}), **values}, True)
        unknown = everything if self.unknown is True else self.unknown
        known = with_unknown(dict(values), unknown, self.address)
        made = known if isinstance(known, dict) else {}
        sensitive = sensitive_attributes(self.after_sensitive, made) | (planned.sensitive if planned else frozenset())
        return self._resource(self.address, made, sensitive, planned)

    def _resource(
        self, address: str, values: Mapping[str, Json], sensitive: frozenset[str], planned: PlannedResource | None
    ) -> PlannedResource:
        module = self.module or (planned.module if planned else "")
        index = self.index or (planned.index if planned else "")
        return PlannedResource(address, self.type, module, index, values, self.is_data, sensitive, self.planned)


def changes_of(written: Json) -> Iterator[ResourceChange]:
    """Yield the entries of *written*, which is `resource_changes` or `resource_drift`."""
    for each in written if isinstance(written, list) else ():
        address, change = (each.get("address"), each.get("change")) if isinstance(each, dict) else (None, None)
        if isinstance(each, dict) and isinstance(address, str) and isinstance(change, dict):
            yield _change(address, each, change)


def _change(address: str, entry: Mapping[str, Json], change: Mapping[str, Json]) -> ResourceChange:
    before, after = change.get("before"), change.get("after")
    module = _text(entry.get("module_address"))
    is_data = entry.get("mode") == "data"
    planned = PlannedOperation.of(change.get("actions"), entry.get("action_reason"), change.get("replace_paths"))
    return ResourceChange(
        address=address,
        type=_text(entry.get("type")) or _type_of(address),
        module=module,
        index=index_text(entry.get("index")),
        planned=planned,
        before=before if isinstance(before, dict) else None,
        after=after if isinstance(after, dict) else None,
        unknown=change.get("after_unknown"),
        before_sensitive=change.get("before_sensitive"),
        after_sensitive=change.get("after_sensitive"),
        previous_address=_text(entry.get("previous_address")),
        deposed=_text(entry.get("deposed")),
        is_data=is_data,
    )


def _text(value: Json) -> str:
    return value if isinstance(value, str) else ""


def _type_of(address: str) -> str:
    """Return the type that *address* says: `aws_ecr_repository` of `module.a.aws_ecr_repository.b[0]`."""
    *_, kind, _ = ["", "", *without_indexes(address).split(".")]
    return kind
