"""What a declaration or a deployment would make of a registry, in the spelling of the live one."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from shared_ecr.documents.json_text import Json, as_json
from shared_ecr.documents.live.live_registry import NAMED_BY, REPOSITORY, SINGLETONS
from shared_ecr.model.encryption import StackKey, key_of, wire
from shared_ecr.model.names import EcrRegistry
from shared_ecr.model.permissions import PolicyLocation
from shared_ecr.model.registry import RegistrySpec
from shared_ecr.model.repositories import RepositorySpec
from shared_ecr.model.settings.account_settings import CALLED_SETTING, called_settings
from shared_ecr.model.settings.table import TYPES
from shared_ecr.records import record
from shared_ecr.review.deployments import OPEN_MARK, Deployment, RegistryHome

# How a template refers to the key that its stack makes.
STACK_KEY = f"{OPEN_MARK}Key.Arn}}"
# CloudFormation imports a resource by its name only with one of these.


@record
class WantedResource:
    """One resource as it will be."""

    kind: str
    name: str
    properties: Mapping[str, Json]
    stack: str
    logical_id: str = ""
    deletion_policy: str = "Retain"
    artifact: str = ""
    """What CDK's command line calls the stack: the name of its template's file."""


@record
class WantedRegistry:
    """Everything that will be in one registry, by type and name."""

    resources: Mapping[tuple[str, str], WantedResource]

    def one(self, kind: str, name: str = "") -> WantedResource | None:
        """Return the resource of that type and name, or None."""
        return self.resources.get((kind, name))

    @property
    def repositories(self) -> tuple[WantedResource, ...]:
        """The private repositories, by name."""
        return tuple(sorted((each for each in self.resources.values() if each.kind == REPOSITORY), key=_by_name))

    def selected(self, is_meant: Callable[[str], bool]) -> "WantedRegistry":
        """Return the same with those repositories alone whose name *is_meant*."""
        kept = {key: each for key, each in self.resources.items() if each.kind != REPOSITORY or is_meant(each.name)}
        return WantedRegistry(kept)

    def joined(self, others: Iterable[WantedResource]) -> "WantedRegistry":
        """Return the same with *others* besides."""
        return WantedRegistry({**self.resources, **{(each.kind, each.name): each for each in others}})

    @classmethod
    def of_deployment(cls, deployment: Deployment, home: EcrRegistry) -> "WantedRegistry":
        """Collect what *deployment* makes in *home*."""
        place = RegistryHome(str(home.account), str(home.region))
        found = (each for each in _of_deployment(deployment, place))
        return cls({(each.kind, each.name): each for each in found})

    @classmethod
    def of_declaration(cls, registry: RegistrySpec, home: EcrRegistry) -> "WantedRegistry":
        """Collect what *registry* declares in *home*, but for what names a role, a secret or a profile of the stack."""
        location = PolicyLocation.of(home.region)
        made = [_of_spec(spec, location, registry.stack_name) for spec in registry.repositories]
        made += settings_in(registry, home)
        return cls({(each.kind, each.name): each for each in made})


def _by_name(resource: WantedResource) -> str:
    return resource.name


def _of_deployment(deployment: Deployment, place: RegistryHome) -> Iterator[WantedResource]:
    for stack in deployment.stacks:
        for resource in stack.resources:
            if resource.home != place or (resource.type not in NAMED_BY and resource.type not in SINGLETONS):
                continue
            property_ = NAMED_BY.get(resource.type)
            name = resource.text(property_) if property_ else ""
            if name is not None:
                yield WantedResource(
                    resource.type,
                    name,
                    resource.properties,
                    stack.name,
                    resource.origin.logical_id,
                    resource.deletion_policy,
                    stack.file.rpartition("/")[2].removesuffix(".template.json"),
                )


def settings_in(registry: RegistrySpec, home: EcrRegistry) -> Iterator[WantedResource]:
    """Yield the declared settings of *home* that the declaration by itself says in full."""
    settings, stack = registry.settings, registry.stack_name
    for type_ in TYPES.values():
        for properties in type_.render(settings, home) if type_.render else ():
            name = str(properties[type_.named_by]) if type_.named_by else ""
            held = as_json(dict(properties))
            yield WantedResource(type_.type, name, held if isinstance(held, dict) else {}, stack)
    for call in called_settings(settings, home):
        made: dict[str, Json] = {"Name": call.name, "Operation": call.operation, "Body": call.body}
        yield WantedResource(CALLED_SETTING.type, call.name, made, stack)


def _of_spec(spec: RepositorySpec, location: PolicyLocation, stack: str) -> WantedResource:
    rendered = wire(spec.encryption, STACK_KEY if isinstance(key_of(spec.encryption), StackKey) else None)
    encryption: dict[str, Json] = {key[:1].upper() + key[1:]: value for key, value in rendered.items()}
    properties: dict[str, Json] = {
        "RepositoryName": spec.name.text,
        "EncryptionConfiguration": encryption,
        "ImageScanningConfiguration": {"ScanOnPush": spec.scan_on_push},
        "ImageTagMutability": spec.tag_mutability.wire,
    }
    if spec.tag_mutability.except_:
        properties["ImageTagMutabilityExclusionFilters"] = [
            {
                "ImageTagMutabilityExclusionFilterType": "WILDCARD",
                "ImageTagMutabilityExclusionFilterValue": each.pattern,
            }
            for each in spec.tag_mutability.except_
        ]
    if spec.lifecycle_text is not None:
        properties["LifecyclePolicy"] = {"LifecyclePolicyText": spec.lifecycle_text}
    policy = spec.policy(location)
    if policy is not None:
        properties["RepositoryPolicyText"] = as_json(policy)
    if spec.tags:
        properties["Tags"] = [{"Key": key, "Value": value} for key, value in spec.tags]
    return WantedResource(REPOSITORY, spec.name.text, properties, stack)
