"""From a plan or a state of Terraform to the stack that a review compares."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from shared_ecr.documents.json_text import Json
from shared_ecr.review.deployments import Doubt, Origin, RegistryHome, Resource, Stack, is_known
from shared_ecr.review.documents.document import DataFile
from shared_ecr.review.documents.faults import InvalidDocumentError
from shared_ecr.review.documents.places import DeploymentTarget
from shared_ecr.review.documents.terraform.configuration import Configuration
from shared_ecr.review.documents.terraform.homes import ProviderHomes
from shared_ecr.review.documents.terraform.joining import Translated, joined
from shared_ecr.review.documents.terraform.translation import JOINED, TRANSLATIONS, account_setting, renamed
from shared_ecr.review.documents.terraform.values import PlannedResource, resources_of
from shared_ecr.text import quoted

# https://developer.hashicorp.com/terraform/internals/json-format: another major version is another format.
_VERSIONS = ("0.", "1.")
_ACCOUNT_SETTING = "aws_ecr_account_setting"
_JUDGED = ("aws_ecr_", "aws_ecrpublic_", "awscc_ecr_")


def is_plan(data: Json) -> bool:
    """Whether *data* is what `terraform show -json` prints."""
    return isinstance(data, dict) and isinstance(data.get("format_version"), str) and "Resources" not in data


def is_raw_state(data: Json) -> bool:
    """Whether *data* is a file of Terraform's own, `terraform.tfstate`, whose format is nobody else's."""
    return isinstance(data, dict) and "terraform_version" in data and "lineage" in data


def read_plan(document: DataFile, place: DeploymentTarget, name: str) -> tuple[Stack, list[Doubt]]:
    """Read what a plan leads to, or what a state holds.

    Raises:
        InvalidDocumentError: the document is of another version of the format.
    """
    plan = _checked(document)
    changes = list(_changes(plan))
    unknown = {address: change.get("after_unknown") for address, change, _ in changes}
    resources = list(resources_of(plan.get("planned_values", plan.get("values")), unknown))
    return _stack(document, resources, _homes(plan, resources, place), name)


def read_prior(document: DataFile, place: DeploymentTarget, name: str) -> tuple[Stack, list[Doubt]] | None:
    """Read what a plan says was there before; None where nothing was, or where the document is a state.

    Raises:
        InvalidDocumentError: the document is of another version of the format.
    """
    plan = _checked(document)
    prior = _values(plan.get("prior_state"))
    if prior is None or "planned_values" not in plan:
        return None
    resources = list(resources_of(prior, {}))
    stack, doubts = _stack(document, resources, _homes(plan, resources, place), name)
    # What `moved` renames is the same resource before and after.
    moved = {before: address for address, _, before in _changes(plan) if before}
    made = tuple(_renamed(each, moved.get(each.origin.logical_id)) for each in stack.resources)
    return replace(stack, resources=made), doubts


def _homes(plan: Mapping[str, Json], resources: Iterable[PlannedResource], place: DeploymentTarget) -> ProviderHomes:
    """Return the homes of *resources*; what was there before says more of a provider than what is planned."""
    prior = resources_of(_values(plan.get("prior_state")), {})
    return ProviderHomes(Configuration(plan), [*resources, *prior], place.home)


def _stack(
    document: DataFile, resources: Iterable[PlannedResource], homes: ProviderHomes, name: str
) -> tuple[Stack, list[Doubt]]:
    told: list[tuple[str, str]] = []
    translated, policies = [], []
    for each in resources:
        if each.is_data:
            continue
        if each.type in JOINED:
            policies.append((each, homes.of(each)))
        else:
            translated.append(_translated(each, homes.of(each)))
            told += _unjudged(each)
    told += joined(policies, translated, homes.configuration)
    for made in translated:
        told += _open(made)
    judged = {made.home for made in translated if made.resource.type.startswith(_JUDGED)}
    stack = Stack(
        name,
        document.file,
        next(iter(judged)) if len(judged) == 1 else homes.default,
        tuple(
            Resource(made.type, made.properties, Origin(document.file, name, made.resource.address), made.home)
            for made in translated
        ),
        tool="terraform",
    )
    return stack, [Doubt(f"{document.file}: {address}", what) for address, what in told]


def _translated(resource: PlannedResource, home: RegistryHome) -> Translated:
    translation = TRANSLATIONS.get(resource.type)
    if translation:
        return Translated(resource, translation.type, home, renamed(resource.values, translation.properties))
    if resource.type == _ACCOUNT_SETTING:
        return Translated(resource, "Custom::EcrSetting", home, account_setting(resource.values))
    # What is not judged is counted, and nothing of it is kept: a plan has secrets in clear text.
    return Translated(resource, resource.type, home)


def _unjudged(resource: PlannedResource) -> Iterator[tuple[str, str]]:
    if resource.type.startswith(_JUDGED) and resource.type not in TRANSLATIONS and resource.type != _ACCOUNT_SETTING:
        yield resource.address, f"resources of the type {quoted(resource.type)} are not judged"


def _open(translated: Translated) -> Iterator[tuple[str, str]]:
    for name, value in translated.properties.items():
        if not is_known(value) and name not in {"EncryptionConfiguration", "CredentialArn", "CustomRoleArn"}:
            what = f"{name} is known only after the apply; as far as it is open it is not judged"
            yield translated.resource.address, what


def _changes(plan: Mapping[str, Json]) -> Iterator[tuple[str, Mapping[str, Json], str]]:
    """Yield the address of each changed resource, its change, and the address it had before a `moved` block."""
    written = plan.get("resource_changes")
    for each in written if isinstance(written, list) else ():
        # A deposed object has the address of its successor.
        if not isinstance(each, dict) or "deposed" in each:
            continue
        match each.get("address"), each.get("change"), each.get("previous_address"):
            case str() as address, dict() as change, before:
                yield address, change, before if isinstance(before, str) else ""
            case _:
                continue


def _checked(document: DataFile) -> Mapping[str, Json]:
    data = document.data if isinstance(document.data, dict) else {}
    version = data.get("format_version")
    if not isinstance(version, str) or not version.startswith(_VERSIONS):
        what = f"the format of Terraform's JSON has version {quoted(str(version))}; 0.x and 1.x are read"
        raise InvalidDocumentError.of(document.file, what, code="document-shape")
    return data


def _values(state: Json) -> Json:
    return state.get("values") if isinstance(state, dict) else None


def _renamed(resource: Resource, address: str | None) -> Resource:
    return replace(resource, origin=replace(resource.origin, logical_id=address)) if address else resource
