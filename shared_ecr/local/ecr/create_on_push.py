"""Repositories that a push creates, if a creation template allows it; without one the push is refused.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-creation-templates.html
"""

from collections.abc import Callable
from typing import Any

from shared_ecr.local import hooks
from shared_ecr.local.ecr.answers import RequestBody
from shared_ecr.local.ecr.creation_templates import CREATE_ON_PUSH, lacks_role, matching
from shared_ecr.local.hooks import OperationHandler, Reply
from shared_ecr.local.tag_rules import FILTERS, MODE

PutManifestHandler = Callable[[str, str, dict[str, str], bytes], Reply]
StartUpload = Callable[[str, dict[str, Any], bytes], Reply]


def install() -> None:
    """Create what is missing before the first request of a push is answered, in the registry and in the API."""
    hooks.START_BLOB_UPLOAD.wrap(_starting_uploads)
    hooks.PUT_MANIFEST.wrap(_putting_manifests)
    hooks.INITIATE_LAYER_UPLOAD.wrap(_by_request)
    hooks.PUT_IMAGE.wrap(_by_request)


def _create_if_due(name: str) -> str | None:
    """Create the repository *name* from its template; return why the template cannot be applied, or None."""
    template = None if name in hooks.REPOSITORIES.read() else matching(name, CREATE_ON_PUSH)
    if template is None:
        return None
    if lacks_role(template):
        return (
            f"The repository with name '{name}' cannot be created: the repository creation template "
            f"'{template['prefix']}' has tags or a KMS key and no customRoleArn"
        )
    create_from(template, name)
    return None


def create_from(template: RequestBody | None, name: str) -> None:
    """Create the repository *name* as *template* says, or with ECR's defaults."""
    template = template or {}
    hooks.CREATE_REPOSITORY.read()(_described_by(template, name))
    for key, store in (("repositoryPolicy", hooks.REPOSITORY_POLICIES), ("lifecyclePolicy", hooks.LIFECYCLE_POLICIES)):
        if template.get(key):
            store.read()[name] = template[key]


def _described_by(template: RequestBody, name: str) -> RequestBody:
    """Render what *template* says as the request to create *name*."""
    copied = {key: template[key] for key in (MODE, FILTERS, "encryptionConfiguration") if key in template}
    return {"repositoryName": name, "tags": template.get("resourceTags", []), **copied}


def _starting_uploads(start: StartUpload) -> StartUpload:
    def start_blob_upload(name: str, query_params: dict[str, Any], body: bytes) -> Reply:
        refusal = _create_if_due(name)
        return _refused(refusal) if refusal else start(name, query_params, body)

    return start_blob_upload


def _putting_manifests(put: PutManifestHandler) -> PutManifestHandler:
    def put_manifest(name: str, ref: str, headers: dict[str, str], body: bytes) -> Reply:
        refusal = _create_if_due(name)
        return _refused(refusal) if refusal else put(name, ref, headers, body)

    return put_manifest


def _by_request(action: OperationHandler) -> OperationHandler:
    def creating_first(data: RequestBody) -> Reply:
        # A template that cannot be applied leaves the repository missing, which the operation itself refuses.
        _create_if_due(data["repositoryName"])
        return action(data)

    return creating_first


def _refused(message: str) -> Reply:
    reply: Reply = hooks.REGISTRY_ERROR.read()(404, "NAME_UNKNOWN", message)
    return reply
