"""A plan of a push as text for people."""

from collections.abc import Iterator
from typing import assert_never

from shared_ecr.client.pushers.creation import RepositoryState
from shared_ecr.client.pushers.plan import BlobState, PlannedBlob, PlannedTag, PushPlan, ReferrerState
from shared_ecr.model.names import Digest
from shared_ecr.text import counted, size


def render(plan: PushPlan) -> str:
    """Render *plan*: what is sent, in the order of a push, and what that needs."""
    return "\n".join(_lines(plan))


def _lines(plan: PushPlan) -> Iterator[str]:
    yield f"{plan.place}@{plan.root.digest}"
    yield from _repository(plan)
    for planned in plan.blobs:
        yield f"  blob {_short(planned.blob.digest)} {size(planned.blob.size)}: {_why(planned)}"
    for manifest in plan.manifests:
        state = "is there" if manifest.is_there else "is missing, and stored"
        yield f"  manifest {_short(manifest.manifest.digest)}: {state}"
    for each in plan.referrers:
        under = f" under {each.referrer.tag}" if each.referrer.tag else ""
        what = f"about {_short(each.referrer.about)}{under}"
        yield f"  referrer {_short(each.referrer.root.digest)} {what}: {_REFERRERS[each.state]}"
    for tag in plan.tags:
        yield f"  tag {tag.tag}: {_tag(tag, plan.root.digest)}"
    yield f"  {summary(plan)}"
    yield from (f"  note: {note}" for note in plan.notes)
    yield from (f"  needs {need.action} on {need.resource}" for need in plan.needs)


def summary(plan: PushPlan) -> str:
    """Say in one line how much a push moves."""
    if plan.is_done:
        return "nothing to do: all of it is there"
    present = len(plan.blobs) - len(plan.to_move)
    mountable = sum(planned.state is BlobState.MOUNTABLE for planned in plan.blobs)
    parts = [f"{counted(len(plan.to_move), 'blob')} to move, {size(plan.byte_count)} at most"]
    if mountable:
        parts.append(f"{mountable} of them perhaps without sending")
    if present:
        parts.append(f"{present} there already")
    return ", ".join(parts)


_REFERRERS = {
    ReferrerState.MISSING: "is missing, and stored",
    ReferrerState.PRESENT: "is there",
    ReferrerState.TAKEN: "is left out, its tag names another manifest there",
}


def _repository(plan: PushPlan) -> Iterator[str]:
    match plan.standing:
        case RepositoryState.EXPECTED:
            return
        case RepositoryState.BY_TEMPLATE:
            yield "  the repository is missing; a creation template creates it with the first upload"
        case RepositoryState.BY_REQUEST:
            yield "  the repository is missing and is created, as asked for: tags that do not move, scan on push"
        case RepositoryState.DOUBTFUL:
            yield "  the repository is missing; a push succeeds only where a creation template creates it"
        case _:
            assert_never(plan.standing)


def _why(planned: PlannedBlob) -> str:
    match planned.state:
        case BlobState.MISSING:
            return "is missing, and sent"
        case BlobState.UNKNOWN:
            return "is looked for, and sent where it is missing"
        case BlobState.MOUNTABLE:
            return f"is missing, and taken from {planned.mount_from} where the registry mounts it"
        case BlobState.PRESENT:
            return "is there"
        case _:
            assert_never(planned.state)


def _tag(planned: PlannedTag, offered: Digest) -> str:
    match planned.state(offered):
        case "present":
            return "names the image already"
        case "moves":
            return f"moves, and names {planned.holds} now"
        case "creates":
            return "is created"
        case _:
            return "is set; what it names now may not be looked at (ecr:BatchGetImage)"


def _short(digest: Digest) -> str:
    return f"sha256:{digest.hex[:12]}…"
