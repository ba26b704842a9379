"""Calls of ECR that other services of AWS make by themselves: schedules, state machines, documents of Systems Manager.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html,
https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html,
https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-executeawsapi.html,
https://docs.aws.amazon.com/imagebuilder/latest/userguide/manage-image-lifecycles.html
"""

import re
from collections.abc import Iterator

from shared_ecr.documents.json_text import Json
from shared_ecr.review.deployments import Resource
from shared_ecr.review.sdk_calls.operations import OPERATIONS, OperationKind
from shared_ecr.text.patterns import LazyPattern

_DOCUMENT, _CLEANER = "AWS::SSM::Document", "AWS::ImageBuilder::LifecyclePolicy"
CALLING_TYPES = ("AWS::Scheduler::Schedule", "AWS::StepFunctions::StateMachine", _DOCUMENT, _CLEANER)
"""The types that are looked at."""
_BY_ARN = LazyPattern(r":aws-sdk:(?P<service>ecr|ecrpublic):(?P<operation>[A-Za-z]+)", re.IGNORECASE)
# A document is an object, or a text of JSON or YAML.
_OF_ECR = LazyPattern(r"""["']?\bService["']?\s*:\s*["']?(?P<service>ecr(?:-public)?)\b""", re.IGNORECASE)
_API = LazyPattern(r"""["']?\bApi["']?\s*:\s*["']?(?P<operation>[A-Za-z_]+)""", re.IGNORECASE)
_KINDS = {
    service: {name.lower(): (name, kind) for name, kind in kinds.items()} for service, kinds in OPERATIONS.items()
}
_SPELLED = {"ecr": "ecr", "ecrpublic": "ecr-public", "ecr-public": "ecr-public"}


def service_calls(resource: Resource) -> frozenset[str]:
    """Return the operations of ECR that *resource* calls by itself and that are not harmless, as IAM names them."""
    if resource.type not in CALLING_TYPES:
        return frozenset()
    return frozenset(filter(None, (_named(service, name) for service, name in _calls(resource))))


def _calls(resource: Resource) -> Iterator[tuple[str, str]]:
    if resource.type == _CLEANER:
        # It deletes the images of a pipeline, and where it is so written those in ECR, too.
        if any(str(each).lower() != "false" for each in _containers(resource)):
            yield "ecr", "BatchDeleteImage"
        return
    for text in _texts(dict(resource.properties)):
        yield from ((each["service"], each["operation"]) for each in _BY_ARN.finditer(text))
    if resource.type == _DOCUMENT:
        content = "\n".join(_lines(resource.properties.get("Content")))
        for service in dict.fromkeys(each["service"].lower() for each in _OF_ECR.finditer(content)):
            yield from ((service, each["operation"].replace("_", "")) for each in _API.finditer(content))


def _named(service: str, operation: str) -> str:
    """Return the call as IAM would name it; nothing where it takes nothing away and gives no access."""
    called = _SPELLED[service.lower()]
    name, kind = _KINDS[called].get(operation.lower(), (operation, None))
    return "" if kind is OperationKind.HARMLESS else f"{called}:{name}"


def _containers(resource: Resource) -> Iterator[Json]:
    """Yield for each of its rules what is written for whether it deletes images in ECR."""
    details = resource.properties.get("PolicyDetails")
    for each in details if isinstance(details, list) else ():
        match each:
            case {"Action": {"IncludeResources": {"Containers": written}}}:
                yield written
            case _:
                continue


def _texts(value: Json) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list() | dict():
            for each in value.values() if isinstance(value, dict) else value:
                yield from _texts(each)
        case _:
            return


def _lines(value: Json, key: str = "") -> Iterator[str]:
    """Yield a line for each text of *value*, as YAML would have it."""
    match value:
        case dict():
            for name, each in value.items():
                yield from _lines(each, name)
        case list():
            for each in value:
                yield from _lines(each, key)
        case str():
            yield f"{key}: {value}" if key else value
        case _:
            return
