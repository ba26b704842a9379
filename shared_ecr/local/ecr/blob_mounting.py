"""Layers shared between repositories, as far as the account setting BLOB_MOUNTING says; MiniStack always shares.

Where nothing is mounted the answer is an upload to continue with, as the distribution specification has it.
https://docs.aws.amazon.com/AmazonECR/latest/userguide/blob-mounting.html
"""

from collections.abc import Callable
from typing import Any

from shared_ecr.local import hooks
from shared_ecr.local.ecr import account_settings
from shared_ecr.local.hooks import Reply

StartBlobUpload = Callable[[str, dict[str, Any], bytes], Reply]


def install() -> None:
    """Mount where the setting allows it and both repositories are encrypted alike."""
    hooks.START_BLOB_UPLOAD.wrap(_mounting)


def _mounting(start: StartBlobUpload) -> StartBlobUpload:
    def start_blob_upload(name: str, query_params: dict[str, Any], body: bytes) -> Reply:
        source = query_params.get("from")
        if not _may_mount(source[0] if isinstance(source, list) else source, name):
            query_params = {key: value for key, value in query_params.items() if key != "mount"}
        return start(name, query_params, body)

    return start_blob_upload


def _may_mount(source: str | None, target: str) -> bool:
    held = hooks.REPOSITORIES.read()
    if source not in held or target not in held:
        return False
    encrypted_alike = held[source]["encryptionConfiguration"] == held[target]["encryptionConfiguration"]
    return bool(encrypted_alike and account_settings.get({"name": "BLOB_MOUNTING"})["value"] == "ENABLED")
