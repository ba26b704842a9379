"""Requests are checked against AWS's own description: required members, and the allowed texts, numbers and lists.

The description is botocore's model of the service. AWS answers these faults before it looks at anything else, and
MiniStack never does. Members that the model does not know are ignored, as the service ignores them; a template's
are refused, since CloudFormation's schemas admit no others.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from shared_ecr.local.ecr.answers import RequestBody, ServiceError


def require(service: str, operation: str, request: RequestBody, *, declared: bool = False) -> None:
    """Refuse the first fault of *request*; with *declared* it comes from a template.

    Raises:
        ServiceError: a member is missing, of another type, out of bounds, or breaks its pattern.
    """
    for member, constraint in faults(service, operation, request, declared=declared):
        raise ServiceError.invalid(member, constraint)


def is_operation(service: str, operation: str) -> bool:
    """Whether AWS has it, served here or not."""
    return operation in _model(service).operation_names


def faults(service: str, operation: str, request: RequestBody, *, declared: bool) -> Iterator[tuple[str, str]]:
    """Show the members of *request* that break their constraint, and which."""
    shape = _model(service).operation_model(operation).input_shape
    if shape is not None:
        yield from _faults(shape, request, "", declared=declared)


@cache
def _model(service: str) -> Any:
    # The first request to ECR waits for it, not the start of the embedded AWS.
    import botocore.session  # noqa: PLC0415 — see above

    from shared_ecr.client.aws.service_models import add_newer_operations  # noqa: PLC0415 — see above

    session = botocore.session.Session()
    add_newer_operations(session)
    return session.get_service_model(service)


def _faults(shape: Any, value: Any, path: str, *, declared: bool) -> Iterator[tuple[str, str]]:
    match shape.type_name:
        case "structure":
            yield from _of_structure(shape, value, path, declared=declared)
        case "list":
            yield from _of_list(shape, value, path, declared=declared)
        case "string":
            yield from _of_text(shape, value, path)
        case "integer" | "long":
            yield from _of_number(shape, value, path)
        case "boolean" if not isinstance(value, bool) and not (declared and value in {"true", "false"}):
            yield path, "must be true or false"
        case _:
            return


def _of_structure(shape: Any, value: Any, path: str, *, declared: bool) -> Iterator[tuple[str, str]]:
    if not isinstance(value, dict):
        yield path, "must be an object"
        return
    for name in shape.required_members:
        if value.get(name) is None:
            yield _join(path, name), "Member must not be null"
    for name, member in value.items():
        if name in shape.members and member is not None:
            yield from _faults(shape.members[name], member, _join(path, name), declared=declared)
        elif declared:
            yield _join(path, name), f"extraneous key [{name}] is not permitted"


def _of_list(shape: Any, value: Any, path: str, *, declared: bool) -> Iterator[tuple[str, str]]:
    if not isinstance(value, list):
        yield path, "must be a list"
        return
    yield from _of_length(shape, value, path)
    for index, item in enumerate(value):
        yield from _faults(shape.member, item, f"{path}[{index}]", declared=declared)


def _of_text(shape: Any, value: Any, path: str) -> Iterator[tuple[str, str]]:
    if not isinstance(value, str):
        yield path, "must be a string"
        return
    yield from _of_length(shape, value, path)
    enum, pattern = shape.metadata.get("enum"), shape.metadata.get("pattern")
    if enum and value not in enum:
        yield path, f"Member must satisfy enum value set: [{', '.join(enum)}]"
    if pattern and not re.fullmatch(pattern, value):
        yield path, f"must satisfy regular expression '{pattern}'"


def _of_length(shape: Any, value: "str | list[Any]", path: str) -> Iterator[tuple[str, str]]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and len(value) < least:
        yield path, f"must have length greater than or equal to {least}"
    if most is not None and len(value) > most:
        yield path, f"must have length less than or equal to {most}"


def _of_number(shape: Any, value: Any, path: str) -> Iterator[tuple[str, str]]:
    if not isinstance(value, int) or isinstance(value, bool):
        yield path, "must be a whole number"
        return
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and value < least:
        yield path, f"must have value greater than or equal to {least}"
    if most is not None and value > most:
        yield path, f"must have value less than or equal to {most}"


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
