"""Which blobs a push sends, which it asks the registry to mount, and what stands there to take them."""

from collections.abc import Sequence

from shared_ecr.client.distribution.presence import Presence
from shared_ecr.client.errors import NoSuchRepositoryError, PushRefusedError
from shared_ecr.client.pushers.creation import RepositoryState
from shared_ecr.client.pushers.plan import BlobState, PlannedBlob
from shared_ecr.client.pushers.push_context import PushContext
from shared_ecr.client.registries import backend_of
from shared_ecr.client.sources.interface import Blob
from shared_ecr.names import Digest


class BlobPlanner:
    """Looks for the blobs of one push."""

    def __init__(self, context: PushContext, notes: list[str]) -> None:
        """Begin; what a person should know is added to *notes*."""
        self._context, self._notes = context, notes
        self._presence = Presence(context.remote, context.looks, context.workers)
        self.standing = RepositoryState.EXPECTED
        """What is known of the repository, once `plan` was asked."""

    def plan(self, image: Sequence[Blob], beside: Sequence[Blob]) -> tuple[PlannedBlob, ...]:
        """Plan the blobs in the order in which they go: the *image*'s, then those *beside* it, the largest first.

        Raises:
            NoSuchRepositoryError: the repository is missing, and nothing creates it.
        """
        of_image = {blob.digest for blob in image}
        unique = {blob.digest: blob for blob in (*beside, *image)}
        blobs = sorted(unique.values(), key=lambda blob: (blob.digest not in of_image, -blob.size))
        held = self._held(blobs)
        sources = self._mountable([blob.digest for blob in blobs if blob.digest not in held])

        def planned(blob: Blob) -> PlannedBlob:
            if blob.digest in held:
                return PlannedBlob(blob, BlobState.PRESENT, for_image=blob.digest in of_image)
            source = sources.get(blob.digest)
            state = BlobState.MOUNTABLE if source else BlobState.MISSING
            return PlannedBlob(blob, state, source, for_image=blob.digest in of_image)

        return tuple(map(planned, blobs))

    def _held(self, blobs: Sequence[Blob]) -> frozenset[Digest]:
        try:
            held = self._presence.of(blobs)
        except NoSuchRepositoryError as missing:
            self._judge_missing(missing)
            return frozenset()
        if self._presence.note:
            self._notes.append(self._presence.note)
        if blobs and not held and self._is_unseen():
            self._judge_missing(
                PushRefusedError.no_such_repository(self._context.request.host, self._context.remote.name)
            )
        return held

    def _is_unseen(self) -> bool:
        """Whether ECR says that there is no repository, where its layers could not be asked for at once."""
        context = self._context
        if context.request.host.ecr is None or context.creation is None or self._presence.was_told_at_once:
            return False
        return context.remote.is_unheard_of()

    def _judge_missing(self, missing: NoSuchRepositoryError) -> None:
        """Find out what becomes of a push to a repository that is not there."""
        host, repository, creation = self._context.request.host, self._context.remote.name, self._context.creation
        prefix = creation.template_for(host, repository) if creation is not None else ""
        if prefix:
            self._notes.append(f"the creation template {prefix} creates the repository {repository}")
            self.standing = RepositoryState.BY_TEMPLATE
        elif self._context.request.create and creation is not None:
            self.standing = RepositoryState.BY_REQUEST
        elif prefix is None:
            self.standing = RepositoryState.DOUBTFUL
        else:
            raise missing

    def _mountable(self, missing: Sequence[Digest]) -> dict[Digest, str]:
        """Choose from where each blob may come; of repositories that cannot be asked the first is tried for all."""
        request = self._context.request
        sources = [name for name in request.mount_from if name != request.repository]
        if not missing or not sources or not backend_of(request.host).mounting.may_be_asked:
            return {}
        found: dict[Digest, str] = {}
        was_told = False
        for source in sources:
            wanted = [digest for digest in missing if digest not in found]
            held = self._presence.in_repository(request.host, source, wanted) if wanted else frozenset()
            if held is not None:
                was_told = True
                found |= dict.fromkeys(held, source)
        return found if was_told else dict.fromkeys(missing, sources[0])
