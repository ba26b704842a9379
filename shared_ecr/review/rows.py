"""The policies of a deployment as `shared-ecr access` asks about them: by themselves, and as rows of a matrix."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from shared_ecr.access.lint.findings import PolicyHolder
from shared_ecr.access.matrix import MatrixRow
from shared_ecr.access.names_to_come import names_to_come
from shared_ecr.access.policy_model import Policy
from shared_ecr.access.policy_pair import PolicyPair, Scope
from shared_ecr.access.policy_reader import read_policy
from shared_ecr.access.requests import TargetRepository
from shared_ecr.documents.json_text import Json
from shared_ecr.documents.policy_faults import InvalidPolicyError
from shared_ecr.model.settings.account_settings import CALLED_SETTING
from shared_ecr.model.settings.creation_templates import CREATION_TEMPLATE
from shared_ecr.model.settings.registry_policy import REGISTRY_POLICY
from shared_ecr.records import record, replace
from shared_ecr.review.deployments import Deployment, RegistryHome, Resource, is_known
from shared_ecr.review.documents import DeploymentTarget, open_deployment
from shared_ecr.review.policy_texts import new_repository, target_of
from shared_ecr.review.repositories import tags_of
from shared_ecr.review.sdk_calls.made_calls import deployments_of_calls
from shared_ecr.review.sensitive import without_sensitive
from shared_ecr.review.texts import written_out
from shared_ecr.review.upper_bounds import at_most
from shared_ecr.review.worlds import Exploration, Wording, explore
from shared_ecr.review.worlds.parts import WorldParts
from shared_ecr.text import visible

_SCOPE = "REGISTRY_POLICY_SCOPE"


@record
class StoredPolicy:
    """One policy of a deployment, and what it is stored on."""

    holder: PolicyHolder
    logical_id: str
    target: TargetRepository
    policy: Policy | None
    at_most: Policy | None = None
    """The most that it can allow, where a part of it is known only once deployed."""
    open_text: str = ""
    """It as it is written, where a part of it is open."""


@record
class DeploymentPolicies:
    """What a deployment holds: rows to ask about, every policy by itself, and what is not known before it."""

    rows: tuple[MatrixRow, ...]
    held: tuple[StoredPolicy, ...]
    notes: tuple[str, ...]


def collect(
    path: Path, place: DeploymentTarget, *, upper_bound: bool = False, previous: Path | None = None
) -> DeploymentPolicies:
    """Read the policies of everything that deploying *path* would deploy.

    Args:
        path: as `load_deployment` takes it.
        place: where it is deployed, as far as the documents do not say otherwise.
        upper_bound: whether what only a deployment knows counts, in the rows, as the most that it can be.
        previous: the documents that the rows are compared with.

    Raises:
        InvalidDocumentError: it is nothing that deploys.
        InvalidPolicyError: a policy in it is one that AWS refuses.
    """
    found = explore([open_deployment(path, place)], open_deployment(previous, place) if previous else None)
    wording = Wording([world.values for world in found.worlds])
    rows = WorldParts[MatrixRow]()
    policies = WorldParts[StoredPolicy]()
    doubts = WorldParts[str]()
    for number, world in enumerate(found.worlds):
        (written,) = world.deployments
        # What custom resources put by their calls counts as if the template put it.
        for deployment in deployments_of_calls(without_sensitive(written)):
            held = tuple(_found(deployment))
            made = _rows(held, dict(_scopes(deployment)))
            rows.add([number], (_at_most(row) for row in made) if upper_bound else made)
            policies.add([number], held)
            doubts.add([number], (visible(str(doubt)) for doubt in deployment.doubts))
    return DeploymentPolicies(
        tuple(replace(row, world=wording.condition(where)) for row, where in rows),
        tuple(policy for policy, _ in policies),
        (*(_in_world(wording.condition(where), doubt) for doubt, where in doubts), *_not_all_read(found)),
    )


def _not_all_read(found: Exploration) -> Iterator[str]:
    """Yield a note for each resource that depends on more open values than can be combined."""
    for unit in sorted(found.too_many):
        why = "it depends on more open values than are read together"
        yield visible(f"{unit.stack}: {unit.logical_id}: {why}; rows may be missing")


def _in_world(condition: str, doubt: str) -> str:
    return f"{condition}: {doubt}" if condition else doubt


def _found(deployment: Deployment) -> Iterator[StoredPolicy]:
    for stack in deployment.stacks:
        made = {resource.origin.logical_id: resource for resource in stack.resources}
        for resource in stack.resources:
            held = _held(resource, made)
            if held:
                yield held


def _held(resource: Resource, made: Mapping[str, Resource]) -> StoredPolicy | None:
    properties, home = resource.properties, resource.home
    match resource.type:
        case "AWS::ECR::Repository":
            holder, written = PolicyHolder.REPOSITORY, properties.get("RepositoryPolicyText")
            name = resource.text("RepositoryName") or resource.origin.logical_id
            target = target_of(home, name, _tags(properties.get("Tags")), has_all_tags=resource.has_all_tags)
        case REGISTRY_POLICY.type:
            holder, written, target = PolicyHolder.REGISTRY, properties.get("PolicyText"), target_of(home)
        case CREATION_TEMPLATE.type:
            holder, written = PolicyHolder.TEMPLATE, properties.get("RepositoryPolicy")
            target = target_of(home, new_repository(resource.text("Prefix")))
        case _:
            return None
    if resource.sensitive & {"RepositoryPolicyText", "RepositoryPolicy", "PolicyText"}:
        # A row prints principals, and one without them would say that no one has access; the deployment has a doubt.
        return None
    widest = at_most(written, made, has_resource=holder is PolicyHolder.REGISTRY)
    policy = _policy(written, resource)
    wide = policy if widest is written else _policy(widest, resource)
    open_text = "" if widest is written else written_out(written)
    return StoredPolicy(holder, resource.origin.logical_id, target, policy, wide, open_text)


def _policy(written: Json, resource: Resource) -> Policy | None:
    if written is None:
        return None
    try:
        return read_policy(written, f"{resource.origin.file}: {resource.origin.logical_id}")
    except InvalidPolicyError:
        # What a deployment completes may be a policy by then; the deployment has a doubt about it.
        if not is_known(written):
            return None
        raise


def _tags(data: Json) -> tuple[tuple[str, str], ...] | None:
    """Return the tags, or None where some of them are known only once deployed."""
    return tuple(tags_of(data)) if is_known(data) else None


def _scopes(deployment: Deployment) -> Iterator[tuple[RegistryHome, Scope]]:
    """Yield the scope of the registry policy where something deployed sets it."""
    for _, resource in deployment.resources(CALLED_SETTING.type):
        body = resource.text("Body")
        try:
            setting = json.loads(body) if body else None
        except (ValueError, RecursionError):
            continue
        if isinstance(setting, Mapping) and setting.get("name") == _SCOPE and setting.get("value") in ("V1", "V2"):
            yield _home(target_of(resource.home)), Scope(setting["value"])


def _rows(held: tuple[StoredPolicy, ...], scopes: Mapping[RegistryHome, Scope]) -> Iterator[MatrixRow]:
    """Join each repository with the registry policy of its account and Region."""
    registries = {_home(each.target): each for each in held if each.holder is PolicyHolder.REGISTRY}
    for each in held:
        if each.holder is not PolicyHolder.REGISTRY:
            home = _home(each.target)
            registry, scope = registries.get(home), scopes.get(home, Scope.V2)
            open_text = each.open_text + (registry.open_text if registry else "")
            widest = PolicyPair(each.at_most, registry.at_most if registry else None, scope) if open_text else None
            policies = PolicyPair(each.policy, registry.policy if registry else None, scope)
            yield MatrixRow(each.target, policies, at_most=widest, open_text=open_text)
    asked = {_home(each.target) for each in held if each.holder is not PolicyHolder.REGISTRY}
    for home, registry in registries.items():
        if home not in asked:
            # Without a repository it gives access to those to come.
            scope = scopes.get(home, Scope.V2)
            widest = PolicyPair(None, registry.at_most, scope) if registry.open_text else None
            policies = PolicyPair(None, registry.policy, scope)
            for name in names_to_come((registry.policy, registry.at_most)):
                target = replace(registry.target, name=name)
                yield MatrixRow(target, policies, at_most=widest, open_text=registry.open_text)


def _at_most(row: MatrixRow) -> MatrixRow:
    return replace(row, policies=row.at_most) if row.at_most else row


def _home(target: TargetRepository) -> RegistryHome:
    return RegistryHome(target.account, target.region)
