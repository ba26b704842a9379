"""Find out what a push has to do, by questions alone: nothing is written before the plan is made.

The tags are asked for first: one that may not move ends the push. Then everything that is not known by now is asked for
in one round, as each round costs the way to the registry and back.
"""

from collections.abc import Sequence
from functools import partial

from shared_ecr.client.distribution.presence import Presence
from shared_ecr.client.distribution.repository import ManifestState
from shared_ecr.client.errors import NoSuchRepositoryError, PushRefusedError
from shared_ecr.client.pushers.creation import RepositoryState, state_of_missing
from shared_ecr.client.pushers.interface import PushRequest
from shared_ecr.client.pushers.needs import needs
from shared_ecr.client.pushers.plan import BlobState, PlannedBlob, PlannedManifest, PlannedTag, PushPlan, ReferrerState
from shared_ecr.client.pushers.push_context import PushContext
from shared_ecr.client.pushers.referring import planned_referrers
from shared_ecr.client.registries import backend_of
from shared_ecr.client.sources.interface import Blob, ImageSource, Manifest
from shared_ecr.client.sources.manifests import parse_manifest
from shared_ecr.model.names import Digest, ImageReference
from shared_ecr.records import field, record


@record(frozen=False)
class Planner:
    """Asks one repository about one image: its tags, its manifests, its referrers, its blobs."""

    context: PushContext
    request: PushRequest
    source: ImageSource
    is_complete: bool = True
    """Whether every blob is asked for now; a push asks for most of them in their turn, while others are sent."""
    _may_look: bool = field(default=True, init=False)
    _state: RepositoryState = field(default=RepositoryState.EXPECTED, init=False)
    _is_there: dict[Digest, bool] = field(default_factory=dict, init=False)
    _notes: list[str] = field(default_factory=list, init=False)

    def plan(self) -> PushPlan:
        """Ask, and return what is left to do.

        Raises:
            PushRefusedError: a layer is too large for the registry, a tag names another image and may not move, or
                the repository is missing and nothing creates it.
        """
        root = self.source.root
        self._refuse_large_layers()
        self._notes += self.source.notes
        tags = self._tags()
        presence = Presence(self.context.remote, self.context.batch_check, self.context.workers)
        self._first_round(tags, presence)
        manifests = self._manifests(tags)
        referrers = planned_referrers(self.context, self.request, self.source, self._notes, may_look=self._may_look)
        beside = [blob for each in referrers if each.state is ReferrerState.MISSING for blob in each.referrer.blobs]
        blobs = self._blobs(manifests, beside, presence)
        stores = (
            any(each.holds != root.digest for each in tags)
            or not manifests[-1].is_there
            or any(each.state is ReferrerState.MISSING for each in referrers)
        )
        return PushPlan(
            place=self.request.place,
            root=root,
            standing=self._state,
            tags=tags,
            manifests=manifests,
            blobs=blobs,
            referrers=referrers,
            needs=needs(self.request, self._state, blobs, stores_manifests=stores),
            notes=tuple(self._notes),
        )

    def _refuse_large_layers(self) -> None:
        """Refuse a layer that the registry would refuse too, after all of its bytes were sent."""
        limit = backend_of(self.request.host).largest_layer
        for blob in self.source.blobs:
            if limit is not None and blob.size > limit:
                raise PushRefusedError(
                    f"{blob.origin} has {blob.size} bytes, and {self.request.host} takes layers of {limit} at most; "
                    "split the layer: move files to another RUN or COPY, or leave large data out of the image"
                )

    def _tags(self) -> tuple[PlannedTag, ...]:
        """Ask what each tag names; refuse one that may not move."""
        request, offered = self.request, self.source.root.digest
        tags = tuple(PlannedTag(tag, self.context.remote.held(tag)) for tag in dict.fromkeys(request.tags))
        for planned in tags:
            is_another = isinstance(planned.holds, Digest) and planned.holds != offered
            if is_another and request.mutability and not request.mutability.allows_moving(planned.tag):
                target = ImageReference(request.host, request.repository, planned.tag)
                raise PushRefusedError.immutable_tag(target, str(planned.holds), offered)
        # A caller who may not look at tags may not look at digests either.
        self._may_look = not any(planned.holds is ManifestState.UNTOLD for planned in tags)
        return tags

    def _first_round(self, tags: Sequence[PlannedTag], presence: Presence) -> None:
        """Ask for the manifest and for the first blobs at once, where the image has one manifest."""
        root = self.source.root.digest
        if len(self.source.manifests) == 1 and not any(planned.holds == root for planned in tags):
            beside = [partial(self._look, root)] if self._may_look else []
            presence.begin(_in_order(self.source.blobs, ()), beside)

    def _manifests(self, tags: Sequence[PlannedTag]) -> tuple[PlannedManifest, ...]:
        """Find the manifests that are there; below one that is, nothing is looked for."""
        source = self.source
        if any(planned.holds == source.root.digest for planned in tags):
            # A tag names the image, so its manifest is there, and with it all that it names.
            return tuple(PlannedManifest(manifest, is_there=True) for manifest in source.manifests)
        by_digest = {manifest.digest: manifest for manifest in source.manifests}
        missing: set[Digest] = set()
        level = [source.root.digest]
        while level:
            fresh = self._missing_among(level)
            missing |= fresh
            below = dict.fromkeys(child for digest in level if digest in fresh for child in by_digest[digest].children)
            level = [digest for digest in below if digest not in missing]
        self._notes += [note for each in source.manifests if each.digest in missing and (note := _left_elsewhere(each))]
        return tuple(PlannedManifest(manifest, manifest.digest not in missing) for manifest in source.manifests)

    def _missing_among(self, digests: Sequence[Digest]) -> set[Digest]:
        if self._may_look:
            self.context.workers.run([partial(self._look, each) for each in digests if each not in self._is_there])
        return {digest for digest in digests if not self._is_there.get(digest)}

    def _look(self, digest: Digest) -> None:
        self._is_there[digest] = self.context.remote.held(digest) == digest

    def _blobs(
        self, manifests: Sequence[PlannedManifest], beside: Sequence[Blob], presence: Presence
    ) -> tuple[PlannedBlob, ...]:
        """Plan the blobs in the order in which they are sent: the image's, then those *beside* it, the largest first.

        Blobs of manifests that are there are there too.
        """
        needed = {digest for each in manifests if not each.is_there for digest in each.manifest.blobs}
        of_image = [blob for blob in self.source.blobs if blob.digest in needed]
        blobs = _in_order(of_image, beside)
        held, unknown = self._held(blobs, presence)
        sources = self._mountable([blob.digest for blob in blobs if blob.digest not in held], presence)

        def planned(blob: Blob) -> PlannedBlob:
            if blob.digest in held:
                return PlannedBlob(blob, BlobState.PRESENT, for_image=blob.digest in needed)
            source = sources.get(blob.digest)
            state = BlobState.UNKNOWN if blob.digest in unknown else BlobState.MISSING
            state = BlobState.MOUNTABLE if source and state is BlobState.MISSING else state
            return PlannedBlob(blob, state, source, for_image=blob.digest in needed)

        return tuple(map(planned, blobs))

    def _held(self, blobs: Sequence[Blob], presence: Presence) -> tuple[frozenset[Digest], frozenset[Digest]]:
        """Return which of *blobs* are there, and which are asked for in their turn; find out about the repository."""
        host, repository, creation = self.request.host, self.request.repository, self.context.creation
        nothing: frozenset[Digest] = frozenset()
        try:
            held, unknown = presence.of(blobs, is_complete=self.is_complete)
        except NoSuchRepositoryError as missing:
            self._state = state_of_missing(self.request, missing, creation, self._notes)
            return nothing, nothing
        if presence.note:
            self._notes.append(presence.note)
            # ECR did not say whether there is a repository, as it does with the answer for many blobs.
            if (
                blobs
                and not held
                and host.ecr is not None
                and creation is not None
                and presence.is_unknown_repository()
            ):
                refused = PushRefusedError.no_such_repository(host, repository)
                self._state = state_of_missing(self.request, refused, creation, self._notes)
        return held, unknown

    def _mountable(self, missing: Sequence[Digest], presence: Presence) -> dict[Digest, str]:
        """Choose from where each blob may come; of repositories that cannot be asked the first is tried for all."""
        request = self.request
        sources = [name for name in request.mount_from if name != request.repository]
        if not missing or not sources or not backend_of(request.host).mounting.may_be_asked:
            return {}
        found: dict[Digest, str] = {}
        was_answered = False
        for source in sources:
            wanted = [digest for digest in missing if digest not in found]
            held = presence.in_repository(request.host, source, wanted) if wanted else frozenset()
            if held is not None:
                was_answered = True
                found |= dict.fromkeys(held, source)
        return found if was_answered else dict.fromkeys(missing, sources[0])


def _in_order(image: Sequence[Blob], beside: Sequence[Blob]) -> list[Blob]:
    """Sort blobs as they are sent, each once: those of the image, then those beside it, the largest first."""
    of_image = {blob.digest for blob in image}
    unique = {blob.digest: blob for blob in (*beside, *image)}
    return sorted(unique.values(), key=lambda blob: (blob.digest not in of_image, -blob.size))


def _left_elsewhere(manifest: Manifest) -> str:
    named = parse_manifest(manifest.content, str(manifest.digest), manifest.media_type).blobs
    count = len({blob.digest for blob in named} - set(manifest.blobs))
    return f"{count} of the layers of {manifest.digest} are on other servers and stay there" if count else ""
