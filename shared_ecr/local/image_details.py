"""What DescribeImages shows besides and plain MiniStack does not: the subject of a referrer, the status, the last pull.

A pull is recorded when its manifest is fetched from the registry; unlike ECR, which records one in 24 hours at most,
each is.
https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_ImageDetail.html
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from ministack.core.responses import get_account_id, get_region, json_response

from shared_ecr.local import hooks
from shared_ecr.local.archive import ImageArchive
from shared_ecr.local.clock import Clock
from shared_ecr.local.hooks import OperationHandler, Reply

RegistryHandler = Callable[[str, str, dict[str, str], bytes, dict[str, Any]], Awaitable[Reply | None]]


class ImageDetails:
    """Remembers pulls, by account, Region, repository and digest."""

    def __init__(self, clock: Clock, archive: ImageArchive) -> None:
        self._clock, self._archive = clock, archive
        self._pulled_at: dict[tuple[str, str, str, str], float] = {}

    def install(self) -> None:
        """Record pulls, and show them."""
        hooks.REGISTRY_REQUEST.wrap(self._recording)
        hooks.DESCRIBE_IMAGES.wrap(self._describing)

    def _recording(self, handle: RegistryHandler) -> RegistryHandler:
        async def handle_registry_request(
            method: str, path: str, headers: dict[str, str], body: bytes, query_params: dict[str, Any]
        ) -> Reply | None:
            reply = await handle(method, path, headers, body, query_params)
            name, found, _ = path.removeprefix("/v2/").rpartition("/manifests/")
            if reply and found and method == "GET" and reply[0] == 200:  # noqa: PLR2004 — HTTP's OK
                digest = next((value for key, value in reply[1].items() if key.lower() == "docker-content-digest"), "")
                self._pulled_at[_key(name, digest)] = self._clock.now().timestamp()
            return reply

        return handle_registry_request

    def _describing(self, describe: OperationHandler) -> OperationHandler:
        def describe_images(data: dict[str, Any]) -> Reply:
            status, headers, body = describe(data)
            if status != 200:  # noqa: PLR2004 — HTTP's OK
                return status, headers, body
            details = json.loads(body)["imageDetails"]
            name = data["repositoryName"]
            manifests = hooks.MANIFEST_BLOBS.read().get(name, {})
            for detail in details:
                detail.update(self._archive.describe(name, detail["imageDigest"]))
                manifest = json.loads(manifests.get(detail["imageDigest"], b"{}"))
                if subject := manifest.get("subject"):
                    detail["subjectManifestDigest"] = subject["digest"]
                if pulled_at := self._pulled_at.get(_key(name, detail["imageDigest"])):
                    detail["lastRecordedPullTime"] = pulled_at
            wanted = (data.get("filter") or {}).get("imageStatus", "ACTIVE")
            shown = [detail for detail in details if wanted in {detail["imageStatus"], "ANY"}]
            reply: Reply = json_response({"imageDetails": shown})
            return reply

        return describe_images


def _key(name: str, digest: str) -> tuple[str, str, str, str]:
    return get_account_id(), get_region(), name, digest
