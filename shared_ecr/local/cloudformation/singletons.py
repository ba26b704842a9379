"""The types that a registry has one resource of: a second is refused, as AWS's own handlers refuse it.

https://github.com/aws-cloudformation/aws-cloudformation-resource-providers-ecr
"""

from collections.abc import Callable

from ministack.core.responses import get_account_id

from shared_ecr.local.cloudformation.types import Made, Properties, ResourceType
from shared_ecr.local.ecr.answers import RequestBody, ServiceError
from shared_ecr.local.ecr.operations import ECR, declare


def singleton(  # noqa: PLR0913 — what the type is, and what happens to it
    name: str,
    properties: tuple[str, ...],
    *,
    put: tuple[str, Callable[[Properties], RequestBody]],
    exists: Callable[[], bool],
    remove: Callable[[], object],
    drift: Callable[[str, Properties], Properties | None],
) -> ResourceType:
    """Make a type of what the registry has: the operation that puts it, how it is found, deleted and read."""
    operation, render = put

    def update(_: str, props: Properties) -> Made:
        declare(ECR, operation, render(props))
        return get_account_id(), {"RegistryId": get_account_id()}

    def create(props: Properties, _: str) -> Made:
        if exists():
            message = f"Resource of type '{name}' with identifier '{get_account_id()}' already exists."
            raise ServiceError("AlreadyExists", message)
        return update("", props)

    def is_ours(physical_id: str) -> bool:
        return physical_id == get_account_id() and exists()

    return ResourceType(
        name, properties, create, update, lambda _: remove(), exists=is_ours, imported_by="RegistryId", drift=drift
    )
