"""Other services of AWS that delete images or change a registry by themselves, without a deployment."""

from collections.abc import Iterator

from shared_ecr.review.deployments import Deployment, Resource
from shared_ecr.review.findings import ReviewFinding, error, warning
from shared_ecr.review.rules.scene import RuleContext
from shared_ecr.review.service_calls import CALLING_TYPES, service_calls
from shared_ecr.text import first_few

_WHY = "It can delete images or give access at any time, and no deployment or review shows that"


def calls_of_services(scene: RuleContext) -> Iterator[ReviewFinding]:
    """Report what calls ECR by itself: when it does, and about which repository, is not judged."""
    for resource, calls in _calling(scene.deployment).values():
        yield warning(
            "service-call-not-judged",
            f"{resource.type} calls {first_few(sorted(calls))}; when it does, and for which repository, is not judged",
            _WHY, "Delete images by lifecycle rules, and write settings into the template",
        ).about(_subject(resource), resource)  # fmt: skip


def calls_of_services_changed(before: Deployment, after: Deployment) -> Iterator[ReviewFinding]:
    """Report what calls ECR by itself, and is added or changes."""
    old = _calling(before)
    for key, (resource, calls) in _calling(after).items():
        if key in old and old[key][0].properties == resource.properties:
            continue
        verb = "changes" if key in old else "calls ECR from now on"
        yield error(
            "service-call-not-judged", f"{resource.type} calls {first_few(sorted(calls))}, and it {verb}", _WHY,
            "Check when it runs and for which repository, and acknowledge it",
        ).about(_subject(resource), resource)  # fmt: skip


def _calling(side: Deployment) -> dict[tuple[str, str], tuple[Resource, frozenset[str]]]:
    return {
        (stack.name, resource.origin.logical_id): (resource, calls)
        for type_ in CALLING_TYPES
        for stack, resource in side.resources(type_)
        if (calls := service_calls(resource))
    }


def _subject(resource: Resource) -> str:
    return f"{resource.type} {resource.origin.logical_id}"
