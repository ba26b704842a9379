"""Which calls a deployment makes, and which were made before it."""

from collections.abc import Iterator, Mapping
from typing import Self

from shared_ecr.documents.json_text import Json, read_json
from shared_ecr.documents.policy_faults import InvalidPolicyError
from shared_ecr.records import record, replace
from shared_ecr.review.deployments import RETAINING, Deployment, Resource, Stack
from shared_ecr.review.sdk_calls.calls import CallPhase, SdkCall, sdk_calls
from shared_ecr.review.sdk_calls.effects import MadeCall, repositories_called, with_effects
from shared_ecr.review.sdk_calls.operations import OPERATIONS, OperationKind, kind_of
from shared_ecr.review.sdk_calls.properties import changed_properties

_Key = tuple[str, str, str]


@record
class CallingResource:
    """A custom resource that names its calls."""

    stack: Stack
    resource: Resource
    calls: Mapping[CallPhase, SdkCall]

    def made(self, phase: CallPhase) -> tuple[MadeCall, ...]:
        """Return the call of *phase*, if there is one."""
        return (MadeCall(self.stack, self.resource, self.calls[phase]),) if phase in self.calls else ()

    def last(self, preferred: CallPhase) -> tuple[MadeCall, ...]:
        """Return the call that was made last: when it was updated, or when it was created."""
        other = CallPhase.CREATE if preferred is CallPhase.UPDATE else CallPhase.UPDATE
        return self.made(preferred) or (self.made(other) if preferred is CallPhase.UPDATE else ())


def calling_resources(deployment: Deployment) -> dict[_Key, CallingResource]:
    """Return the custom resources of *deployment* that call ECR or KMS, by stack, type and logical id."""
    found = {}
    for stack in deployment.stacks:
        for resource in stack.resources:
            calls = sdk_calls(resource)
            if any(not each.is_readable or each.service in OPERATIONS for each in calls.values()):
                key = (stack.name, resource.type, resource.origin.logical_id)
                found[key] = CallingResource(stack, resource, calls)
    return found


def deployments_of_calls(deployment: Deployment) -> Iterator[Deployment]:
    """Yield *deployment* as it is once its custom resources were created, and as it is once they were updated."""
    calling = calling_resources(deployment).values()
    created = with_effects(deployment, [call for each in calling for call in each.made(CallPhase.CREATE)])
    yield created
    updated = with_effects(deployment, [call for each in calling for call in each.last(CallPhase.UPDATE)])
    if updated != created:
        yield updated


@record
class CallsOfChange:
    """The calls around one deployment."""

    earlier: tuple[MadeCall, ...]
    """Those that were made last before it."""
    now: tuple[MadeCall, ...]
    """Those that it makes."""
    lasting: tuple[MadeCall, ...]
    """Those whose effect is there afterwards, in their order."""

    @classmethod
    def of(cls, before: Deployment, after: Deployment, preferred: CallPhase) -> Self:
        """Collect the calls; which one was made last before is not in the documents, so *preferred* says it."""
        old, new = calling_resources(before), calling_resources(after)
        earlier = [call for each in old.values() for call in each.last(preferred)]
        now: list[MadeCall] = []
        lasting: list[MadeCall] = []
        for key in dict.fromkeys((*old, *new)):
            previous, current = old.get(key), new.get(key)
            stays = [
                call
                for call in (previous.last(preferred) if previous else ())
                if not _is_overwritten(call, before, after)
            ]
            made = list(_made_now(previous, current))
            now += made
            lasting += [*stays, *made]
        return cls(tuple(earlier), tuple(now), tuple(lasting))


def _made_now(previous: CallingResource | None, current: CallingResource | None) -> Iterator[MadeCall]:
    if current is None:
        if previous and previous.resource.deletion_policy not in RETAINING:
            yield from previous.made(CallPhase.DELETE)
    elif previous is None:
        yield from current.made(CallPhase.CREATE)
    elif previous.resource.properties != current.resource.properties:
        yield from current.made(CallPhase.UPDATE)
        # With another physical id it is another resource, and the old one is deleted.
        if _physical_id(previous.resource) != _physical_id(current.resource):
            yield from previous.made(CallPhase.DELETE)


def _physical_id(resource: Resource) -> Json:
    found: list[Json] = []
    for phase in (CallPhase.CREATE, CallPhase.UPDATE):
        written = resource.properties.get(phase)
        try:
            call = read_json(written, "the call") if isinstance(written, str) else written
        except InvalidPolicyError:
            call = None
        found.append(call.get("physicalResourceId") if isinstance(call, dict) else None)
    return found


def _is_overwritten(made: MadeCall, before: Deployment, after: Deployment) -> bool:
    """Whether the template updates the repository that the call is about, and so puts its own properties again."""
    return any(old.properties != new.properties for old, new in _put_into(made, before, after))


def _is_rewritten(made: MadeCall, before: Deployment, after: Deployment) -> bool:
    """Whether the template changes what the call puts."""
    return any(
        old.properties.get(name) != new.properties.get(name)
        for old, new in _put_into(made, before, after)
        for name in changed_properties(new.properties, made.call)
    )


def _put_into(made: MadeCall, before: Deployment, after: Deployment) -> Iterator[tuple[Resource, Resource]]:
    """Yield both sides of each repository that the call puts something into."""
    if kind_of(made.call.service, made.call.operation) is not OperationKind.PUTS:
        return
    old = {(each.origin.stack, each.origin.logical_id): each for each in repositories_called(before, made)}
    for new in repositories_called(after, made):
        if (previous := old.get((new.origin.stack, new.origin.logical_id))) is not None:
            yield previous, new


def calls_around(before: Deployment, after: Deployment) -> list[CallsOfChange]:
    """Return the calls around the deployment, once for each that may have been made last before it.

    Where the template updates a repository that a call of this deployment is about, either may come last: nothing
    orders them, or an open value decides whether there is a call. Until the call is made the template counts anyway.
    """
    found = [CallsOfChange.of(before, after, phase) for phase in (CallPhase.UPDATE, CallPhase.CREATE)]
    found += [replace(each, lasting=tuple(_not_overwritten(each, before, after))) for each in found]
    return [each for number, each in enumerate(found) if each not in found[:number]]


def _not_overwritten(calls: CallsOfChange, before: Deployment, after: Deployment) -> Iterator[MadeCall]:
    for call in calls.lasting:
        if call not in calls.now or not _is_rewritten(call, before, after):
            yield call
