"""Resources that depend on more open values than can be combined: their branches are joined to the worst."""

from collections.abc import Iterator

from shared_ecr.findings import JudgedFinding
from shared_ecr.review.deployments import Resource
from shared_ecr.review.findings import ReviewFinding, error
from shared_ecr.review.judging import ReviewQuestion, accepted
from shared_ecr.review.worlds.exploration import Exploration


def beyond_bounds(found: Exploration, question: ReviewQuestion) -> Iterator[JudgedFinding[ReviewFinding]]:
    """Yield a blocking finding for each resource whose worlds are too many to be judged one by one.

    Without a finding of its own a world that was not read could hide anything.
    """
    after, *others = found.worlds[0].deployments
    before = {stack.name: stack.written for other in others for stack in other.stacks}
    too_many = {(unit.stack, unit.logical_id) for unit in found.too_many}
    for stack in after.stacks:
        for resource in stack.resources:
            if (stack.name, resource.origin.logical_id) in too_many:
                # A template that did not change at all has the same worlds as before.
                is_old = stack.name in before and before[stack.name] == stack.written
                previous = others[0] if others else None
                yield accepted(_finding(resource, found), after, previous, question, is_old=is_old)


def _finding(resource: Resource, found: Exploration) -> ReviewFinding:
    values = found.values_of(resource.origin.stack, resource.origin.logical_id)
    names = ", ".join(sorted(str(value) for value in values))
    return error(
        "worlds-not-judged",
        f"it depends on {len(values)} values that only a deployment knows ({names}), more than are judged together",
        "A combination that was not judged can delete images or allow any principal",
        "Give some of them with --parameter, --account and --region, or let one resource depend on fewer of them",
    ).about(resource.text("RepositoryName") or resource.origin.logical_id, resource)
