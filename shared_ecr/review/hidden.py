"""What could be judged on the previous side and cannot be judged now: the change hides it, so it blocks.

A value that only a deployment knows may be any value: a policy for every principal, a lifecycle rule that expires all
images, another name. Where it was open before as well, nothing is known to change, and it is reported as not judged.
"""

from collections.abc import Iterator

from shared_ecr.findings import Severity
from shared_ecr.review.deployments import Deployment, Doubt, Origin, RegistryHome, Resource
from shared_ecr.review.findings import ReviewFinding

_ANYWHERE = RegistryHome(None, None)
_IN_A_TEMPLATE = "Write the value into the template, or give it with --parameter, --account or --region"
_IN_A_PLAN = "Write the value into the configuration; or apply first what it depends on, and plan again"


def hidden_now(before: Deployment, after: Deployment) -> Iterator[ReviewFinding]:
    """Yield a blocking finding for each doubt of *after* that *before* does not have."""
    yield from homes_hidden(before, after)
    had = {(doubt.about, doubt.what) for doubt in before.doubts}
    resources = {
        f"{stack.name}: {resource.origin.logical_id}": resource
        for stack in after.stacks
        for resource in stack.resources
    }
    plans = {stack.name for stack in after.stacks if stack.tool == "terraform"}
    for doubt in after.doubts:
        if not doubt.is_bounded and (doubt.about, doubt.what) not in had:
            is_of_plan = doubt.about.partition(": ")[0] in plans
            yield _finding(doubt, resources.get(doubt.about), _IN_A_PLAN if is_of_plan else _IN_A_TEMPLATE)


def homes_hidden(before: Deployment, after: Deployment) -> Iterator[ReviewFinding]:
    """Yield a blocking finding for each stack whose account or Region was known and is not known now."""
    homes = {stack.name: stack.home for stack in before.stacks}
    for stack in after.stacks:
        old, new = homes.get(stack.name, _ANYWHERE), stack.home
        if (old.account and not new.account) or (old.region and not new.region):
            yield ReviewFinding(
                "hidden-by-change",
                Severity.ERROR,
                f"it was deployed to {old}, and now no document says where",
                "Deployed elsewhere it is another stack with empty repositories, and this one stays without an owner",
                "Write the account and the Region of the stack, or give them with --account and --region",
                subject=f"stack {stack.name}",
                home=old,
                origin=Origin(stack.file, stack.name, ""),
            )


def _finding(doubt: Doubt, resource: Resource | None, fix: str) -> ReviewFinding:
    return ReviewFinding(
        "hidden-by-change",
        Severity.ERROR,
        doubt.what,
        "It is unknown only since this change, so it may delete images or allow any principal",
        fix,
        subject=(resource.text("RepositoryName") or resource.origin.logical_id) if resource else doubt.place,
        home=resource.home if resource else _ANYWHERE,
        origin=resource.origin if resource else None,
    )
