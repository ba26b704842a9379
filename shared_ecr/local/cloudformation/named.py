"""The four types that a registry has many resources of, each by its name."""

import json
from collections.abc import Callable

from shared_ecr.local.cloudformation.types import Made, Properties, ResourceType, request_of
from shared_ecr.local.ecr import caches, exclusions, public_repositories, templates
from shared_ecr.local.ecr.answers import RequestBody, ServiceError
from shared_ecr.local.ecr.operations import ECR, ECR_PUBLIC, declare
from shared_ecr.local.ecr.repositories import require_tags, without_the_services_own

# The schema of the type admits less than the API: 10,240 characters for each of the two long texts.
_LONGEST_CATALOG_TEXT = 10_240
_FILTER = "ImageTagMutabilityExclusionFilter"


def filters(declared: list[dict[str, str]]) -> list[RequestBody]:
    """Render the exclusion filters of a template as the API has them."""
    return [{"filterType": each.get(f"{_FILTER}Type"), "filter": each.get(f"{_FILTER}Value")} for each in declared]


def _create_cache_rule(props: Properties, _: str) -> Made:
    rule = declare(ECR, "CreatePullThroughCacheRule", request_of(props))
    return rule["ecrRepositoryPrefix"], {}


def _create_exclusion(props: Properties, _: str) -> Made:
    return declare(ECR, "RegisterPullTimeUpdateExclusion", request_of(props))["principalArn"], {}


def _template_request(props: Properties) -> RequestBody:
    request = request_of(props, but=("ResourceTags", f"{_FILTER}s"))
    if f"{_FILTER}s" in props:
        request["imageTagMutabilityExclusionFilters"] = filters(props[f"{_FILTER}s"])
    return request | ({"resourceTags": props["ResourceTags"]} if "ResourceTags" in props else {})


def _create_template(props: Properties, _: str) -> Made:
    return _made_template(declare(ECR, "CreateRepositoryCreationTemplate", _template_request(props)))


def _update_template(physical_id: str, props: Properties) -> Made:
    """Make the template what the properties say: one that is no longer there is back at its default."""
    request = _template_request(props)
    before = templates.delete({"prefix": physical_id})["repositoryCreationTemplate"]
    try:
        made = declare(ECR, "CreateRepositoryCreationTemplate", request)
    except ServiceError:
        templates.restore(before)
        raise
    return _made_template(templates.restore(made["repositoryCreationTemplate"] | {"createdAt": before["createdAt"]}))


def _made_template(answer: RequestBody) -> Made:
    template = answer["repositoryCreationTemplate"]
    return template["prefix"], {key: str(template[key[0].lower() + key[1:]]) for key in ("CreatedAt", "UpdatedAt")}


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


def _found(describe: Callable[[RequestBody], RequestBody], key: str) -> Callable[[str], bool]:
    """Return whether *describe*, asked by *key* for one name, knows it."""

    def exists(name: str) -> bool:
        try:
            describe({key: [name]})
        except ServiceError:
            return False
        return True

    return exists


def _is_excluded(arn: str) -> bool:
    return arn in exclusions.list_all({})["pullTimeUpdateExclusions"]


CACHE_RULE = ResourceType(
    "AWS::ECR::PullThroughCacheRule",
    (
        "EcrRepositoryPrefix", "UpstreamRegistry", "UpstreamRegistryUrl", "UpstreamRepositoryPrefix", "CredentialArn",
        "CustomRoleArn",
    ),
    _create_cache_rule,
    None,
    lambda prefix: caches.delete({"ecrRepositoryPrefix": prefix}),
    create_only=(
        "EcrRepositoryPrefix", "UpstreamRegistry", "UpstreamRegistryUrl", "UpstreamRepositoryPrefix", "CredentialArn",
        "CustomRoleArn",
    ),
    exists=_found(caches.describe, "ecrRepositoryPrefixes"),
    imported_by="EcrRepositoryPrefix",
    named_by="EcrRepositoryPrefix",
)  # fmt: skip
EXCLUSION = ResourceType(
    "AWS::ECR::PullTimeUpdateExclusion",
    ("PrincipalArn",),
    _create_exclusion,
    None,
    lambda arn: exclusions.deregister({"principalArn": arn}),
    create_only=("PrincipalArn",),
    exists=_is_excluded,
    imported_by="PrincipalArn",
    named_by="PrincipalArn",
)
TEMPLATE = ResourceType(
    "AWS::ECR::RepositoryCreationTemplate",
    (
        "Prefix", "AppliedFor", "CustomRoleArn", "Description", "EncryptionConfiguration", "ImageTagMutability",
        f"{_FILTER}s", "LifecyclePolicy", "RepositoryPolicy", "ResourceTags",
    ),
    _create_template,
    _update_template,
    lambda prefix: templates.delete({"prefix": prefix}),
    create_only=("Prefix",),
    exists=_found(templates.describe, "prefixes"),
    imported_by="Prefix",
    named_by="Prefix",
)  # fmt: skip
PUBLIC_REPOSITORY = ResourceType(
    "AWS::ECR::PublicRepository",
    ("RepositoryName", "RepositoryCatalogData", "RepositoryPolicyText", "Tags"),
    _create_public,
    _update_public,
    lambda name: public_repositories.delete({"repositoryName": name}),
    create_only=("RepositoryName",),
    exists=_found(public_repositories.describe, "repositoryNames"),
    imported_by="RepositoryName",
    named_by="RepositoryName",
)
TYPES = (CACHE_RULE, EXCLUSION, TEMPLATE, PUBLIC_REPOSITORY)


def is_never_updated(kind: str) -> bool:
    """Whether every change of a resource of that type replaces it, so that an import has nothing to update."""
    return any(each.name == kind and each.update is None for each in TYPES)
