"""Which requests are the registry's: MiniStack hands some of them to services that share the prefix `/v2/`."""

from collections.abc import Awaitable, Callable
from typing import Any

from shared_ecr.local import hooks
from shared_ecr.local.hooks import Reply

SesHandler = Callable[[str, str, dict[str, str], bytes, dict[str, Any], str], Awaitable[Reply | None]]


def install() -> None:
    """Route every request for an image to the registry."""
    hooks.IS_REGISTRY_PATH.wrap(lambda is_registry_path: lambda path: is_registry_path(path) or is_about_images(path))
    hooks.SES_REQUEST.wrap(_not_about_images)


def is_about_images(path: str) -> bool:
    """Whether only a registry can be meant.

    The referrers API would reach S3; a repository whose name begins
    with `email` would reach SES.
    """
    return path.startswith("/v2/") and (
        any(part in path for part in ("/blobs/", "/manifests/", "/referrers/")) or path.endswith("/tags/list")
    )


def _not_about_images(handle: SesHandler) -> SesHandler:
    async def handle_ses_v2_request(  # noqa: PLR0913, PLR0917 — MiniStack's own parameters
        method: str, path: str, headers: dict[str, str], body: bytes, query_params: dict[str, Any], request_id: str
    ) -> Reply | None:
        return None if is_about_images(path) else await handle(method, path, headers, body, query_params, request_id)

    return handle_ses_v2_request
