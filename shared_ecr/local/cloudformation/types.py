"""One resource type, and how it is registered with MiniStack."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from shared_ecr.local import hooks
from shared_ecr.local.ecr.answers import RequestBody, ServiceError
from shared_ecr.records import record
from shared_ecr.text.spelling import camel_keys

# What a template says of one resource, in CloudFormation's spelling.
Properties = dict[str, Any]
# The physical id of a resource, and the attributes that templates may get of it.
Made = tuple[str, dict[str, str]]


@record
class ResourceType:
    """A type by what happens to its resources."""

    name: str
    properties: tuple[str, ...]
    """All it has: CloudFormation refuses others."""
    create: Callable[[Properties, str], Made]
    """Takes the properties and a name for where they have none."""
    update: Callable[[str, Properties], Made] | None
    """Takes the physical id and the new properties; None where every change replaces."""
    delete: Callable[[str], object]
    """Takes the physical id; what no longer exists already is no fault."""
    create_only: tuple[str, ...] = ()
    """The properties whose change replaces the resource."""
    exists: Callable[[str], bool] | None = None
    """Whether a resource of that physical id is there; None where none can be imported."""
    imported_by: str = ""
    """The property, or the attribute, that an import identifies it by."""
    named_by: str | None = None
    """The property that is the physical id: a replacement must change it, since the old resource is deleted last."""
    drift: Callable[[str, Properties], Properties | None] | None = None
    """Reads what is there, by physical id and properties of the template; None compares the existence alone."""

    def add(self) -> None:
        """Let MiniStack know the type."""
        hooks.RESOURCE_HANDLERS.read()[self.name] = {
            "create": self._create,
            "update": self._update,
            "delete": self._delete,
        }
        if self.exists is not None:
            hooks.RESOURCE_HANDLERS.read()[self.name]["import"] = self._import
            hooks.IMPORT_LOOKUPS.read()[self.name] = ((self.imported_by,), self._missing)
        hooks.REPLACING_PROPERTIES.read()[self.name] = self.create_only
        if self.named_by:
            hooks.CUSTOM_NAMES.read()[self.name] = {"name": self.named_by}
        if self.drift:
            hooks.DRIFT_READERS.read()[self.name] = (self.drift, frozenset(self.properties))

    def _import(self, identifier: dict[str, str]) -> Made:
        physical_id = identifier[self.imported_by]
        return physical_id, {self.imported_by: physical_id}

    def _missing(self, physical_id: str) -> str | None:
        """Return why a resource cannot be imported, or None."""
        if self.exists is not None and self.exists(physical_id):
            return None
        return f"Resource of type '{self.name}' with identifier '{physical_id}' was not found."

    def _create(self, logical_id: str, props: Properties, stack_name: str) -> Made:
        with refusals_fail_the_resource():
            require_properties(props, self.properties)
            return self.create(props, hooks.PHYSICAL_NAME.read()(stack_name, logical_id, lowercase=True, max_len=200))

    def _update(self, physical_id: str, _old: Properties, new: Properties, _stack_name: str) -> Made:
        with refusals_fail_the_resource():
            require_properties(new, self.properties)
            if self.update is None:
                raise ServiceError.validation(f"{self.name} cannot be updated")
            return self.update(physical_id, new)

    def _delete(self, physical_id: str, _props: Properties) -> None:
        try:
            self.delete(physical_id)
        except ServiceError as error:
            if not error.code.endswith("NotFoundException"):
                raise ValueError(error.message) from error


def require_properties(props: Properties, known: tuple[str, ...]) -> None:
    """Refuse a property that the type has not, as CloudFormation does before it asks the service.

    Raises:
        ServiceError: there is one.
    """
    for name in props:
        if name not in known:
            raise ServiceError.validation(f"Properties validation failed: extraneous key [{name}] is not permitted")


@contextmanager
def refusals_fail_the_resource() -> Iterator[None]:
    """Turn what the service refuses into what MiniStack takes for the reason of a failure."""
    try:
        yield
    except ServiceError as error:
        raise ValueError(error.message) from error


def like(expected: Any, text: str | None) -> Any:
    """Return a policy as the template has it: as text, or as an object."""
    return text if isinstance(expected, str) or text is None else json.loads(text)


def request_of(props: Properties, *, but: tuple[str, ...] = ()) -> RequestBody:
    """Render *props* as the request of the same words, without those named in *but*."""
    return camel_keys({key: value for key, value in props.items() if key not in but})
