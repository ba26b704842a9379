"""What a push will do, found out by looks alone: printable, as JSON, and what is then done step by step."""

from enum import Enum

from shared_ecr.client.distribution.repository import ManifestState
from shared_ecr.client.pushers.creation import RepositoryState
from shared_ecr.client.sources.interface import Blob, Manifest, Referrer
from shared_ecr.model.names import Digest, Tag
from shared_ecr.records import record


class BlobState(Enum):
    """What a push does with a blob, and why."""

    MISSING = "missing"
    """It is sent."""
    UNKNOWN = "unknown"
    """It is asked for when its turn comes, and sent where it is missing; never in a plan that is shown."""
    MOUNTABLE = "mountable"
    """The registry is asked to take it from another repository of its own; where it does not, it is sent."""
    PRESENT = "present"


class ReferrerState(Enum):
    """What a push does with a signature, an SBOM or an attestation."""

    MISSING = "missing"
    PRESENT = "present"
    TAKEN = "taken"
    """Its tag names another manifest there, perhaps with more signatures; that is left as it is."""


@record
class PlannedBlob:
    """One blob."""

    blob: Blob
    state: BlobState
    mount_from: str | None = None
    for_image: bool = True
    """False where only a referrer needs it: then no fault with it keeps the image from being pushed."""


@record
class PlannedManifest:
    """One manifest or index."""

    manifest: Manifest
    is_there: bool


@record
class PlannedTag:
    """One tag, and what it names now."""

    tag: Tag
    holds: Digest | ManifestState

    def state(self, offered: Digest) -> str:
        """Say what a push of *offered* does with it: `creates`, `moves`, `present`, or `sets` where none may look."""
        if isinstance(self.holds, Digest):
            return "present" if self.holds == offered else "moves"
        return "creates" if self.holds is ManifestState.MISSING else "sets"


@record
class PlannedReferrer:
    """One signature, SBOM or attestation."""

    referrer: Referrer
    state: ReferrerState


@record
class RequiredAction:
    """One action of IAM, on one repository or on everything."""

    action: str
    resource: str
    """The repository's name, or `*`."""


@record
class PushPlan:
    """The whole push of one image to one repository; nothing was written to find it out."""

    place: str
    """The repository with its registry, as people read it."""
    root: Manifest
    """The manifest or index that the tags will name."""
    standing: RepositoryState
    tags: tuple[PlannedTag, ...]
    manifests: tuple[PlannedManifest, ...]
    """Children before the index that names them; the root is the last."""
    blobs: tuple[PlannedBlob, ...]
    """In the order in which they go. Those of manifests that are there were not looked for: they are there too."""
    referrers: tuple[PlannedReferrer, ...]
    """Each after what it is about."""
    needs: tuple[RequiredAction, ...]
    """The permissions of IAM that these steps take; empty for registries other than ECR's."""
    notes: tuple[str, ...] = ()
    """Further notes for the user."""

    @property
    def is_done(self) -> bool:
        """Whether the registry has all of it already."""
        return not self.moving and self.root_is_there and not self.missing_referrers

    @property
    def root_is_there(self) -> bool:
        """Whether the manifest that the tags will name is stored."""
        return self.manifests[-1].is_there

    @property
    def moving(self) -> tuple[Tag, ...]:
        """The tags that do not name the image yet."""
        return tuple(planned.tag for planned in self.tags if planned.holds != self.root.digest)

    @property
    def children(self) -> tuple[Manifest, ...]:
        """Manifests below the root that are missing."""
        return tuple(planned.manifest for planned in self.manifests[:-1] if not planned.is_there)

    @property
    def to_move(self) -> tuple[PlannedBlob, ...]:
        """The blobs that are not there yet."""
        return tuple(planned for planned in self.blobs if planned.state is not BlobState.PRESENT)

    @property
    def byte_count(self) -> int:
        """How many bytes are sent at most: nothing that can be mounted may be."""
        return sum(planned.blob.size for planned in self.to_move)

    @property
    def missing_referrers(self) -> tuple[Referrer, ...]:
        """The referrers to store."""
        return tuple(each.referrer for each in self.referrers if each.state is ReferrerState.MISSING)

    def as_json(self) -> dict[str, object]:
        """Render the plan for machines."""
        return {
            "repository": self.place,
            "repository_state": self.standing.value,
            "digest": str(self.root.digest),
            "done": self.is_done,
            "tags": [
                {
                    "tag": str(each.tag),
                    "state": each.state(self.root.digest),
                    "names": str(each.holds) if isinstance(each.holds, Digest) else None,
                }
                for each in self.tags
            ],
            "manifests": [
                {
                    "digest": str(each.manifest.digest),
                    "media_type": each.manifest.media_type,
                    "size": each.manifest.size,
                    "state": "present" if each.is_there else "missing",
                }
                for each in self.manifests
            ],
            "blobs": [
                {
                    "digest": str(each.blob.digest),
                    "size": each.blob.size,
                    "state": each.state.value,
                    "mount_from": each.mount_from,
                }
                for each in self.blobs
            ],
            "referrers": [
                {
                    "digest": str(each.referrer.root.digest),
                    "about": str(each.referrer.about),
                    "tag": str(each.referrer.tag) if each.referrer.tag else None,
                    "state": each.state.value,
                }
                for each in self.referrers
            ],
            "blobs_to_move": len(self.to_move),
            "bytes": self.byte_count,
            "needs": [{"action": need.action, "on": need.resource} for need in self.needs],
            "notes": list(self.notes),
        }

    def __str__(self) -> str:
        from shared_ecr.client.pushers.plan_text import render  # it imports this module

        return render(self)
