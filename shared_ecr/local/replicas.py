"""Replication, which plain MiniStack only stores rules for: a push is copied to every destination of a rule.

As in ECR a push or a backfill replicates and nothing else does; a replica is not replicated onward; a missing
repository is created, from a template that applies to replication where there is one; a tag that may not move at the
destination is left out. Another account's registry policy decides whether it takes the image. The copy is there at
once. AWS publishes no list of failure codes; those here are ours.
https://docs.aws.amazon.com/AmazonECR/latest/userguide/replication.html
"""

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

from ministack.core.responses import get_account_id, get_region, request_scope

from shared_ecr.access.callers import Caller, Identity
from shared_ecr.access.evaluation import AccessVerdict, decide
from shared_ecr.access.policy_pair import PolicyPair
from shared_ecr.access.policy_reader import read_policy
from shared_ecr.access.requests import Request, TargetRepository
from shared_ecr.local import hooks
from shared_ecr.local.archive import ACTIVE, status_of
from shared_ecr.local.ecr import registry_policy, replication
from shared_ecr.local.ecr.answers import RequestBody, ServiceError, new_store
from shared_ecr.local.ecr.create_on_push import create_from
from shared_ecr.local.ecr.creation_templates import REPLICATION, lacks_role, matching
from shared_ecr.local.hooks import OperationHandler, Reply
from shared_ecr.local.images import blobs_of, children_of
from shared_ecr.local.tag_rules import moving_refused

Destination = tuple[str, str]
# By repository and digest, what became of the image at each destination.
_statuses = new_store()
DENIED = "AccessDenied"


def install() -> None:
    """Replicate what is pushed, by the registry or by the API."""
    hooks.PUT_MANIFEST.wrap(_pushing_manifests)
    hooks.PUT_IMAGE.wrap(_pushing_images)


def replicate(name: str, digest: str, destination: Destination, tags: list[str]) -> str:
    """Copy one image to *destination* and remember how that ended; return the failure code, or nothing."""
    account, region = destination
    failure = _copy(name, digest, destination, tags)
    status = {"region": region, "registryId": account, "status": "FAILED" if failure else "COMPLETE"}
    if failure:
        status["failureCode"] = failure
    held = dict(_statuses.get((name, digest)) or {})
    _statuses[name, digest] = held | {destination: status}
    return failure


def describe_status(request: RequestBody) -> RequestBody:
    """Serve `DescribeImageReplicationStatus`: the destinations that replication was tried for."""
    name, wanted = request["repositoryName"], request["imageId"]
    if name not in hooks.REPOSITORIES.read():
        raise ServiceError("RepositoryNotFoundException", f"The repository with name '{name}' does not exist")
    image = hooks.FIND_IMAGE.read()(name, wanted)
    if image is None:
        message = f"The image with imageId {json.dumps(wanted)} does not exist in '{name}'"
        raise ServiceError("ImageNotFoundException", message)
    found = _statuses.get((name, image["imageDigest"])) or {}
    return {"repositoryName": name, "imageId": image["imageId"], "replicationStatuses": list(found.values())}


def restored(name: str, digest: str) -> None:
    """Replicate an image that is back from the archive, as if it had been pushed with all its tags."""
    image = hooks.FIND_IMAGE.read()(name, {"imageDigest": digest})
    for destination in replication.destinations_of(name):
        replicate(name, digest, destination, list(image["imageTags"]))


def _copy(name: str, digest: str, destination: Destination, tags: list[str]) -> str:
    account, region = destination
    source = get_account_id()
    manifests, layers = hooks.MANIFEST_BLOBS.read().get(name, {}), hooks.LAYER_BLOBS.read().get(name, {})
    images = {image["imageDigest"]: image for image in hooks.IMAGES.read().get(name, [])}
    copied = [each for each in _with_children(digest, manifests) if each in images]
    with request_scope(account, region):
        exists = name in hooks.REPOSITORIES.read()
        if account != source and not _takes(source, name, "ReplicateImage"):
            return DENIED
        if not exists:
            if account != source and not _takes(source, name, "CreateRepository"):
                return DENIED
            template = matching(name, REPLICATION)
            if template is not None and lacks_role(template):
                return "RepositoryCreationFailed"
            create_from(template, name)
        for each in copied:
            blobs = {blob: layers[blob] for blob in blobs_of(json.loads(manifests[each])) if blob in layers}
            hooks.LAYER_BLOBS.read().setdefault(name, {}).update(blobs)
            hooks.MANIFEST_BLOBS.read().setdefault(name, {})[each] = manifests[each]
            _store(name, images[each], tags if each == digest else [])
    return ""


def _with_children(digest: str, manifests: dict[str, bytes]) -> Iterator[str]:
    for child in children_of(json.loads(manifests.get(digest, b"{}"))):
        yield from _with_children(child, manifests)
    yield digest


def _store(name: str, image: dict[str, Any], tags: list[str]) -> None:
    """Put a record of *image* into the repository of the present scope, with those of *tags* that may move."""
    repository, held = hooks.REPOSITORIES.read()[name], hooks.IMAGES.read().setdefault(name, [])
    own = next((each for each in held if each["imageDigest"] == image["imageDigest"]), None)
    movable = [tag for tag in tags if (own and tag in own["imageTags"]) or not moving_refused(repository, tag)]
    for each in held:
        each["imageTags"] = [tag for tag in each["imageTags"] if tag not in movable]
    if own is None:
        own = image | {"registryId": get_account_id(), "imageId": {"imageDigest": image["imageDigest"]}}
        own |= {"imageTags": [], "imagePushedAt": int(time.time())}
        held.append(own)
    # An image that is archived at the destination is restored when it is replicated again.
    own["imageStatus"] = ACTIVE
    own["imageTags"] = [*own["imageTags"], *movable]
    if movable:
        own["imageId"] = own["imageId"] | {"imageTag": movable[-1]}


def _takes(source: str, name: str, action: str) -> bool:
    """Whether the registry policy of the present scope lets the registry of the account *source* do *action*."""
    if not registry_policy.exists():
        return False
    policy = read_policy(json.loads(registry_policy.get({})["policyText"]))
    caller = Caller.from_arn(f"arn:aws:iam::{source}:root").with_identity(Identity.ALLOWS)
    target = TargetRepository(get_account_id(), get_region(), name)
    return decide(PolicyPair(registry=policy), Request(caller, action, target)).verdict is AccessVerdict.ALLOW


def _pushed(name: str, image_id: dict[str, str]) -> None:
    image = hooks.FIND_IMAGE.read()(name, image_id)
    if image is not None and status_of(image) == ACTIVE:
        tags = [image_id["imageTag"]] if "imageTag" in image_id else []
        for destination in replication.destinations_of(name):
            replicate(name, image["imageDigest"], destination, tags)


def _pushing_manifests(put: Callable[..., Reply]) -> Callable[..., Reply]:
    def put_manifest(name: str, ref: str, headers: dict[str, str], body: bytes) -> Reply:
        reply = put(name, ref, headers, body)
        if reply[0] < 300:  # noqa: PLR2004 — HTTP's success
            _pushed(name, {"imageDigest" if ref.startswith("sha256:") else "imageTag": ref})
        return reply

    return put_manifest


def _pushing_images(put: OperationHandler) -> OperationHandler:
    def put_image(data: dict[str, Any]) -> Reply:
        reply = put(data)
        if reply[0] == 200:  # noqa: PLR2004 — HTTP's OK
            named = {"imageTag": data["imageTag"]} if data.get("imageTag") else {}
            _pushed(data["repositoryName"], named or json.loads(reply[2])["image"]["imageId"])
        return reply

    return put_image
