"""What a push has to do, found out by looks alone: nothing is uploaded before the plan stands."""

from dataclasses import dataclass

from shared_ecr.client.distribution.repository import RemoteRepository, Sight
from shared_ecr.client.errors import PushRefusedError
from shared_ecr.client.pushers.interface import PushRequest
from shared_ecr.client.sources.interface import Blob, ImageSource, Manifest
from shared_ecr.names import Digest, ImageReference, Tag


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps that are left, in their order."""

    blobs: tuple[Blob, ...]
    """Those of missing manifests, the largest first; each is looked for once more before it is sent."""
    children: tuple[Manifest, ...]
    """Manifests below the root that are missing, each before the index that names it."""
    tags: tuple[Tag, ...]
    """The tags that do not name the image yet."""

    @property
    def is_done(self) -> bool:
        """Whether the registry has all of it already."""
        return not self.tags


def plan_push(source: ImageSource, request: PushRequest, remote: RemoteRepository) -> Plan:
    """Look at the tags, then at the manifests that are not known to be there.

    Raises:
        PushRefusedError: a tag names another image and may not move.
    """
    sights = {tag: remote.held(tag) for tag in dict.fromkeys(request.tags)}
    for tag, sight in sights.items():
        _refuse_to_move(tag, sight, source.root.digest, request)
    tags = tuple(tag for tag, sight in sights.items() if sight != source.root.digest)
    if not tags or len(tags) < len(sights):
        # One tag names the image, so its manifest is there, and with it all that it names.
        return Plan((), (), tags)
    # A caller who may not look at tags may not look at digests either.
    may_look = Sight.UNTOLD not in sights.values()
    missing = _missing(source, remote) if may_look else source.manifests
    wanted = {digest for manifest in missing for digest in manifest.blobs}
    blobs = sorted((blob for blob in source.blobs if blob.digest in wanted), key=lambda blob: -blob.size)
    return Plan(tuple(blobs), tuple(manifest for manifest in missing if manifest is not source.root), tags)


def _missing(source: ImageSource, remote: RemoteRepository) -> tuple[Manifest, ...]:
    """Find the manifests to send; below one that is there nothing is looked for."""
    by_digest = {manifest.digest: manifest for manifest in source.manifests}
    found: dict[Digest, bool] = {}

    def walk(digest: Digest) -> None:
        if digest not in found:
            found[digest] = remote.held(digest) == digest
            if not found[digest]:
                for child in by_digest[digest].children:
                    walk(child)

    walk(source.root.digest)
    return tuple(manifest for manifest in source.manifests if found.get(manifest.digest) is False)


def _refuse_to_move(tag: Tag, sight: Digest | Sight, offered: Digest, request: PushRequest) -> None:
    if not isinstance(sight, Digest) or sight == offered or request.mutability is None:
        return
    if not request.mutability.allows_moving(tag):
        raise PushRefusedError.immutable_tag(ImageReference(request.host, request.repository, tag), sight, offered)
