"""Custom resources that a deployment adds, changes or removes: the calls that they make by it."""

from collections.abc import Iterator

from shared_ecr.review.changes.identity.pairing import LocatedResource
from shared_ecr.review.deployments import Deployment
from shared_ecr.review.findings import ReviewFinding, error, note, warning
from shared_ecr.review.rules.custom_resources import (
    judged_call,
    names_ecr,
    names_repository,
    not_judged_because,
    subject_of,
)
from shared_ecr.review.sdk_calls.calls import CallPhase
from shared_ecr.review.sdk_calls.effects import repository_name
from shared_ecr.review.sdk_calls.made_calls import CallsOfChange, calling_resources
from shared_ecr.review.sdk_calls.operations import OperationKind, kind_of

_NOW = "in this deployment"


def calls_made(before: Deployment, after: Deployment) -> Iterator[ReviewFinding]:
    """Find calls of this deployment that delete or remove something, or that cannot be judged."""
    for made in CallsOfChange.of(before, after, CallPhase.UPDATE).now:
        if reason := not_judged_because(made, after):
            yield error(
                "custom-resource-not-judged", f"it makes {reason} {_NOW}; what that does is not judged",
                "It can delete images or give access", "Review it by hand, and acknowledge it",
            ).about(subject_of(made.resource), made.resource)  # fmt: skip
            continue
        for found in judged_call(made, _NOW, after):
            yield found.about(subject_of(made.resource), made.resource)
        if kind_of(made.call.service, made.call.operation) is OperationKind.PUTS:
            name = repository_name(made.call)
            yield note(
                "call-puts", f"it calls {made.call.name}{f' of {name}' if name else ''} {_NOW}",
                "The settings that the call writes are judged as if they were in the template, in findings about the "
                "repository or setting",
                "Write it into the template instead, if there is a property for it",
            ).about(subject_of(made.resource), made.resource)  # fmt: skip


def custom_resources_changed(before: Deployment, after: Deployment) -> Iterator[ReviewFinding]:
    """Report custom resources whose code is not known, that name ECR, and that are added, changed or removed."""
    old, new = _found(before), _found(after)
    for key in dict.fromkeys((*old, *new)):
        was, now = old.get(key), new.get(key)
        if was and now and was.resource.properties == now.resource.properties:
            continue
        if held := now or was:
            verb = "changes" if was and now else "is added" if now else "is removed"
            # What is given an image alone changes with each version of it; what is given a repository acts on it.
            acts = any(each and names_repository(each.stack, each.resource) for each in (was, now))
            yield (error if acts else warning)(
                "custom-resource-not-judged",
                f"{held.resource.type} names a repository or an action of ECR, and it {verb}; what its code then does "
                "is not judged",
                "Its code is not in the documents, and it can delete images or give access",
                "Review its code, and acknowledge it; where a property changes in each deployment, do so in the "
                "Metadata of the resource, which counts until its last day",
            ).about(subject_of(held.resource), held.resource)


def _found(side: Deployment) -> dict[tuple[str, str, str], LocatedResource]:
    calling = calling_resources(side)
    return {
        key: LocatedResource(stack, resource)
        for stack in side.stacks
        for resource in stack.resources
        if (key := (stack.name, resource.type, resource.origin.logical_id)) not in calling
        and names_ecr(stack, resource)
    }
