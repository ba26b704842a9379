"""Give an image that is there another tag: its manifest is stored again under it, and no layer moves.

address   the repository as declared or deployed, or a whole reference
look      what the new tags name now; one that may not move and names another image ends it before the first is set
gate      where one is wanted: what the scans of the image must not have found
store     the same bytes under each tag that does not name them yet
look      again: only the registry's own answer counts
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from shared_ecr.client.distribution.opening import opened
from shared_ecr.client.distribution.repository import ManifestState, RemoteRepository
from shared_ecr.client.errors import PushRefusedError
from shared_ecr.client.pushers.events import ManifestStored, Message, NullProgress, Progress
from shared_ecr.client.sources.registry_trees import RemoteTree, fetch_manifest
from shared_ecr.client.targets import locate_image, mutability
from shared_ecr.findings.errors import UsageError
from shared_ecr.model.mutability import TagMutability
from shared_ecr.model.names import Digest, ImageReference, RepositoryName, Tag

if TYPE_CHECKING:
    from shared_ecr.client.scanning.gate import PromotionGate
    from shared_ecr.client.session import Session


def tag(
    image: str,
    tags: Sequence[Tag],
    session: "Session",
    progress: Progress | None = None,
    *,
    gate: "PromotionGate | None" = None,
) -> ImageReference:
    """Give `REPOSITORY@DIGEST` or `REPOSITORY:TAG` the *tags* as well; return it by its digest.

    Raises:
        InvalidValueError, UsageError: no image or no tag is named, or no repository of that name is known.
        PushRefusedError: a tag names another image and may not move, or the caller may not store manifests.
        RefusedError: there is no such image, or the caller may not read it.
        BlockedImageError, UnfinishedScanError: the *gate* stops the image.
        UnavailableError: no credentials or no network.
    """
    wanted = tuple(dict.fromkeys(tags))
    if not wanted:
        raise UsageError("no new tag is named")
    source = locate_image(image, session.where, session.clients)
    rule = mutability(source.host, RepositoryName(source.repository), session.where, session.clients)
    with opened(source.host, source.repository, session.credentials, session.environment) as remote:
        content, parsed = fetch_manifest(remote, source.name)
        manifest = parsed.as_manifest(content, ())
        target = source.named(manifest.digest)
        waiting = _to_store(remote, wanted, target, rule)
        if gate is not None:
            # A tag that may not move is refused before this, which can wait for minutes, and is looked at again after.
            gate.check(session, source, tuple(RemoteTree(remote, (content, parsed)).manifests.values()))
            waiting = _to_store(remote, wanted, target, rule)
        for each in waiting:
            remote.put_manifest(manifest, each)
            (progress or NullProgress()).happened(ManifestStored(source.repository_uri, manifest.digest, each.text))
        _read_back(remote, wanted, target, progress or NullProgress())
    return target


def _to_store(
    remote: RemoteRepository, tags: Sequence[Tag], target: ImageReference, rule: TagMutability | None
) -> list[Tag]:
    """Return the tags that do not name *target* yet; refuse one that may not move there."""
    assert isinstance(target.name, Digest)  # noqa: S101 — by construction, for the type checker
    held = {tag: remote.held(tag) for tag in tags}
    for tag, state in held.items():
        is_another = isinstance(state, Digest) and state != target.name
        if is_another and rule is not None and not rule.allows_moving(tag):
            raise PushRefusedError.immutable_tag(target.named(tag), str(state), target.name)
    return [tag for tag, state in held.items() if state != target.name]


def _read_back(remote: RemoteRepository, tags: Sequence[Tag], target: ImageReference, progress: Progress) -> None:
    for tag in tags:
        held = remote.held(tag)
        if held is ManifestState.UNTOLD:
            line = f"{tag} was stored; reading it back is not allowed (ecr:BatchGetImage)"
            progress.happened(Message(target.repository_uri, line))
        elif held != target.name:
            names = "nothing" if held is ManifestState.MISSING else held
            raise PushRefusedError(
                f"{target.named(tag)} names {names} after it was stored; another push may run at the same time"
            )
