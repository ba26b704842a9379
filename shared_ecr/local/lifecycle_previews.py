"""Lifecycle policy previews, which plain MiniStack lacks: answered by this package's own evaluation.

As with ECR a repository has one at a time. A preview is in progress until someone has looked once, so that anyone who
asks meets both states without waiting for either. It shows how the requests work, and proves nothing about AWS, since
both the client and the server are ours.
https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_StartLifecyclePolicyPreview.html
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from ministack.core.responses import error_response_json, get_account_id, get_region, json_response

from shared_ecr.declaration.policy_sources import parse_policies
from shared_ecr.fate.evaluation import evaluate
from shared_ecr.fate.images import Image
from shared_ecr.fate.verdicts import Fate, ImageFate
from shared_ecr.findings.problems import InvalidDeclarationError
from shared_ecr.local import hooks
from shared_ecr.local.archive import ARCHIVED, status_of
from shared_ecr.local.clock import Clock
from shared_ecr.local.ecr.answers import RequestBody, ServiceError
from shared_ecr.local.ecr.api_operations import served_by
from shared_ecr.local.hooks import Reply
from shared_ecr.local.images import children_of
from shared_ecr.model.lifecycle.policy import LifecyclePolicy
from shared_ecr.model.lifecycle.rules import StorageClass
from shared_ecr.records import record

MAX_RESULTS = 100


@record(frozen=False)
class _Preview:
    text: str
    verdicts: Sequence[ImageFate]
    is_looked_at: bool = False


class LifecyclePreviews:
    """The previews of every repository of every account and Region."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._previews: dict[tuple[str, str, str], _Preview] = {}

    def install(self) -> None:
        """Answer the two actions before MiniStack says it does not know them."""
        hooks.API_REQUEST.wrap(
            served_by(
                {
                    "StartLifecyclePolicyPreview": lambda request: self.start(_repository(request), request),
                    "GetLifecyclePolicyPreview": lambda request: self.get(_repository(request), request),
                }
            )
        )

    def start(self, name: str, data: dict[str, Any]) -> Reply:
        """Begin a preview of the text given, or of the policy stored."""
        running = self._previews.get(_key(name))
        if running and not running.is_looked_at:
            return _refused(
                "LifecyclePolicyPreviewInProgressException",
                f"The previous lifecycle policy preview request for '{name}' has not completed",
            )
        text = data.get("lifecyclePolicyText") or hooks.LIFECYCLE_POLICIES.read().get(name)
        if not text:
            return _refused("LifecyclePolicyNotFoundException", f"Lifecycle policy does not exist for '{name}'")
        policy = _policy(text)
        if isinstance(policy, str):
            said = f"Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: '{policy}'"
            return _refused("InvalidParameterException", said)
        images = [_image(held) for held in hooks.IMAGES.read().get(name, [])]
        self._previews[_key(name)] = _Preview(text, evaluate(policy, images, self._clock.now()))
        return _reply(_head(name, text, "IN_PROGRESS"))

    def get(self, name: str, data: dict[str, Any]) -> Reply:
        """Show how far the preview is, and its results a page at a time."""
        found = self._previews.get(_key(name))
        if found is None:
            return _refused(
                "LifecyclePolicyPreviewNotFoundException", f"There is no lifecycle policy preview for '{name}'"
            )
        if not found.is_looked_at:
            found.is_looked_at = True
            return _reply({**_head(name, found.text, "IN_PROGRESS"), "previewResults": [], "summary": {}})
        most = data.get("maxResults", MAX_RESULTS)
        if not 1 <= most <= MAX_RESULTS:
            return _refused("InvalidParameterException", f"maxResults {most} is not between 1 and {MAX_RESULTS}")
        acting = sorted(
            (verdict for verdict in found.verdicts if verdict.acted_by), key=lambda each: each.image.pushed_at
        )
        start = int(data.get("nextToken") or 0)
        document = {
            **_head(name, found.text, "COMPLETE"),
            "previewResults": [_result(verdict) for verdict in acting[start : start + most]],
            "summary": _summary(acting),
        }
        if start + most < len(acting):
            document["nextToken"] = str(start + most)
        return _reply(document)


def _repository(request: RequestBody) -> str:
    """Return the repository that *request* is about; refuse one that does not exist."""
    name = str(request.get("repositoryName", ""))
    if name not in hooks.REPOSITORIES.read():
        raise ServiceError("RepositoryNotFoundException", f"The repository with name '{name}' does not exist")
    return name


def _policy(text: str) -> LifecyclePolicy | str:
    """Read the policy, or return what is wrong with it as ECR begins such sentences."""
    try:
        policy = parse_policies(text, "LifecyclePolicyText").for_all
    except InvalidDeclarationError as error:
        return f"Lifecycle policy validation failure: {error.problems[0].what}"
    return policy or "Could not map policyString into LifecyclePolicy."


def _image(held: dict[str, Any]) -> Image:
    manifest = json.loads(held.get("imageManifest") or "{}")
    return Image(
        held["imageDigest"],
        datetime.fromtimestamp(held["imagePushedAt"], UTC),
        tuple(held.get("imageTags", ())),
        StorageClass.ARCHIVE if status_of(held) == ARCHIVED else StorageClass.STANDARD,
        archived_at=_time(held.get("lastArchivedAt")),
        activated_at=_time(held.get("lastActivatedAt")),
        children=tuple(children_of(manifest)),
        subject=(manifest.get("subject") or {}).get("digest"),
    )


def _time(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def _result(verdict: ImageFate) -> dict[str, Any]:
    expires = verdict.fate is Fate.EXPIRE
    return {
        "imageTags": list(verdict.image.tags),
        "imageDigest": verdict.image.digest,
        "imagePushedAt": verdict.image.pushed_at.timestamp(),
        "action": {"type": "EXPIRE"} if expires else {"type": "TRANSITION", "targetStorageClass": "ARCHIVE"},
        "appliedRulePriority": verdict.acted_by,
        "storageClass": verdict.image.storage_class.upper(),
    }


def _summary(acting: Sequence[ImageFate]) -> dict[str, Any]:
    archived = sum(verdict.fate is Fate.ARCHIVE for verdict in acting)
    return {
        "expiringImageTotalCount": len(acting) - archived,
        "transitioningImageTotalCounts": [{"targetStorageClass": "ARCHIVE", "imageTotalCount": archived}]
        * bool(archived),
    }


def _head(name: str, text: str, status: str) -> dict[str, Any]:
    return {
        "registryId": get_account_id(),
        "repositoryName": name,
        "lifecyclePolicyText": text,
        "status": status,
    }


def _key(name: str) -> tuple[str, str, str]:
    return get_account_id(), get_region(), name


def _reply(document: dict[str, Any]) -> Reply:
    reply: Reply = json_response(document)
    return reply


def _refused(code: str, message: str) -> Reply:
    reply: Reply = error_response_json(code, message, 400)
    return reply
