"""The steps of one push, in the order in which none leaves a tag to an image that is not whole."""

from functools import partial

from shared_ecr.client.distribution.repository import ManifestState
from shared_ecr.client.distribution.uploads import UploadOutcome
from shared_ecr.client.errors import PushRefusedError
from shared_ecr.client.pushers.creation import RepositoryState
from shared_ecr.client.pushers.events import Planned, Progress
from shared_ecr.client.pushers.interface import PushResult
from shared_ecr.client.pushers.plan import PushPlan
from shared_ecr.client.pushers.push_context import PushContext
from shared_ecr.client.pushers.referring import Referring
from shared_ecr.client.pushers.storing import Storing
from shared_ecr.client.sources.interface import ImageSource, Manifest
from shared_ecr.names import Digest, ImageReference, Tag


class Push:
    """One image on its way: what is planned is done, and then read back."""

    def __init__(self, context: PushContext, source: ImageSource, plan: PushPlan, progress: Progress) -> None:
        self._context, self._source, self._plan, self._progress = context, source, plan, progress
        self._request = context.request
        self._storing = Storing(context, progress)
        self._referring = Referring(self._storing, context.workers, plan)

    def run(self) -> PushResult:
        """Do it all; see `NativePusher.push` for what is raised."""
        plan = self._plan
        for note in plan.notes:
            self._storing.tell(note)
        if plan.is_done:
            tags = f" under {', '.join(map(str, self._request.tags))}" if self._request.tags else ""
            self._storing.tell(f"{plan.root.digest} is there already{tags}")
            return self._result()
        moving = plan.to_move
        self._progress.happened(Planned(plan.place, len(moving), plan.byte_count, len(plan.blobs) - len(moving)))
        try:
            self._do()
        except BaseException:
            self._tell_what_is_kept()
            raise
        return self._result()

    def _do(self) -> None:
        plan = self._plan
        self._create()
        self._context.workers.run([partial(self._storing.send, each) for each in plan.to_move if each.for_image])
        for child in plan.children:
            self._put(child, child.digest)
        if not plan.root_is_there and (plan.missing_referrers or not plan.tags):
            # What is about the image comes before its tag: under it nobody shall find an image without its signature.
            self._put(plan.root, plan.root.digest)
        self._referring.run()
        for tag in plan.moving:
            self._put(plan.root, tag)
        self._read_back()

    def _create(self) -> None:
        if self._plan.standing is RepositoryState.BY_REQUEST and self._context.creation is not None:
            self._context.creation.create(self._request.host, self._request.repository)
            self._storing.tell(
                f"created the repository {self._request.place}: its tags do not move, and images are scanned when "
                "pushed. It is not under the declaration; declare it in registry.yaml for its policies and lifecycle"
            )

    def _put(self, manifest: Manifest, name: Tag | Digest) -> None:
        self._storing.put(manifest, name, self._source.blobs)

    def _read_back(self) -> None:
        """Ask the registry what each new name names; only its own answer makes a push a success."""
        planned = self._plan.root.digest
        names: tuple[Tag | Digest, ...] = self._plan.moving or ((planned,) if not self._plan.tags else ())
        for name in names:
            target = ImageReference(self._request.host, self._request.repository, name)
            held = self._context.remote.held(name)
            if held is ManifestState.UNTOLD:
                self._storing.tell(f"{target} was stored; reading it back is not allowed (ecr:BatchGetImage)")
            elif held != planned:
                found = "nothing" if held is ManifestState.MISSING else held
                raise PushRefusedError(
                    f"{target} names {found} after the push of {planned}; somebody else may be pushing it too"
                )

    def _tell_what_is_kept(self) -> None:
        done = self._storing.tally.count
        if done:
            self._storing.tell(f"stopped; {done} of {len(self._plan.to_move)} blobs are there and will be reused")

    def _result(self) -> PushResult:
        request, tally = self._request, self._storing.tally
        return PushResult(
            reference=ImageReference(request.host, request.repository, self._plan.root.digest),
            tags=request.tags,
            uploaded_blobs=tally.of(UploadOutcome.UPLOADED),
            uploaded_bytes=tally.uploaded_bytes,
            present_blobs=tally.present_among(self._source.blobs),
            mounted_blobs=tally.of(UploadOutcome.MOUNTED),
            referrers=self._referring.stored,
            refused_referrers=self._referring.refused,
        )
