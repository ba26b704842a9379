"""The private names of MiniStack at which the extensions are inserted.

They belong to a package that moves fast, so pyproject pins it exactly and a test asks whether each name is
still there and still takes the same arguments; anyone who moves the pin reads what changed around each.
"""

import importlib
import inspect
from collections.abc import Awaitable, Callable
from typing import Any

from shared_ecr.records import record

# A reply of MiniStack: status, headers, body.
Reply = tuple[int, dict[str, str], bytes]
# What answers every request of an API: method, path, headers, body, query.
ApiHandler = Callable[[str, str, dict[str, str], bytes, dict[str, Any]], Awaitable[Reply]]
# An action of the ECR API: the request's document to a reply.
OperationHandler = Callable[[dict[str, Any]], Reply]

_ECR = "ministack.services.ecr"
_CLOUDFORMATION = "ministack.services.cloudformation.provisioners"
_CHANGE_SETS = "ministack.services.cloudformation.changesets"


@record
class HookPoint:
    """One private name: a function with its parameters, or a store (without)."""

    module: str
    name: str
    parameters: tuple[str, ...] | None = None

    def read(self) -> Any:
        """Return what is there."""
        return getattr(importlib.import_module(self.module), self.name)

    def wrap(self, wrapper: Callable[[Any], Any]) -> None:
        """Put what *wrapper* makes of the present value in its place."""
        setattr(importlib.import_module(self.module), self.name, wrapper(self.read()))

    def fault(self) -> str | None:
        """Return what is not as the extensions expect, or None."""
        try:
            found = self.read()
        except (ImportError, AttributeError):
            return f"{self.module}.{self.name} no longer exists"
        if self.parameters is None:
            return None
        parameters = tuple(inspect.signature(found).parameters)
        return None if parameters == self.parameters else f"{self.module}.{self.name} takes {', '.join(parameters)}"


API_REQUEST = HookPoint(_ECR, "handle_request", ("method", "path", "headers", "body", "query_params"))
RESET = HookPoint(_ECR, "reset", ())
SERVICE_PATTERNS = HookPoint("ministack.core.router", "SERVICE_PATTERNS")
SIGNING_PROFILES = HookPoint("ministack.services.signer", "_profiles")
OIDC_PROVIDERS = HookPoint("ministack.services.iam", "_oidc_providers")
IAM_NOW = HookPoint("ministack.services.iam", "_now", ())
INSPECTOR_COVERAGE = HookPoint("ministack.services.inspector2", "_coverage")
SECRETS = HookPoint("ministack.services.secretsmanager", "_secrets")
REPOSITORIES = HookPoint(_ECR, "_repositories")
LIFECYCLE_POLICIES = HookPoint(_ECR, "_lifecycle_policies")
REPOSITORY_POLICIES = HookPoint(_ECR, "_repo_policies")
IMAGES = HookPoint(_ECR, "_images")
LAYER_BLOBS = HookPoint(_ECR, "_layer_blobs")
MANIFEST_BLOBS = HookPoint(_ECR, "_manifest_blobs")
CREATE_REPOSITORY = HookPoint(_ECR, "_create_repository", ("data",))
DELETE_REPOSITORY = HookPoint(_ECR, "_delete_repository", ("data",))
PUT_IMAGE_TAG_MUTABILITY = HookPoint(_ECR, "_put_image_tag_mutability", ("data",))
GET_AUTHORIZATION_TOKEN = HookPoint(_ECR, "_get_authorization_token", ("data",))
PUT_IMAGE = HookPoint(_ECR, "_put_image", ("data",))
DESCRIBE_IMAGES = HookPoint(_ECR, "_describe_images", ("data",))
BATCH_GET_IMAGE = HookPoint(_ECR, "_batch_get_image", ("data",))
FIND_IMAGE = HookPoint(_ECR, "_find_image", ("repo_name", "image_id"))
RESOLVE_MANIFEST = HookPoint(_ECR, "_resolve_manifest", ("name", "ref"))
BATCH_DELETE_IMAGE = HookPoint(_ECR, "_batch_delete_image", ("data",))
BATCH_CHECK_LAYER_AVAILABILITY = HookPoint(_ECR, "_batch_check_layer_availability", ("data",))
REPOSITORY_SHAPE = HookPoint(_ECR, "_repo_shape", ("repo",))
REGISTRY_ERROR = HookPoint(_ECR, "_registry_error", ("status", "code", "message", "detail"))
INITIATE_LAYER_UPLOAD = HookPoint(_ECR, "_initiate_layer_upload", ("data",))
START_BLOB_UPLOAD = HookPoint(_ECR, "_v2_start_blob_upload", ("name", "query_params", "body"))
PUT_MANIFEST = HookPoint(_ECR, "_v2_put_manifest", ("name", "ref", "headers", "body"))
REGISTRY_REQUEST = HookPoint(_ECR, "handle_registry_request", ("method", "path", "headers", "body", "query_params"))
IS_REGISTRY_PATH = HookPoint("ministack.app", "_is_ecr_registry_path", ("path",))
SES_REQUEST = HookPoint(
    "ministack.app",
    "_handle_ses_v2_request",
    ("method", "path", "headers", "body", "query_params", "request_id"),
)
RESOURCE_HANDLERS = HookPoint(_CLOUDFORMATION, "_RESOURCE_HANDLERS")
CREATE_STACK_REPOSITORY = HookPoint(_CLOUDFORMATION, "_ecr_repo_create", ("logical_id", "props", "stack_name"))
UPDATE_STACK_REPOSITORY = HookPoint(
    _CLOUDFORMATION, "_ecr_repo_update", ("physical_id", "old_props", "new_props", "stack_name", "logical_id")
)
REPLACING_PROPERTIES = HookPoint(_CLOUDFORMATION, "_REPLACING_PROPERTIES")
CUSTOM_NAMES = HookPoint(_CLOUDFORMATION, "_CUSTOM_NAME_REPLACEMENT")
STACK_TAGS = HookPoint(_CLOUDFORMATION, "_STACK_TAG_PROPERTY")
PHYSICAL_NAME = HookPoint(
    _CLOUDFORMATION, "_physical_name", ("stack_name", "logical_id", "lowercase", "max_len", "seeded")
)
SELECT_REGISTRY = HookPoint(_ECR, "_select_registry_request_scope", ("name", "headers", "query_params"))
PARSE_HEADER_SIGNATURE = HookPoint("ministack.core.sigv4", "parse_header_signature", ("headers",))
PARSE_QUERY_SIGNATURE = HookPoint("ministack.core.sigv4", "parse_query_signature", ("query_params",))
SIGNATURE_FAILURE = HookPoint(
    "ministack.core.sigv4",
    "header_signature_failure",
    ("signature", "secret", "method", "raw_path", "query_params", "headers", "body", "presigned", "explain"),
)
STS_REQUEST = HookPoint(
    "ministack.services.sts", "handle_request", ("method", "path", "headers", "body", "query_params")
)
IAM_ROLES = HookPoint("ministack.services.iam", "_roles")
STS_SESSIONS = HookPoint("ministack.services.sts", "_sessions")
IAM_ACCESS_KEYS = HookPoint("ministack.services.iam", "_access_keys")
DRIFT_READERS = HookPoint("ministack.services.cloudformation.drift", "_DRIFT_READERS")
DRIFT_STATUSES = HookPoint("ministack.services.cloudformation.drift", "DRIFT_DETECTABLE_STATUSES")
IMPORT_LOOKUPS = HookPoint(_CHANGE_SETS, "_IMPORT_LOOKUPS")
IMPORT_RESOURCES = HookPoint(_CHANGE_SETS, "_import_resources_async", ("cs", "stack", "new_stack"))
DEPLOY_STACK = HookPoint(
    _CHANGE_SETS,
    "_deploy_stack_async",
    (
        "stack_name", "stack_id", "template", "param_values", "disable_rollback", "tags", "is_update",
        "previous_stack", "retain_except_on_create", "imports",
    ),
)  # fmt: skip
WITH_STACK_TAGS = HookPoint(
    _CLOUDFORMATION,
    "_with_stack_tags",
    ("resource_type", "props", "stack_tags", "stack_name", "stack_id", "logical_id"),
)
CLOUDTRAIL_OPERATIONS = HookPoint("ministack.services.cloudtrail", "_DISPATCH")
EVENT_QUEUE = HookPoint("ministack.services.cloudtrail", "_get_event_queue", ())
TOPICS = HookPoint("ministack.services.sns", "_topics")
PUT_EVENTS = HookPoint("ministack.services.eventbridge", "_put_events", ("data", "allow_aws_source"))
STACKS = HookPoint("ministack.services.cloudformation", "_stacks")
ALL = tuple(value for value in list(globals().values()) if isinstance(value, HookPoint))


def faults() -> list[str]:
    """Return what MiniStack no longer has, or has otherwise; empty for the pinned version."""
    return [fault for point in ALL if (fault := point.fault())]
