"""The live registry as the previous side of a review: what is there now, in the stacks that will hold it.

A snapshot is not a stack: nothing in it moves, is orphaned or loses its protection. So each live resource takes the
stack and the logical id of the resource that will make the same, and what is left is shown by findings of its own:
what would be taken over, what belongs to another stack, and what is not managed.
"""

from collections.abc import Iterator, Sequence

from shared_ecr.documents.json_text import Json
from shared_ecr.documents.live import LiveRegistry, LiveResource
from shared_ecr.documents.live.live_registry import NAMED_BY, REPOSITORY, SINGLETONS
from shared_ecr.findings import Severity
from shared_ecr.records import replace
from shared_ecr.review.deployments import OPEN_MARK, Deployment, Doubt, Origin, RegistryHome, Resource, Stack, is_known
from shared_ecr.review.findings import ReviewFinding

# What a template says to CloudFormation alone; ECR does not keep it.
_NOT_LIVE = ("EmptyOnDelete", "ServiceToken", "ServiceTimeout")
# Properties that name a role, a secret or a profile that the stack makes beside the resource.
# The property that a denied action would have said: it is not known, which is another thing than absent.
_READ_BY = {
    "ecr:GetRepositoryPolicy": "RepositoryPolicyText",
    "ecr:GetLifecyclePolicy": "LifecyclePolicy",
    "ecr:ListTagsForResource": "Tags",
}
_UNREAD = f"{OPEN_MARK}not read}}"
_MADE_BESIDE = frozenset({"CredentialArn", "CustomRoleArn", "Rules"})


def live_side(registries: Sequence[LiveRegistry], after: Deployment) -> Deployment:
    """Return what *registries* hold of that which *after* would make, in the same stacks."""
    doubts: list[Doubt] = []
    stacks = tuple(_stack(stack, registries, doubts) for stack in after.stacks)
    for registry in registries:
        source = _source(registry)
        doubts += [
            Doubt(source, f"{part.action} was denied for {part.repository or 'the registry'}; this part is not judged")
            for part in registry.unread
        ]
    read = {_home(registry) for registry in registries}
    doubts += [
        Doubt(stack.file, f"the registry of {stack.home} was not read and is not compared", stack.name)
        for stack in after.stacks
        if stack.home not in read
    ]
    return Deployment(", ".join(map(_source, registries)), stacks, tuple(doubts), tuple(registries))


def live_findings(registries: Sequence[LiveRegistry], after: Deployment) -> Iterator[ReviewFinding]:
    """Find what a deployment of *after* would take over, take away from another stack, or leave unmanaged."""
    for registry in registries:
        home = _home(registry)
        declared = {
            name: (stack, resource)
            for stack, resource in after.resources(REPOSITORY)
            if resource.home == home and (name := resource.text("RepositoryName"))
        }
        for live in registry.repositories:
            stack, resource = declared.get(live.name, (None, None))
            if stack is None or resource is None:
                yield _unmanaged(live, home)
            elif live.owner is None:
                yield _taken_over(live, home, resource.origin)
            elif live.owner != stack.name:
                yield _of_another_stack(live, home, resource.origin)


def _stack(stack: Stack, registries: Sequence[LiveRegistry], doubts: list[Doubt]) -> Stack:
    registry = next((each for each in registries if _home(each) == stack.home), None)
    kept = []
    for resource in stack.resources:
        if not resource.type.startswith("AWS::ECR::") and resource.type not in NAMED_BY:
            # What is not of ECR was not read; it is as it will be, so that nothing is said of it.
            kept.append(resource)
        elif registry and (live := _counterpart(registry, resource)):
            kept.append(_placed(_with_unread(live, registry), resource, stack, doubts))
    return replace(stack, resources=tuple(kept), file=_source(registry) if registry else stack.file)


def _with_unread(live: LiveResource, registry: LiveRegistry) -> LiveResource:
    """Return *live* with the properties that AWS denied to read as unknown ones."""
    if live.kind != REPOSITORY:
        return live
    denied = {part.action for part in registry.unread if part.repository == live.name}
    unread = [name for action, name in _READ_BY.items() if action in denied]
    return replace(live, properties={**live.properties, **dict.fromkeys(unread, _UNREAD)}) if unread else live


def _counterpart(registry: LiveRegistry, resource: Resource) -> LiveResource | None:
    if resource.type in SINGLETONS:
        return registry.one(resource.type)
    property_ = NAMED_BY.get(resource.type)
    name = resource.text(property_) if property_ else None
    return registry.one(resource.type, name) if name else None


def _placed(live: LiveResource, resource: Resource, stack: Stack, doubts: list[Doubt]) -> Resource:
    """Return *live* in the place of *resource*, with all that only a template can say taken from there."""
    properties: dict[str, Json] = dict(live.properties)
    properties |= {name: resource.properties[name] for name in _NOT_LIVE if name in resource.properties}
    for name in _MADE_BESIDE & properties.keys() & resource.properties.keys():
        aligned = _aligned(resource.properties[name], properties[name])
        if aligned != properties[name]:
            what = f"{name} is known only once deployed, and is not compared with what is live"
            doubts.append(Doubt(str(resource.origin), what, f"{stack.name}: {resource.origin.logical_id}"))
        properties[name] = aligned
    if live.key_owner == stack.name:
        # The stack made the key, and the template names the key of the stack: it is the same one.
        encryption = resource.properties.get("EncryptionConfiguration")
        if isinstance(encryption, dict) and not is_known(encryption):
            properties["EncryptionConfiguration"] = encryption
    origin = Origin(resource.origin.file, stack.name, resource.origin.logical_id, resource.origin.construct_path)
    return replace(resource, properties=properties, origin=origin, acknowledged=())


def _aligned(after: Json, live: Json) -> Json:
    """Return *live* with the values of *after* where those wait for the deployment."""
    match after, live:
        case str(), str() if not is_known(after):
            return after
        case list(), list() if len(after) == len(live):
            return [_aligned(one, other) for one, other in zip(after, live, strict=True)]
        case dict(), dict():
            return {key: _aligned(after.get(key), value) for key, value in live.items()}
        case _:
            return live


def _taken_over(live: LiveResource, home: RegistryHome, origin: Origin) -> ReviewFinding:
    return ReviewFinding(
        "repository-taken-over",
        Severity.ERROR,
        "it exists and belongs to no stack; a deployment that imports it replaces its policy, lifecycle and tags",
        "CloudFormation sets the properties that the template has, and deletes those that it does not have",
        "Run 'shared-ecr adopt certify', then acknowledge this finding for the deployment that imports it",
        subject=live.name,
        home=home,
        origin=origin,
    )


def _of_another_stack(live: LiveResource, home: RegistryHome, origin: Origin) -> ReviewFinding:
    return ReviewFinding(
        "repository-of-another-stack",
        Severity.ERROR,
        f"it belongs to the stack {live.owner}",
        "CloudFormation refuses to create or import what another stack has",
        "Release it there first: DeletionPolicy Retain, deploy, remove it, deploy; then import it here",
        subject=live.name,
        home=home,
        origin=origin,
    )


def _unmanaged(live: LiveResource, home: RegistryHome) -> ReviewFinding:
    owner = f"it belongs to the stack {live.owner}" if live.owner else "it belongs to no stack"
    return ReviewFinding(
        "repository-unmanaged",
        Severity.NOTE,
        f"it exists and is not declared; {owner}",
        "",
        "" if live.owner else "'shared-ecr adopt' declares it",
        subject=live.name,
        home=home,
    )


def _home(registry: LiveRegistry) -> RegistryHome:
    return RegistryHome(str(registry.account), str(registry.region))


def _source(registry: LiveRegistry) -> str:
    return f"the registry of {registry.account} in {registry.region} at {registry.taken}"
