"""Signatures, SBOMs and attestations: planned and pushed after what they are about, and never a reason to fail.

ECR refuses some of them with 405 (aws/containers-roadmap 2783), registries before 1.1 of the specification others;
the image is whole without them, so what is refused is reported and counted.
"""

import threading
from functools import partial

from shared_ecr.client.distribution.repository import ManifestState
from shared_ecr.client.http.workers import WorkerPool
from shared_ecr.client.pushers.interface import PushRequest
from shared_ecr.client.pushers.plan import PlannedBlob, PlannedReferrer, PushPlan, ReferrerState
from shared_ecr.client.pushers.push_context import PushContext
from shared_ecr.client.pushers.storing import Storing
from shared_ecr.client.sources.interface import ImageSource, InvalidImageError, Referrer
from shared_ecr.findings.errors import RefusedError, SharedEcrError, UnavailableError
from shared_ecr.model.names import Digest, Tag

_BORNE = (RefusedError, UnavailableError, InvalidImageError)


def planned_referrers(
    context: PushContext, request: PushRequest, source: ImageSource, notes: list[str], *, may_look: bool
) -> tuple[PlannedReferrer, ...]:
    """Find what is beside the image, and what of it is there; what cannot be read is added to *notes*."""
    if not request.referrers:
        return ()
    companions = source.companions()
    notes += [f"left out beside the image: {fault}" for fault in companions.faults]
    found: dict[Referrer, Digest | ManifestState] = {}

    def look(referrer: Referrer) -> None:
        name: Tag | Digest = referrer.tag or referrer.root.digest
        found[referrer] = context.remote.held(name) if may_look else ManifestState.UNTOLD

    context.workers.run([partial(look, referrer) for referrer in companions.referrers])
    return tuple(PlannedReferrer(each, _state(each, found[each])) for each in companions.referrers)


def _state(referrer: Referrer, held: Digest | ManifestState) -> ReferrerState:
    if held == referrer.root.digest:
        return ReferrerState.PRESENT
    return ReferrerState.TAKEN if isinstance(held, Digest) and referrer.tag else ReferrerState.MISSING


class Referring:
    """What is about one image, pushed along with it."""

    def __init__(self, storing: Storing, workers: WorkerPool, plan: PushPlan) -> None:
        self._storing, self._workers, self._plan = storing, workers, plan
        self._lock = threading.Lock()
        self._faults: dict[Digest, SharedEcrError] = {}
        self.stored = 0
        self.refused = 0

    def run(self) -> None:
        """Send the blobs that only they need, then store each, in their order."""
        self._workers.run([partial(self._try_to_send, each) for each in self._plan.to_move if not each.for_image])
        for referrer in self._plan.missing_referrers:
            fault = self._try_to_store(referrer)
            if fault:
                self.refused += 1
                name = referrer.tag or referrer.root.digest
                self._storing.say(f"{name}, which is about {referrer.about}, was left out: {fault}")
            else:
                self.stored += 1

    def _try_to_send(self, planned: PlannedBlob) -> None:
        try:
            self._storing.send(planned)
        except _BORNE as error:
            with self._lock:
                self._faults[planned.blob.digest] = error

    def _try_to_store(self, referrer: Referrer) -> str:
        """Store one with all that is below it; return why that failed, or nothing."""
        for blob in referrer.blobs:
            if blob.digest in self._faults:
                return str(self._faults[blob.digest])
        try:
            for child in referrer.manifests[:-1]:
                self._storing.put(child, child.digest, referrer.blobs)
            return self._storing.put(referrer.root, referrer.tag or referrer.root.digest, referrer.blobs)
        except _BORNE as error:
            return str(error)
