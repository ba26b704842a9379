"""What types with several named resources in a registry have in common; and public repositories."""

import json
from collections.abc import Callable

from shared_ecr.local.cloudformation.types import Made, Properties, ResourceType, like, request_of
from shared_ecr.local.ecr import public_repositories
from shared_ecr.local.ecr.answers import RequestBody, ServiceError
from shared_ecr.local.ecr.operations import ECR_PUBLIC, declare
from shared_ecr.local.ecr.repositories import require_tags, without_the_services_own
from shared_ecr.text.spelling import pascal_keys

# The schema of the type admits less than the API: 10,240 characters for each of the two long texts.
_LONGEST_CATALOG_TEXT = 10_240
FILTER = "ImageTagMutabilityExclusionFilter"


def filters(declared: list[dict[str, str]]) -> list[RequestBody]:
    """Render the exclusion filters of a template as the API has them."""
    return [{"filterType": each.get(f"{FILTER}Type"), "filter": each.get(f"{FILTER}Value")} for each in declared]


def _create_public(props: Properties, name: str) -> Made:
    named = props.get("RepositoryName") or name
    tags = props.get("Tags", [])
    request = {"repositoryName": named, "catalogData": _catalog(props), "tags": without_the_services_own(tags)}
    repository = declare(ECR_PUBLIC, "CreateRepository", request)["repository"]
    public_repositories.replace_tags(named, tags)
    try:
        _set_public_policy(named, props.get("RepositoryPolicyText"))
    except ServiceError:
        public_repositories.delete({"repositoryName": named})
        raise
    return named, {"Arn": repository["repositoryArn"]}


def _update_public(physical_id: str, props: Properties) -> Made:
    named = {"repositoryName": physical_id}
    declare(ECR_PUBLIC, "PutRepositoryCatalogData", named | {"catalogData": _catalog(props)})
    _set_public_policy(physical_id, props.get("RepositoryPolicyText"))
    arn = public_repositories.describe({"repositoryNames": [physical_id]})["repositories"][0]["repositoryArn"]
    require_tags(without_the_services_own(props.get("Tags", [])))
    public_repositories.replace_tags(physical_id, props.get("Tags", []))
    return physical_id, {"Arn": arn}


def _catalog(props: Properties) -> RequestBody:
    declared = dict(props.get("RepositoryCatalogData") or {})
    for key in ("AboutText", "UsageText"):
        if len(declared.get(key, "")) > _LONGEST_CATALOG_TEXT:
            raise ServiceError.validation(f"{key} has more than {_LONGEST_CATALOG_TEXT} characters")
    catalog = request_of(declared, but=("RepositoryDescription",))
    described = declared.get("RepositoryDescription")
    return catalog | ({"description": described} if described is not None else {})


def _set_public_policy(name: str, policy: object) -> None:
    """Store the policy of a template, which may be an object or text; without one there is none."""
    named = {"repositoryName": name}
    if policy:
        text = policy if isinstance(policy, str) else json.dumps(policy)
        declare(ECR_PUBLIC, "SetRepositoryPolicy", named | {"policyText": text})
    else:
        public_repositories.forget_policy(name)


def _drift_of_public(name: str, props: Properties) -> Properties | None:
    named = {"repositoryName": name}
    try:
        held: Properties = pascal_keys(public_repositories.get_catalog(named)["catalogData"])
    except ServiceError:
        return None
    if "Description" in held:
        held["RepositoryDescription"] = held.pop("Description")
    try:
        policy = public_repositories.get_policy(named)["policyText"]
    except ServiceError:
        policy = None
    return {
        "RepositoryName": name,
        "RepositoryCatalogData": held,
        "RepositoryPolicyText": like(props.get("RepositoryPolicyText"), policy),
        "Tags": public_repositories.tags_of(name),
    }


def known_by(describe: Callable[[RequestBody], RequestBody], key: str) -> Callable[[str], bool]:
    """Return whether *describe*, asked by *key* for one name, knows it."""

    def exists(name: str) -> bool:
        try:
            describe({key: [name]})
        except ServiceError:
            return False
        return True

    return exists


PUBLIC_REPOSITORY = ResourceType(
    "AWS::ECR::PublicRepository",
    ("RepositoryName", "RepositoryCatalogData", "RepositoryPolicyText", "Tags"),
    _create_public,
    _update_public,
    lambda name: public_repositories.delete({"repositoryName": name}),
    create_only=("RepositoryName",),
    exists=known_by(public_repositories.describe, "repositoryNames"),
    imported_by="RepositoryName",
    named_by="RepositoryName",
    drift=_drift_of_public,
)
