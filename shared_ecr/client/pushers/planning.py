"""Find out what a push has to do, by looks alone: nothing is written before the plan stands."""

from collections.abc import Sequence
from functools import partial

from shared_ecr.client.distribution.repository import ManifestState
from shared_ecr.client.errors import PushRefusedError
from shared_ecr.client.pushers.blob_planning import BlobPlanner
from shared_ecr.client.pushers.needs import needs
from shared_ecr.client.pushers.plan import PlannedManifest, PlannedReferrer, PlannedTag, PushPlan, ReferrerState
from shared_ecr.client.pushers.push_context import PushContext
from shared_ecr.client.registries import backend_of
from shared_ecr.client.sources.interface import Blob, ImageSource, Manifest, Referrer
from shared_ecr.client.sources.manifests import parse_manifest
from shared_ecr.names import Digest, ImageReference, Tag


class Planner:
    """Looks at one repository for one image: tags, then manifests, then what is about the image, then blobs."""

    def __init__(self, context: PushContext, source: ImageSource) -> None:
        self._context, self._source = context, source
        self._request, self._remote = context.request, context.remote
        self._may_look = True
        self._notes: list[str] = list(source.notes)

    def plan(self) -> PushPlan:
        """Look, and return what is left to do.

        Raises:
            PushRefusedError: a layer is too large for the registry, a tag names another image and may not move, or
                the repository is missing and nothing creates it.
        """
        root = self._source.root
        self._refuse_large_layers()
        tags = self._look_at_tags()
        manifests = self._look_at_manifests(tags)
        referrers = self._look_at_referrers()
        blobs = BlobPlanner(self._context, self._notes)
        planned = blobs.plan(self._blobs_of(manifests), _blobs_beside(referrers))
        stores = (
            any(each.holds != root.digest for each in tags)
            or not manifests[-1].is_there
            or any(each.state is ReferrerState.MISSING for each in referrers)
        )
        return PushPlan(
            place=self._request.place,
            root=root,
            standing=blobs.standing,
            tags=tags,
            manifests=manifests,
            blobs=planned,
            referrers=referrers,
            needs=needs(self._request, blobs.standing, planned, stores_manifests=stores),
            notes=tuple(self._notes),
        )

    def _refuse_large_layers(self) -> None:
        """Refuse a layer that the registry refuses too, after all of its bytes were sent."""
        limit = backend_of(self._request.host).largest_layer
        for blob in self._source.blobs:
            if limit is not None and blob.size > limit:
                raise PushRefusedError(
                    f"{blob.origin} has {blob.size} bytes, and {self._request.host} takes layers of {limit} at most; "
                    "split the layer: move files to another RUN or COPY, or leave large data out of the image"
                )

    def _blobs_of(self, manifests: Sequence[PlannedManifest]) -> list[Blob]:
        needed = {digest for each in manifests if not each.is_there for digest in each.manifest.blobs}
        return [blob for blob in self._source.blobs if blob.digest in needed]

    def _look_at_tags(self) -> tuple[PlannedTag, ...]:
        offered = self._source.root.digest
        tags = tuple(PlannedTag(tag, self._remote.held(tag)) for tag in dict.fromkeys(self._request.tags))
        for planned in tags:
            self._refuse_to_move(planned, offered)
        # A caller who may not look at tags may not look at digests either.
        self._may_look = not any(planned.holds is ManifestState.UNTOLD for planned in tags)
        return tags

    def _refuse_to_move(self, planned: PlannedTag, offered: Digest) -> None:
        rule = self._request.mutability
        if rule is None or not isinstance(planned.holds, Digest) or planned.holds == offered:
            return
        if not rule.allows_moving(planned.tag):
            target = ImageReference(self._request.host, self._request.repository, planned.tag)
            raise PushRefusedError.immutable_tag(target, planned.holds, offered)

    def _look_at_manifests(self, tags: Sequence[PlannedTag]) -> tuple[PlannedManifest, ...]:
        """Find the manifests that are there; below one that is, nothing is looked for."""
        source = self._source
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
        for manifest in source.manifests:
            if manifest.digest in missing:
                self._note_what_stands_elsewhere(manifest)
        return tuple(PlannedManifest(manifest, manifest.digest not in missing) for manifest in source.manifests)

    def _missing_among(self, digests: Sequence[Digest]) -> set[Digest]:
        if not self._may_look:
            return set(digests)
        missing: set[Digest] = set()

        def look(digest: Digest) -> None:
            if self._remote.held(digest) != digest:
                missing.add(digest)

        self._context.workers.run([partial(look, digest) for digest in digests])
        return missing

    def _note_what_stands_elsewhere(self, manifest: Manifest) -> None:
        named = parse_manifest(manifest.content, str(manifest.digest), manifest.media_type).blobs
        count = len({blob.digest for blob in named} - set(manifest.blobs))
        if count:
            self._notes.append(f"{count} of the layers of {manifest.digest} stand on other servers and stay there")

    def _look_at_referrers(self) -> tuple[PlannedReferrer, ...]:
        if not self._request.referrers:
            return ()
        companions = self._source.companions()
        self._notes += [f"left out beside the image: {fault}" for fault in companions.faults]
        found: dict[Referrer, Digest | ManifestState] = {}

        def look(referrer: Referrer) -> None:
            name: Tag | Digest = referrer.tag or referrer.root.digest
            found[referrer] = self._remote.held(name) if self._may_look else ManifestState.UNTOLD

        self._context.workers.run([partial(look, referrer) for referrer in companions.referrers])
        return tuple(PlannedReferrer(each, _state(each, found[each])) for each in companions.referrers)


def _blobs_beside(referrers: Sequence[PlannedReferrer]) -> list[Blob]:
    return [blob for each in referrers if each.state is ReferrerState.MISSING for blob in each.referrer.blobs]


def _state(referrer: Referrer, held: Digest | ManifestState) -> ReferrerState:
    if held == referrer.root.digest:
        return ReferrerState.PRESENT
    return ReferrerState.TAKEN if isinstance(held, Digest) and referrer.tag else ReferrerState.MISSING
