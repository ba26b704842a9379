"""From a plan or a state of Terraform to the stack that a review compares."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from shared_ecr.documents.json_text import Json
from shared_ecr.model.settings.account_settings import CALLED_SETTING
from shared_ecr.review.deployments import Doubt, Origin, Resource, Stack, is_known
from shared_ecr.review.documents.document import DataFile
from shared_ecr.review.documents.faults import InvalidDocumentError
from shared_ecr.review.documents.places import DeploymentTarget
from shared_ecr.review.documents.terraform.attributes import unread_attributes
from shared_ecr.review.documents.terraform.cloud_control import CLOUD_CONTROL, cloud_control_properties
from shared_ecr.review.documents.terraform.configuration import Configuration
from shared_ecr.review.documents.terraform.gaps import gaps_of
from shared_ecr.review.documents.terraform.homes import ProviderHomes
from shared_ecr.review.documents.terraform.joining import Translated, joined
from shared_ecr.review.documents.terraform.listing import listed_operations
from shared_ecr.review.documents.terraform.outside import not_judged
from shared_ecr.review.documents.terraform.resource_types import concerns_a_registry, is_of_registry
from shared_ecr.review.documents.terraform.sides import PlanSides
from shared_ecr.review.documents.terraform.translation import (
    ACCOUNT_SETTING,
    FUNCTION,
    JOINED,
    TRANSLATIONS,
    account_setting,
    image_function,
    properties_of,
    renamed,
)
from shared_ecr.review.documents.terraform.values import PlannedResource
from shared_ecr.review.operations import Operation, TerraformPlan
from shared_ecr.text import quoted

# https://developer.hashicorp.com/terraform/internals/json-format: another major version is another format.
_VERSIONS = ("0.", "1.")
# Properties that name what a plan creates beside them: that they are open is the rule, and says nothing about access.
_OPEN_AS_A_RULE = frozenset({"Arn", "CredentialArn", "CustomRoleArn", "EncryptionConfiguration", "KeyId"})

# Nothing about images or access depends on them.
_DESCRIBING = frozenset({"Description", "RepositoryCatalogData"})
# What depends on tags is a policy that asks for them.
_TAGS = frozenset({"Tags", "ResourceTags"})
_POLICIES = ("RepositoryPolicyText", "RepositoryPolicy", "PolicyText")


def is_plan(data: Json) -> bool:
    """Whether *data* is what `terraform show -json` prints."""
    return isinstance(data, dict) and isinstance(data.get("format_version"), str) and "Resources" not in data


def is_raw_state(data: Json) -> bool:
    """Whether *data* is a file of Terraform's own, `terraform.tfstate`, whose format is not documented."""
    return isinstance(data, dict) and "terraform_version" in data and "lineage" in data


def read_plan(document: DataFile, place: DeploymentTarget, name: str) -> tuple[Stack, list[Doubt]]:
    """Read what a plan leads to, or what a state holds.

    Raises:
        InvalidDocumentError: the document is of another version of the format.
    """
    sides = PlanSides(_checked(document))
    reader = _PlanReader(document, sides, place, name)
    was = {each.address: each for each in sides.before()}
    stack = reader.stack(sides.after(), None if sides.is_state else reader.plan(), was)
    return stack, reader.doubts(sides)


def read_prior(document: DataFile, place: DeploymentTarget, name: str) -> tuple[Stack, list[Doubt]] | None:
    """Read what a plan says was there before; None where nothing was, or where the document is a state.

    Raises:
        InvalidDocumentError: the document is of another version of the format.
    """
    sides = PlanSides(_checked(document))
    if sides.is_state or not sides.has_before:
        return None
    reader = _PlanReader(document, sides, place, name)
    return reader.stack(sides.before(), None), reader.noted


class _PlanReader:
    """Reads one side of a plan; `noted` has what of it is not judged."""

    def __init__(self, document: DataFile, sides: PlanSides, place: DeploymentTarget, name: str) -> None:
        self._file, self._name, self._sides = document.file, name, sides
        both = [*sides.after(), *sides.before()]
        known = [*both, *sides.planned, *sides.prior]
        # What was there before says more of a provider than what is planned.
        self._homes = ProviderHomes(Configuration(sides.plan), known, place.home)
        # One for both sides: a plan is not deployed elsewhere because a first repository is in another Region.
        homes = {self._homes.of(each) for each in both if is_of_registry(each.type)}
        self._home = homes.pop() if len(homes) == 1 else self._homes.default
        self.noted: list[Doubt] = []

    def stack(
        self,
        resources: Iterable[PlannedResource],
        plan: TerraformPlan | None,
        previous: Mapping[str, PlannedResource] = MappingProxyType({}),
    ) -> Stack:
        """Return the stack that *resources* make; *previous* has what was there before them, by address."""
        noted: list[tuple[str, str]] = []
        translated, policies = [], []
        for each in resources:
            noted += _unjudged(each, previous.get(each.address))
            if each.type in JOINED:
                policies.append((each, self._homes.of(each)))
            else:
                translated.append(self._translated(each))
        noted += joined(policies, translated, self._homes.configuration)
        self.noted += [self._doubt(address, what) for address, what in noted]
        asks_for_tags = any(map(_asks_for_tags, translated))
        for made in translated:
            for name in _open(made):
                what = f"{name} is known only after the apply; the parts that are not known yet are not judged"
                is_bounded = name in _DESCRIBING or (name in _TAGS and not asks_for_tags)
                self.noted.append(self._doubt(made.resource.address, what, is_bounded=is_bounded))
        return Stack(
            self._name,
            self._file,
            self._home,
            tuple(map(self._resource, translated)),
            tool="terraform",
            plan=plan,
        )

    def plan(self) -> TerraformPlan:
        """Return what the plan says besides the values."""
        operations, gaps = listed_operations(self._sides, self._homes), gaps_of(self._sides)
        return TerraformPlan(tuple(operations), tuple(gaps), self._drift())

    def _drift(self) -> tuple[Stack, Stack] | None:
        """Return the resources of the registry that were changed outside of Terraform, on both sides."""
        drifted = PlanSides({"resource_changes": self._sides.plan.get("resource_drift")})
        if not any(concerns_a_registry(each.type) for each in drifted.changes):
            return None
        noted, self.noted = self.noted, []
        both = (self.stack(drifted.before(), None), self.stack(drifted.after(), None))
        self.noted = noted
        return both

    def doubts(self, sides: PlanSides) -> list[Doubt]:
        """Return what was noted, and what the plan does beside the resources that are read."""
        unlisted = [each for each in sides.unlisted() if concerns_a_registry(each.type)]
        if "resource_changes" in sides.plan:
            what = "resource_changes does not list it; only its values are compared"
            self.noted += [self._doubt(each.address, what) for each in unlisted]
        self.noted += [self._doubt(address, what) for address, what in not_judged(sides)]
        return self.noted

    def _doubt(self, address: str, what: str, *, is_bounded: bool = False) -> Doubt:
        return Doubt(f"{self._file}: {address}", what, f"{self._name}: {address}", is_bounded=is_bounded)

    def _resource(self, made: Translated) -> Resource:
        operation = made.resource.operation
        is_forgotten = operation is not None and operation.operation in {Operation.FORGET, Operation.LEAVE}
        return Resource(
            made.type,
            made.properties,
            Origin(self._file, self._name, made.resource.address),
            made.home,
            deletion_policy="Retain" if is_forgotten else "",
            operation=operation,
            sensitive=frozenset(made.sensitive),
            is_partial=made.is_partial,
        )

    def _translated(self, resource: PlannedResource) -> Translated:
        home = self._homes.of(resource)
        translation = TRANSLATIONS.get(resource.type)
        hidden = properties_of(resource.type, resource.sensitive)
        if translation:
            properties = renamed(resource.values, translation.properties)
            return Translated(resource, translation.type, home, properties, hidden)
        if resource.type in CLOUD_CONTROL:
            properties = cloud_control_properties(resource.values)
            return Translated(resource, CLOUD_CONTROL[resource.type], home, properties, hidden)
        if resource.type == ACCOUNT_SETTING:
            return Translated(resource, CALLED_SETTING.type, home, account_setting(resource.values), hidden)
        if resource.type == FUNCTION:
            return Translated(resource, "AWS::Lambda::Function", home, image_function(resource.values))
        # What is not judged is counted, and nothing of it is kept: a plan has secrets in clear text.
        return Translated(resource, resource.type, home)


def _unjudged(resource: PlannedResource, previous: PlannedResource | None) -> Iterator[tuple[str, str]]:
    is_read = resource.type in {*TRANSLATIONS, *JOINED, *CLOUD_CONTROL, ACCOUNT_SETTING}
    if is_of_registry(resource.type) and not is_read:
        yield resource.address, f"resources of the type {quoted(resource.type)} are not judged"
    for path in unread_attributes(resource.type, resource.values):
        name = path.partition(".")[0]
        is_changed = previous is not None and previous.values.get(name) != resource.values.get(name)
        changes = " changes, and it" if is_changed else ""
        yield resource.address, f"the attribute {quoted(path)} of {resource.type}{changes} is not judged"


def _open(translated: Translated) -> Iterator[str]:
    """Yield the properties of a resource of the registry that are open, and that matter."""
    for name, value in translated.properties.items():
        if not is_known(value) and name not in _OPEN_AS_A_RULE and is_of_registry(translated.resource.type):
            yield name


def _asks_for_tags(translated: Translated) -> bool:
    """Whether a policy in *translated* asks for the tags of a repository, or may do so."""
    policies = (translated.properties.get(name) for name in _POLICIES)
    return any("resourcetag/" in str(each).lower() or not is_known(each) for each in policies)


def _checked(document: DataFile) -> Mapping[str, Json]:
    data = document.data if isinstance(document.data, dict) else {}
    version = data.get("format_version")
    if not isinstance(version, str) or not version.startswith(_VERSIONS):
        what = f"the format of Terraform's JSON has version {quoted(str(version))}; 0.x and 1.x are read"
        raise InvalidDocumentError.of(document.file, what, code="document-shape")
    return data
