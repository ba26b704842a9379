"""Repository creation templates: the settings of repositories that a push, a replica or a cached pull creates.

Here a push (`create_on_push`) and replication (`replicas`) apply them; caches never pull.
https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-creation-templates.html
"""

from collections.abc import Mapping
from datetime import UTC, datetime

from ministack.core.responses import get_account_id

from shared_ecr.local.cloudformation.named import FILTER, filters, known_by
from shared_ecr.local.cloudformation.types import Made, Properties, ResourceType, like, request_of
from shared_ecr.local.ecr.answers import Operation, RequestBody, ServiceError, new_store, page
from shared_ecr.local.ecr.emulated_setting import EmulatedSetting
from shared_ecr.local.ecr.lifecycle_texts import require_lifecycle_policy
from shared_ecr.local.ecr.operations import ECR, declare
from shared_ecr.local.ecr.policies import require_repository_policy
from shared_ecr.local.ecr.repositories import require_encryption, require_tags
from shared_ecr.local.tag_rules import FILTERS, MODE, rule_fault
from shared_ecr.text.spelling import pascal_keys

ROOT = "ROOT"
CREATE_ON_PUSH, REPLICATION = "CREATE_ON_PUSH", "REPLICATION"
_DEFAULTS: RequestBody = {"encryptionConfiguration": {"encryptionType": "AES256"}, MODE: "MUTABLE"}
# What an update changes; the others of a template are its prefix and its times.
_CHANGEABLE = (
    "description", "encryptionConfiguration", "resourceTags", MODE, FILTERS, "repositoryPolicy", "lifecyclePolicy",
    "appliedFor", "customRoleArn",
)  # fmt: skip

_templates = new_store()


def create(request: RequestBody) -> RequestBody:
    """Store a new template; refuse a second for the prefix."""
    prefix = _prefix(request)
    if prefix in _templates:
        message = f"A repository creation template with the prefix '{prefix}' exists already"
        raise ServiceError("TemplateAlreadyExistsException", message)
    now = datetime.now(UTC).timestamp()
    template = {"prefix": prefix, **_DEFAULTS, **_members(request), "createdAt": now, "updatedAt": now}
    _require(template)
    _templates[prefix] = template
    return _rendered(template)


def update(request: RequestBody) -> RequestBody:
    """Change what *request* names and leave the rest as it is."""
    old = _template(_prefix(request))
    changed = old | _members(request)
    if MODE in request and FILTERS not in request:
        changed.pop(FILTERS, None)
    changed["updatedAt"] = datetime.now(UTC).timestamp()
    _require(changed)
    _templates[old["prefix"]] = changed
    return _rendered(changed)


def describe(request: RequestBody) -> RequestBody:
    """Return those of the templates asked for that exist, or all."""
    wanted = [prefix.removesuffix("/") for prefix in request.get("prefixes") or sorted(_templates)]
    found = [dict(_templates[prefix]) for prefix in wanted if prefix in _templates]
    return {"registryId": get_account_id()} | page("repositoryCreationTemplates", found, request, 100)


def delete(request: RequestBody) -> RequestBody:
    """Forget a template and return it."""
    template = _template(_prefix(request))
    del _templates[template["prefix"]]
    return _rendered(template)


def restore(template: RequestBody) -> RequestBody:
    """Put back *template* as it is, with its times."""
    _templates[template["prefix"]] = template
    return _rendered(template)


def matching(name: str, reason: str) -> RequestBody | None:
    """Return the template for a repository *name* that is created for *reason*: the longest prefix wins."""
    fitting = [
        template
        for prefix, template in _templates.items()
        if reason in template["appliedFor"] and (prefix == ROOT or name.startswith(f"{prefix}/"))
    ]
    return max(fitting, key=lambda template: 0 if template["prefix"] == ROOT else len(template["prefix"]), default=None)


def lacks_role(template: RequestBody) -> bool:
    """Whether ECR would fail to apply *template*: tags and keys of KMS take a role to create with."""
    needs_one = bool(template.get("resourceTags")) or template["encryptionConfiguration"]["encryptionType"] != "AES256"
    return needs_one and not template.get("customRoleArn")


def _prefix(request: RequestBody) -> str:
    prefix: str = request["prefix"].removesuffix("/")
    return prefix


def _members(request: RequestBody) -> RequestBody:
    return {key: request[key] for key in _CHANGEABLE if request.get(key) is not None}


def _template(prefix: str) -> RequestBody:
    if prefix not in _templates:
        message = f"The repository creation template with the prefix '{prefix}' does not exist"
        raise ServiceError("TemplateNotFoundException", message)
    template: RequestBody = _templates[prefix]
    return template


def _require(template: RequestBody) -> None:
    """Refuse a template whose repositories ECR would refuse."""
    if not template["appliedFor"]:
        raise ServiceError.validation("A repository creation template is applied for at least one reason")
    if fault := rule_fault(template[MODE], template.get(FILTERS, [])):
        raise ServiceError.validation(fault)
    require_encryption(template["encryptionConfiguration"])
    require_tags(template.get("resourceTags", []))
    if template.get("repositoryPolicy"):
        require_repository_policy(template["repositoryPolicy"])
    if template.get("lifecyclePolicy"):
        require_lifecycle_policy(template["lifecyclePolicy"])


def _rendered(template: RequestBody) -> RequestBody:
    return {"registryId": get_account_id(), "repositoryCreationTemplate": dict(template)}


OPERATIONS: Mapping[str, Operation] = {
    "CreateRepositoryCreationTemplate": create,
    "UpdateRepositoryCreationTemplate": update,
    "DescribeRepositoryCreationTemplates": describe,
    "DeleteRepositoryCreationTemplate": delete,
}


def _request(props: Properties) -> RequestBody:
    request = request_of(props, but=("ResourceTags", f"{FILTER}s"))
    if f"{FILTER}s" in props:
        request["imageTagMutabilityExclusionFilters"] = filters(props[f"{FILTER}s"])
    return request | ({"resourceTags": props["ResourceTags"]} if "ResourceTags" in props else {})


def _create(props: Properties, _: str) -> Made:
    return _made(declare(ECR, "CreateRepositoryCreationTemplate", _request(props)))


def _update(physical_id: str, props: Properties) -> Made:
    """Set the template to the properties; a property that is no longer there gets its default."""
    request = _request(props)
    before = delete({"prefix": physical_id})["repositoryCreationTemplate"]
    try:
        made = declare(ECR, "CreateRepositoryCreationTemplate", request)
    except ServiceError:
        restore(before)
        raise
    return _made(restore(made["repositoryCreationTemplate"] | {"createdAt": before["createdAt"]}))


def _made(answer: RequestBody) -> Made:
    template = answer["repositoryCreationTemplate"]
    return template["prefix"], {key: str(template[key[0].lower() + key[1:]]) for key in ("CreatedAt", "UpdatedAt")}


def _drift(prefix: str, props: Properties) -> Properties | None:
    """Return the template as a template of CloudFormation has it; policies as text or as an object, as there."""
    if prefix not in _templates:
        return None
    held: Properties = _templates[prefix]
    apart = {"resourceTags", FILTERS, "repositoryPolicy"}
    return {
        **pascal_keys({key: value for key, value in held.items() if key not in apart}),
        f"{FILTER}s": [
            {f"{FILTER}Type": each["filterType"], f"{FILTER}Value": each["filter"]} for each in held.get(FILTERS, [])
        ],
        "RepositoryPolicy": like(props.get("RepositoryPolicy"), held.get("repositoryPolicy")),
        "ResourceTags": held.get("resourceTags", []),
    }


SETTING = EmulatedSetting(
    OPERATIONS,
    ResourceType(
        "AWS::ECR::RepositoryCreationTemplate",
        (
            "Prefix", "AppliedFor", "CustomRoleArn", "Description", "EncryptionConfiguration", "ImageTagMutability",
            f"{FILTER}s", "LifecyclePolicy", "RepositoryPolicy", "ResourceTags",
        ),
        _create,
        _update,
        lambda prefix: delete({"prefix": prefix}),
        create_only=("Prefix",),
        exists=known_by(describe, "prefixes"),
        imported_by="Prefix",
        named_by="Prefix",
        drift=_drift,
    ),
)  # fmt: skip
