"""What could be judged on the previous side and cannot be judged now: the change hides it, so it blocks.

A value that only a deployment knows may be any value: a policy for every principal, a lifecycle rule that expires all
images, another name. Where it was open before as well, nothing is known to change, and it is reported as not judged,
unless what it is made from changes: the parameters of a nested stack that is not among the files, its address.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet

from shared_ecr.findings import Severity
from shared_ecr.records import record
from shared_ecr.review.deployments import Deployment, Doubt, Origin, RegistryHome, Resource
from shared_ecr.review.findings import ReviewFinding
from shared_ecr.review.repositories import REPOSITORY

_ANYWHERE = RegistryHome(None, None)
_IN_A_TEMPLATE = "Write the value into the template, or give it with --parameter, --account or --region"
_IN_A_PLAN = "Write the value into the configuration; or apply first what it depends on, and plan again"


def hidden_now(before: Deployment, after: Deployment) -> Iterator[ReviewFinding]:
    """Yield a blocking finding for each part that cannot be judged, and that is new, changed or removed."""
    yield from homes_hidden(before, after)
    plans = {stack.name for side in (before, after) for stack in side.stacks if stack.tool == "terraform"}
    new, old = _unlike(after.doubts, before.doubts), _unlike(before.doubts, after.doubts)
    had = Counter(map(_key, old))
    for doubt in new:
        if doubt.key and _is_new_repository(_resource_of(doubt, after), before):
            continue
        changes = _CHANGES if had[_key(doubt)] > 0 else _APPEARS
        had[_key(doubt)] -= 1
        yield _finding(doubt, changes, after, plans)
    for doubt in old:
        if doubt.made_from and had[_key(doubt)] > 0:
            had[_key(doubt)] -= 1
            yield _finding(doubt, _LEAVES, before, plans)


def _unlike(doubts: Iterable[Doubt], others: Iterable[Doubt]) -> list[Doubt]:
    """Return those of *doubts* that *others* do not have; stacks of one name in two Regions have one each."""
    left = Counter((_key(doubt), doubt.made_from) for doubt in others)
    found = []
    for doubt in doubts:
        key = _key(doubt), doubt.made_from
        left[key] -= 1
        if left[key] < 0 and not doubt.is_bounded:
            found.append(doubt)
    return found


def _key(doubt: Doubt) -> tuple[str, str]:
    return doubt.about, doubt.what


def homes_hidden(before: Deployment, after: Deployment) -> Iterator[ReviewFinding]:
    """Yield a blocking finding for each stack whose account or Region was known and is not known now."""
    homes = {stack.name: stack.home for stack in before.stacks}
    for stack in after.stacks:
        old, new = homes.get(stack.name, _ANYWHERE), stack.home
        if (old.account and not new.account) or (old.region and not new.region):
            yield ReviewFinding(
                "hidden-by-change",
                Severity.ERROR,
                f"it was deployed to {old}, and now no document names its account and Region",
                "In another place it is a new stack with empty repositories, and the deployed stack has no owner any "
                "more",
                "Write the account and the Region of the stack, or give them with --account and --region",
                subject=f"stack {stack.name}",
                home=old,
                origin=Origin(stack.file, stack.name, ""),
            )


def _finding(doubt: Doubt, change: "_UnreadChange", side: Deployment, plans: AbstractSet[str]) -> ReviewFinding:
    resource = _resource_of(doubt, side)
    is_of_plan = doubt.about.partition(": ")[0] in plans
    return ReviewFinding(
        "hidden-by-change",
        Severity.ERROR,
        f"{doubt.what}{change.what}",
        change.why,
        change.fix or (_IN_A_PLAN if is_of_plan else _IN_A_TEMPLATE),
        subject=(resource.text("RepositoryName") or resource.origin.logical_id) if resource else doubt.place,
        home=resource.home if resource else _ANYWHERE,
        origin=resource.origin if resource else None,
    )


def _resource_of(doubt: Doubt, side: Deployment) -> Resource | None:
    found = (
        resource
        for stack in side.stacks
        for resource in stack.resources
        if doubt.about == f"{stack.name}: {resource.origin.logical_id}"
    )
    return next(found, None)


def _is_new_repository(resource: Resource | None, before: Deployment) -> bool:
    """Whether the previous side has no repository that this one can be, so that no image needs a key yet."""
    if resource is None or resource.type != REPOSITORY:
        return False
    name = resource.text("RepositoryName")
    return not any(
        (each.origin.stack, each.origin.logical_id) == (resource.origin.stack, resource.origin.logical_id)
        or (name and each.text("RepositoryName") in {name, None})
        for stack in before.stacks
        for each in stack.resources
        if each.type == REPOSITORY
    )


@record
class _UnreadChange:
    """What happens to a part that cannot be judged, in words."""

    what: str
    why: str
    fix: str = ""


_APPEARS = _UnreadChange("", "It became unknown with this change, so it may delete images or allow any principal")
_CHANGES = _UnreadChange(
    ", and what it is made from changes",
    "The resources that it makes may change with it: repositories may be deleted, or any principal may be allowed",
    "Add the document that is missing to both sides, or review this part by hand and acknowledge it",
)
_LEAVES = _UnreadChange(
    "; it was so before, and the new side does not have it",
    "The resources that it made may be deleted with it, or replaced",
    "Add the document that is missing to the previous side, or review this part by hand and acknowledge it",
)
