"""Which tags may move: exclusion filters are kept and returned, and all four modes hold for every push.

Plain MiniStack loses the filters, lets every tag move under them, and lets an immutable tag be pushed again with
the same digest, which ECR refuses (https://github.com/aws/containers-roadmap/issues/2380).
https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-tag-mutability.html
"""

from collections.abc import Callable
from typing import Any

from ministack.core.responses import error_response_json, json_response

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.local import hooks
from shared_ecr.local.hooks import OperationHandler, Reply
from shared_ecr.model.mutability import MAX_FILTERS, TagMutability
from shared_ecr.model.names import Tag

MODE = "imageTagMutability"
FILTERS = "imageTagMutabilityExclusionFilters"
_MODES = ("MUTABLE", "IMMUTABLE", "MUTABLE_WITH_EXCLUSION", "IMMUTABLE_WITH_EXCLUSION")

PutTagHandler = Callable[[str, str, dict[str, str], bytes], Reply]


def install() -> None:
    """Keep, return and enforce the rules of tags."""
    hooks.REPOSITORY_SHAPE.wrap(_with_filters)
    hooks.CREATE_REPOSITORY.wrap(_creating)
    hooks.PUT_IMAGE_TAG_MUTABILITY.wrap(_putting_mutability)
    hooks.PUT_IMAGE.wrap(_putting_images)
    hooks.PUT_MANIFEST.wrap(_putting_manifests)
    handlers = hooks.RESOURCE_HANDLERS.read()["AWS::ECR::Repository"]
    handlers["create"], handlers["update"] = _stack_creating(handlers["create"]), _stack_updating(handlers["update"])


def moving_refused(repository: dict[str, Any], tag: str) -> bool:
    """Whether *tag* names an image of *repository* already and may not name another."""
    held = any(tag in image.get("imageTags", []) for image in _images_of(repository["repositoryName"]))
    patterns = tuple(each["filter"] for each in repository.get(FILTERS, []))
    return held and not TagMutability.from_wire(repository[MODE], patterns).allows_moving(Tag(tag))


def rule_fault(mode: str, filters: list[dict[str, str]]) -> str | None:
    """Return what ECR refuses in a rule: another mode, filters with the wrong mode, too many, other types."""
    if mode not in _MODES:
        return f"Invalid parameter at '{MODE}': '{mode}' is not one of {', '.join(_MODES)}"
    if mode.endswith("_WITH_EXCLUSION") != bool(filters):
        return f"Invalid parameter at '{FILTERS}': filters need a _WITH_EXCLUSION mode"
    if len(filters) > MAX_FILTERS:
        return f"Invalid parameter at '{FILTERS}': at most {MAX_FILTERS} filters"
    if any(each.get("filterType") != "WILDCARD" for each in filters):
        return f"Invalid parameter at '{FILTERS}': the only filter type is WILDCARD"
    try:
        TagMutability.from_wire(mode, tuple(each.get("filter", "") for each in filters))
    except InvalidValueError as error:
        return f"Invalid parameter at '{FILTERS}': {error.what}"
    return None


def _with_filters(shape: Callable[[dict[str, Any]], dict[str, Any]]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda repo: shape(repo) | ({FILTERS: repo[FILTERS]} if repo.get(FILTERS) else {})


def _creating(create: OperationHandler) -> OperationHandler:
    def create_repository(data: dict[str, Any]) -> Reply:
        filters = data.get(FILTERS) or []
        if fault := rule_fault(data.get(MODE) or "MUTABLE", filters):
            return _invalid(fault)
        reply = create(data)
        if reply[0] != 200:  # noqa: PLR2004 — HTTP's OK
            return reply
        repository = hooks.REPOSITORIES.read()[data["repositoryName"]]
        repository[FILTERS] = filters
        created: Reply = json_response({"repository": hooks.REPOSITORY_SHAPE.read()(repository)})
        return created

    return create_repository


def _putting_mutability(put: OperationHandler) -> OperationHandler:
    def put_image_tag_mutability(data: dict[str, Any]) -> Reply:
        filters = data.get(FILTERS) or []
        if fault := rule_fault(data.get(MODE) or "", filters):
            return _invalid(fault)
        status, headers, body = put(data)
        if status != 200:  # noqa: PLR2004 — HTTP's OK
            return status, headers, body
        repository = hooks.REPOSITORIES.read()[data["repositoryName"]]
        repository[FILTERS] = filters
        shown = (MODE, FILTERS) if filters else (MODE,)
        answer: Reply = json_response({key: repository[key] for key in ("registryId", "repositoryName", *shown)})
        return answer

    return put_image_tag_mutability


def _putting_images(put: OperationHandler) -> OperationHandler:
    def put_image(data: dict[str, Any]) -> Reply:
        repository, tag = hooks.REPOSITORIES.read().get(data.get("repositoryName", "")), data.get("imageTag")
        if repository and tag and moving_refused(repository, tag):
            reply: Reply = error_response_json("ImageTagAlreadyExistsException", _immutable(repository, tag), 400)
            return reply
        return put(data)

    return put_image


def _putting_manifests(put: PutTagHandler) -> PutTagHandler:
    def put_manifest(name: str, ref: str, headers: dict[str, str], body: bytes) -> Reply:
        repository = hooks.REPOSITORIES.read().get(name)
        if repository and not ref.startswith("sha256:") and moving_refused(repository, ref):
            reply: Reply = hooks.REGISTRY_ERROR.read()(400, "TAG_INVALID", _immutable(repository, ref))
            return reply
        return put(name, ref, headers, body)

    return put_manifest


def _stack_creating(create: Callable[..., Any]) -> Callable[..., Any]:
    def ecr_repo_create(logical_id: str, props: dict[str, Any], stack_name: str) -> Any:
        mode, filters = _declared(props)
        if props.get("RepositoryName") in hooks.REPOSITORIES.read():
            # MiniStack would take the repository over; CloudFormation does not, and a retained repository that is
            # declared again is how people meet this.
            raise ValueError(f"The repository with name '{props['RepositoryName']}' already exists")
        physical_id, attributes = create(logical_id, props | {"ImageTagMutability": "MUTABLE"}, stack_name)
        hooks.REPOSITORIES.read()[physical_id].update({MODE: mode, FILTERS: filters})
        return physical_id, attributes

    return ecr_repo_create


def _stack_updating(update: Callable[..., Any]) -> Callable[..., Any]:
    def ecr_repo_update(
        physical_id: str, old_props: dict[str, Any], new_props: dict[str, Any], stack_name: str, logical_id: str | None
    ) -> Any:
        mode, filters = _declared(new_props)
        physical_id, attributes = update(physical_id, old_props, new_props, stack_name, logical_id)
        hooks.REPOSITORIES.read()[physical_id].update({MODE: mode, FILTERS: filters})
        return physical_id, attributes

    return ecr_repo_update


def _declared(props: dict[str, Any]) -> tuple[str, list[dict[str, str]]]:
    """Read the rule of a template's repository; a fault fails the resource, as CloudFormation does."""
    prefix = "ImageTagMutabilityExclusionFilter"
    mode = props.get("ImageTagMutability", "MUTABLE")
    filters = [
        {"filterType": each.get(f"{prefix}Type", ""), "filter": each.get(f"{prefix}Value", "")}
        for each in props.get(f"{prefix}s") or []
    ]
    if fault := rule_fault(mode, filters):
        raise ValueError(fault)
    return mode, filters


def _images_of(repository: str) -> list[dict[str, Any]]:
    images: list[dict[str, Any]] = hooks.IMAGES.read().get(repository, [])
    return images


def _immutable(repository: dict[str, Any], tag: str) -> str:
    name = repository["repositoryName"]
    return (
        f"The image tag '{tag}' already exists in the '{name}' repository and cannot be overwritten "
        "because the tag is immutable."
    )


def _invalid(fault: str) -> Reply:
    reply: Reply = error_response_json("InvalidParameterException", fault, 400)
    return reply
