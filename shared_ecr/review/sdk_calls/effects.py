"""What the calls of custom resources put, written into the deployment as the properties of a template would be.

A call that names a repository of the documents changes its properties. A call about the registry becomes a resource of
the type that CloudFormation has for it.
"""

from collections.abc import Callable, Iterable

from shared_ecr.records import record, replace
from shared_ecr.review.deployments import OPEN_MARK, Deployment, Resource, Stack
from shared_ecr.review.sdk_calls.calls import SdkCall
from shared_ecr.review.sdk_calls.operations import OperationKind, kind_of
from shared_ecr.review.sdk_calls.properties import CalledResource, called_resource, changed_properties

_PUTS_A_POLICY = frozenset({"PutLifecyclePolicy", "SetRepositoryPolicy"})
_REPOSITORIES = {"ecr": "AWS::ECR::Repository", "ecr-public": "AWS::ECR::PublicRepository"}


@record
class MadeCall:
    """A call, and the custom resource of a stack that makes it."""

    stack: Stack
    resource: Resource
    call: SdkCall


def with_effects(deployment: Deployment, calls: Iterable[MadeCall]) -> Deployment:
    """Return *deployment* as it is once *calls* are made, in their order."""
    for made in calls:
        if kind_of(made.call.service, made.call.operation) is OperationKind.PUTS:
            deployment = _with(deployment, made)
    return deployment


def repositories_called(deployment: Deployment, made: MadeCall) -> list[Resource]:
    """Return the repositories of *deployment* that the call is about."""
    name = repository_name(made.call)
    type_ = _REPOSITORIES.get(made.call.service)
    return [
        resource
        for stack, resource in (deployment.resources(type_) if type_ else ())
        if name is not None and _is_called(stack, resource, made, name)
    ]


def repository_name(call: SdkCall) -> str | None:
    """Return the name of the repository that the call gives, known or not; None of a call about a registry."""
    written = call.parameters.get("repositoryName")
    if written is None and isinstance(arn := call.parameters.get("resourceArn"), str):
        written = arn.partition(":repository/")[2] or arn
    return written if isinstance(written, str) else None


def _is_called(stack: Stack, repository: Resource, made: MadeCall, name: str) -> bool:
    home, called = repository.home, made.call.home
    is_here = all(
        None in pair or pair[0] == pair[1] for pair in ((home.account, called.account), (home.region, called.region))
    )
    reference = f"{OPEN_MARK}{repository.origin.logical_id}"
    is_referred = (stack.name, stack.home) == (made.stack.name, made.stack.home) and name in {
        f"{reference}}}",
        f"{reference}.Arn}}",
    }
    return (is_here and name == repository.properties.get("RepositoryName")) or is_referred


def _with(deployment: Deployment, made: MadeCall) -> Deployment:
    called = {id(each) for each in repositories_called(deployment, made)}
    if called:
        return _mapped(deployment, lambda each: _with_properties(each, made.call) if id(each) in called else each)
    if is_policy_of_other(deployment, made):
        return _with_added(deployment, made, _policy_holder(made))
    put = called_resource(made.call)
    return deployment if put is None else _with_resource(deployment, made, put)


def is_policy_of_other(deployment: Deployment, made: MadeCall) -> bool:
    """Whether the call puts a policy of a repository that is managed elsewhere: it is judged by its policies alone."""
    is_of_policy = made.call.service == "ecr" and made.call.operation in _PUTS_A_POLICY
    return is_of_policy and made.call.text("repositoryName") is not None and not repositories_called(deployment, made)


def _policy_holder(made: MadeCall) -> Resource:
    properties = {"RepositoryName": made.call.text("repositoryName"), **changed_properties({}, made.call)}
    return replace(
        made.resource, type=_REPOSITORIES["ecr"], properties=properties, home=made.call.home, is_partial=True
    )


def _with_properties(repository: Resource, call: SdkCall) -> Resource:
    properties = {**repository.properties, **changed_properties(repository.properties, call)}
    return replace(repository, properties={name: value for name, value in properties.items() if value is not None})


def _with_resource(deployment: Deployment, made: MadeCall, put: CalledResource) -> Deployment:
    """Change the resource that holds what the call puts, remove it, or add one to the stack of the custom resource."""
    same = {
        id(each)
        for _, each in deployment.resources(put.type)
        if each.home == made.call.home
        and (put.named_by is None or each.properties.get(put.named_by) == (put.properties or {}).get(put.named_by))
    }
    if put.properties is None:
        return _mapped(deployment, lambda each: None if id(each) in same else each)
    if same:
        sent = put.properties
        return _mapped(
            deployment, lambda each: replace(each, properties={**each.properties, **sent}) if id(each) in same else each
        )
    # No template deletes what a call puts.
    added = replace(
        made.resource, type=put.type, properties=put.properties, home=made.call.home,
        deletion_policy="Retain", update_replace_policy="Retain",
    )  # fmt: skip
    return _with_added(deployment, made, added)


def _with_added(deployment: Deployment, made: MadeCall, added: Resource) -> Deployment:
    stacks = (
        replace(stack, resources=(*stack.resources, added)) if stack.name == made.stack.name else stack
        for stack in deployment.stacks
    )
    return replace(deployment, stacks=tuple(stacks))


def _mapped(deployment: Deployment, change: Callable[[Resource], Resource | None]) -> Deployment:
    stacks = (
        replace(stack, resources=tuple(new for each in stack.resources if (new := change(each)) is not None))
        for stack in deployment.stacks
    )
    return replace(deployment, stacks=tuple(stacks))
