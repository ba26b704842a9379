"""Operations of ECR that MiniStack does not know, answered before it says so."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from shared_ecr.local.ecr.answers import RequestBody, ServiceError
from shared_ecr.local.hooks import ApiHandler, Reply


def served_by(operations: Mapping[str, Callable[[RequestBody], Reply]]) -> Callable[[ApiHandler], ApiHandler]:
    """Return a wrapper that answers *operations* by their names, and hands on every other request."""

    def wrap(handle: ApiHandler) -> ApiHandler:
        async def handle_request(
            method: str, path: str, headers: dict[str, str], body: bytes, query_params: dict[str, Any]
        ) -> Reply:
            operation = operations.get(headers.get("x-amz-target", "").rpartition(".")[2])
            if operation is None:
                return await handle(method, path, headers, body, query_params)
            try:
                return operation(json.loads(body))
            except ServiceError as error:
                return error.reply()

        return handle_request

    return wrap
