"""Both sides of a plan: the resources before the apply and after it.

`resource_changes` says both; `prior_state` and `planned_values` add what it does not list. A plan of which a part was
cut off is read from what is left of it.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property

from shared_ecr.documents.json_text import Json
from shared_ecr.records import field, record
from shared_ecr.review.documents.terraform.resource_changes import ResourceChange, changes_of
from shared_ecr.review.documents.terraform.resource_types import KMS_KEYS, REPOSITORIES
from shared_ecr.review.documents.terraform.values import PlannedResource, resources_of
from shared_ecr.review.operations import Operation

# The fields of a state representation; whatever has more is what is left of a plan.
_OF_A_STATE = frozenset({"format_version", "terraform_version", "values", "checks"})
_LEAVES = frozenset({Operation.DELETE, Operation.FORGET})
# What has an identity of its own, so that an object that a replacement left behind is another one.
_IDENTIFIED = REPOSITORIES | KMS_KEYS
# What holds images; everything else that Terraform forgets still has its effect.
_HOLDS_IMAGES = REPOSITORIES


@record(slots=False)
class PlanSides:
    """A plan or a state, its resources found."""

    plan: Mapping[str, Json]
    is_state: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "is_state", not set(self.plan) - _OF_A_STATE)

    @cached_property
    def changes(self) -> tuple[ResourceChange, ...]:
        """The entries of `resource_changes` that are about managed resources."""
        return tuple(each for each in changes_of(self.plan.get("resource_changes")) if not each.is_data)

    @cached_property
    def deferred(self) -> tuple[ResourceChange, ...]:
        """What Terraform puts off to another plan."""
        written = self.plan.get("deferred_changes")
        listed = written if isinstance(written, list) else []
        return tuple(changes_of([each.get("resource_change") for each in listed if isinstance(each, dict)]))

    @cached_property
    def prior(self) -> tuple[PlannedResource, ...]:
        """What `prior_state` holds, data sources included."""
        state = self.plan.get("prior_state")
        return tuple(resources_of(state.get("values") if isinstance(state, dict) else None))

    @cached_property
    def planned(self) -> tuple[PlannedResource, ...]:
        """What `planned_values` hold; of a state what it holds."""
        return tuple(resources_of(self.plan.get("planned_values", self.plan.get("values"))))

    @property
    def has_before(self) -> bool:
        """Whether the plan says that anything was there before."""
        return (
            bool(self.prior)
            or isinstance(self.plan.get("prior_state"), dict)
            or any(each.before is not None for each in self.changes)
        )

    def before(self) -> Iterator[PlannedResource]:
        """Yield what is there before the apply, under the address that it has after it."""
        moved = {each.previous_address: each.address for each in self.changes if each.previous_address}
        listed = {each.address: each for each in self.changes if not each.deposed}
        seen = set()
        for resource in self.prior:
            address = moved.get(resource.address, resource.address)
            change = listed.get(address)
            written = change.resource_before() if change else None
            if address in seen or resource.is_data:
                continue
            seen.add(address)
            yield written or _at(resource, address, change)
        for change in self.changes:
            is_new = change.type in _IDENTIFIED if change.deposed else change.address not in seen
            if is_new and (written := change.resource_before()):
                yield written

    def after(self) -> Iterator[PlannedResource]:
        """Yield what is there after the apply: also what Terraform forgets or puts off, which stays as it is."""
        listed = {each.address: each for each in self.changes if not each.deposed}
        put_off = {each.address for each in self.deferred}
        seen = set()
        for resource in self.planned:
            change = listed.get(resource.address)
            seen.add(resource.address)
            if resource.is_data or (change and change.planned.operation in _LEAVES):
                continue
            yield (change.resource_after(resource) if change else None) or resource
        for change in listed.values():
            if change.address in seen or change.planned.operation in _LEAVES:
                continue
            if made := change.resource_after(None):
                seen.add(change.address)
                yield made
        for resource in self.before():
            change = listed.get(resource.address)
            is_put_off = change is None and resource.address in put_off
            if resource.address not in seen and (is_put_off or self._stays_forgotten(resource)):
                yield resource

    def _stays_forgotten(self, resource: PlannedResource) -> bool:
        """Whether Terraform forgets *resource* and it still has its effect."""
        is_forgotten = resource.operation is not None and resource.operation.operation is Operation.FORGET
        if not is_forgotten or resource.type in _HOLDS_IMAGES:
            return False
        name = _repository_of(resource)
        return name is None or name not in self._leaving

    @cached_property
    def _leaving(self) -> frozenset[str]:
        """The names of the repositories that Terraform deletes or forgets."""
        return frozenset(
            name
            for each in self.changes
            if each.type in _HOLDS_IMAGES and each.planned.operation in _LEAVES and not each.deposed
            for before in [each.resource_before()]
            if before is not None and (name := _repository_of(before))
        )

    def unlisted(self) -> Iterator[PlannedResource]:
        """Yield the managed resources of which no entry says what happens to them."""
        if self.is_state:
            return
        listed = {name for each in self.changes for name in (each.address, each.previous_address)}
        listed |= {name for each in self.deferred for name in (each.address, each.previous_address)}
        found = {each.address: each for each in (*self.planned, *self.prior) if not each.is_data}
        yield from (each for address, each in found.items() if address not in listed)


def _at(resource: PlannedResource, address: str, change: ResourceChange | None) -> PlannedResource:
    """Return *resource* of the prior state under its address after the apply, with what the plan does to it."""
    module, index = (change.module, change.index) if change else (resource.module, resource.index)
    operation = change.planned if change else None
    return PlannedResource(
        address, resource.type, module, index, resource.values, resource.is_data, resource.sensitive, operation
    )  # fmt: skip


def _repository_of(resource: PlannedResource) -> str | None:
    """Return the name of the repository that *resource* is, or that it belongs to."""
    keys = ("name",) if resource.type == "aws_ecr_repository" else ("repository", "repository_name")
    return next((each for key in keys if isinstance(each := resource.values.get(key), str)), None)
