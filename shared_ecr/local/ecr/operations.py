"""All operations that the extensions add or guard, and the way of a request through them.

A request is held against its shape, then against what this package knows of the operation, and served by us or, for
what MiniStack has, by MiniStack. Operations that neither has are answered as MiniStack answers: unknown action.
"""

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from shared_ecr.local import hooks
from shared_ecr.local.ecr import public_repositories, repositories, shapes
from shared_ecr.local.ecr.answers import Operation, RequestBody, ServiceError, empty_stores, reply
from shared_ecr.local.ecr.emulated_setting import emulated_settings
from shared_ecr.local.hooks import ApiHandler, Reply

# The prefix of a request's target is the name of the service's interface, as in botocore's models.
ECR, ECR_PUBLIC = "ecr", "ecr-public"
_SERVICES = {"AmazonEC2ContainerRegistry_V20150921": ECR, "SpencerFrontendService": ECR_PUBLIC}

_GUARDED: dict[str, Mapping[str, Callable[[RequestBody], None]]] = {ECR: repositories.GUARDS, ECR_PUBLIC: {}}


def install() -> None:
    """Serve and guard the operations, route ECR Public here, and forget with MiniStack when it is reset."""
    hooks.SERVICE_PATTERNS.read()["ecr"]["target_prefixes"].append("SpencerFrontendService")
    hooks.API_REQUEST.wrap(_guarded)
    hooks.RESET.wrap(_resetting)


@cache
def _added(service: str) -> Mapping[str, Operation]:
    """Return the operations that MiniStack does not have."""
    if service == ECR_PUBLIC:
        return public_repositories.OPERATIONS
    # Replication uses the files of settings, which use this one.
    from shared_ecr.local.replication_backfills import OPERATIONS  # noqa: PLC0415 — see above

    settings = {name: operation for each in emulated_settings() for name, operation in each.operations.items()}
    return settings | dict(OPERATIONS)


def declare(service: str, operation: str, request: RequestBody) -> RequestBody:
    """Serve the *request* that a template's resource amounts to.

    Raises:
        ServiceError: the service refuses it.
    """
    shapes.require(service, operation, request, declared=True)
    return _added(service)[operation](request)


def _guarded(handle: ApiHandler) -> ApiHandler:
    async def handle_request(
        method: str, path: str, headers: dict[str, str], body: bytes, query_params: dict[str, Any]
    ) -> Reply:
        interface, _, operation = headers.get("x-amz-target", "").partition(".")
        service = _SERVICES.get(interface, ECR)
        try:
            request = json.loads(body or b"{}")
        except ValueError:
            return await handle(method, path, headers, body, query_params)
        try:
            if shapes.is_operation(service, operation):
                shapes.require(service, operation, request)
            if guard := _GUARDED[service].get(operation):
                guard(request)
            if served := _added(service).get(operation):
                return reply(served(request))
        except ServiceError as error:
            return error.reply()
        if service == ECR_PUBLIC:
            return ServiceError("InvalidAction", f"Unknown action: {operation}").reply()
        return await handle(method, path, headers, body, query_params)

    return handle_request


def _resetting(reset: Callable[[], None]) -> Callable[[], None]:
    def reset_with_ours() -> None:
        reset()
        empty_stores()

    return reset_with_ours
