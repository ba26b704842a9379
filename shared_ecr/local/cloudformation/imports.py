"""What CloudFormation does at an import, which MiniStack leaves out: it updates what it imports.

AWS calls the update handler of each imported resource, for the tags of the stack. That handler sets what the template
says and removes what it leaves out: the policy, the lifecycle policy, each tag. Source: UpdateHandler.java of
https://github.com/aws-cloudformation/aws-cloudformation-resource-providers-ecr, and
https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/2493.
"""

from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from shared_ecr.local import hooks
from shared_ecr.local.cloudformation import named, repositories
from shared_ecr.local.ecr.emulated_setting import setting_types

Record = dict[str, Any]
_TYPES = (*setting_types(), named.PUBLIC_REPOSITORY)
_OURS = frozenset({repositories.TYPE, *(each.name for each in _TYPES)})
_FAILED = ("ROLLBACK", "FAILED")


def install() -> None:
    """Update what is imported before the task that imports it yields: no caller sees the moment between."""
    hooks.IMPORT_RESOURCES.wrap(_importing)
    hooks.DEPLOY_STACK.wrap(_deploying)


def _importing(original: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    async def import_resources(cs: Record, stack: Record, new_stack: bool) -> None:  # noqa: FBT001 — MiniStack's own
        await original(cs, stack, new_stack)
        _update(stack, (entry["LogicalResourceId"] for entry in cs["_resources_to_import"]))

    return import_resources


def _deploying(original: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    async def deploy_stack(stack_name: str, *arguments: Any, imports: Record | None = None, **more: Any) -> None:
        await original(stack_name, *arguments, imports=imports, **more)
        if imports:
            _update(hooks.STACKS.read()[stack_name], imports)

    return deploy_stack


def _update(stack: Record, logical_ids: Iterable[str]) -> None:
    if any(word in str(stack.get("StackStatus", "")) for word in _FAILED):
        return
    for logical_id in logical_ids:
        record = stack.get("_resources", {}).get(logical_id)
        if record is not None and record["ResourceType"] in _OURS:
            _update_one(stack, logical_id, record)


def _update_one(stack: Record, logical_id: str, record: Record) -> None:
    kind, physical_id = record["ResourceType"], record["PhysicalResourceId"]
    update = hooks.RESOURCE_HANDLERS.read()[kind]["update"]
    name, stack_id = stack["StackName"], stack["StackId"]
    props = hooks.WITH_STACK_TAGS.read()(
        kind, record["Properties"], stack.get("Tags") or [], name, stack_id, logical_id
    )
    if kind == repositories.TYPE:
        update(physical_id, {}, props, name, logical_id)
    elif not _is_never_updated(kind):
        update(physical_id, {}, props, name)


def _is_never_updated(kind: str) -> bool:
    """Whether every change of a resource of that type replaces it, so that an import has nothing to update."""
    return any(each.name == kind and each.update is None for each in _TYPES)
