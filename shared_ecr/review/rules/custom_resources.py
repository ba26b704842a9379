"""Custom resources: calls of the API that delete or remove something, and code that is not in the documents.

What a call puts is judged like the property of a template that puts the same (`shared_ecr.review.sdk_calls`).
"""

import re
from collections.abc import Iterator

from shared_ecr.documents.json_text import Json
from shared_ecr.model.settings.account_settings import CALLED_SETTING
from shared_ecr.review.auto_delete_images import AUTO_DELETE_IMAGES
from shared_ecr.review.deployments import OPEN_MARK, Deployment, Resource, Stack
from shared_ecr.review.findings import ReviewFinding, RuleFinding, error, warning
from shared_ecr.review.rules.scene import RuleContext
from shared_ecr.review.sdk_calls.calls import CallPhase, SdkCall, is_custom
from shared_ecr.review.sdk_calls.effects import MadeCall, is_policy_of_other, repositories_called, repository_name
from shared_ecr.review.sdk_calls.made_calls import calling_resources
from shared_ecr.review.sdk_calls.operations import OPERATIONS, OperationKind, kind_of
from shared_ecr.text.patterns import LazyPattern

# Rules of their own judge the first two. The others come with CDK, name repositories, and change nothing of them.
_KNOWN = frozenset({
    CALLED_SETTING.type, AUTO_DELETE_IMAGES, "Custom::CrossRegionExportReader", "Custom::CrossRegionExportWriter",
})  # fmt: skip
_CHANGING = {
    name for service in ("ecr", "ecr-public") for name, kind in OPERATIONS[service].items()
    if kind is not OperationKind.HARMLESS
}  # fmt: skip
_ACTION = LazyPattern(rf"\b(?:{'|'.join(sorted(_CHANGING, key=len, reverse=True))})(?:Command)?\b", re.IGNORECASE)
_REPOSITORY_ARN = LazyPattern(r":ecr(?:-public)?:[^:]*:[^:]*:repository/")
_IMAGE = LazyPattern(r"\.dkr[.-]ecr")
# Every other type is an extension, whose code is not in the documents either.
_OF_CLOUDFORMATION = ("AWS::", "Alexa::", "Custom::")
_WHEN = {
    CallPhase.CREATE: "when it is created", CallPhase.UPDATE: "when it is updated",
    CallPhase.DELETE: "when it is deleted",
}  # fmt: skip


def custom_resources(scene: RuleContext) -> Iterator[ReviewFinding]:
    """Judge custom resources that act on repositories, on their images or on their keys."""
    calling = calling_resources(scene.deployment)
    for each in calling.values():
        for phase, call in each.calls.items():
            made = MadeCall(each.stack, each.resource, call)
            for found in judged_call(made, _WHEN[phase], scene.deployment):
                yield found.about(subject_of(each.resource), each.resource)
    for stack in scene.deployment.stacks:
        for resource in stack.resources:
            if (stack.name, resource.type, resource.origin.logical_id) not in calling and names_ecr(stack, resource):
                yield warning(
                    "custom-resource-not-judged",
                    f"{resource.type} names a repository or an action of ECR; what its code does is not judged",
                    "Its code is not in the documents, and it can delete images or give access", "Review its code",
                ).about(subject_of(resource), resource)  # fmt: skip


def subject_of(resource: Resource) -> str:
    """Return what findings call a custom resource."""
    return f"custom resource {resource.origin.logical_id}"


def judged_call(made: MadeCall, when: str, deployment: Deployment) -> Iterator[RuleFinding]:
    """Judge one call by what it does; *when* ends the sentence."""
    call = made.call
    kind = kind_of(call.service, call.operation)
    target = _target(call)
    if call.service in OPERATIONS and kind is OperationKind.DELETES:
        yield error(
            "call-deletes", f"it calls {call.name}{target} {when}",
            "The call deletes or disables without asking",
            "Remove the call; delete images by lifecycle rules, and keys by hand",
        )  # fmt: skip
    elif call.service in OPERATIONS and kind is OperationKind.REMOVES:
        yield warning(
            "call-removes", f"it calls {call.name}{target} {when}",
            "It removes or replaces a setting that protects, serves or signs images", "Check that it is intended",
        )  # fmt: skip
    elif kind is OperationKind.MOVES:
        yield warning(
            "call-moves-images", f"it calls {call.name}{target} {when}",
            "It pushes an image, moves a tag or archives an image during the deployment", "Check that it is intended",
        )  # fmt: skip
    elif reason := not_judged_because(made, deployment):
        yield warning(
            "custom-resource-not-judged", f"it makes {reason} {when}; what that does is not judged",
            "It can delete images or give access", "Write the call into the template, or review it by hand",
        )  # fmt: skip


def not_judged_because(made: MadeCall, deployment: Deployment) -> str:
    """Return what of the call cannot be judged; nothing where it is judged, or harmless."""
    call = made.call
    if not call.is_readable:
        return call.name
    if call.service not in OPERATIONS:
        return ""
    kind = kind_of(call.service, call.operation)
    if kind is None:
        return f"the call {call.name}, which this review does not know,"
    if kind is not OperationKind.PUTS or is_policy_of_other(deployment, made):
        return ""
    if repository_name(call) is not None and not repositories_called(deployment, made):
        is_new = call.operation == "CreateRepository"
        return "" if is_new else f"the call {call.name}{_target(call)}, which is not in these documents,"
    return ""


def names_ecr(stack: Stack, resource: Resource) -> bool:
    """Whether code acts for *resource*, and its properties name a repository, an image or an action of ECR."""
    return names_repository(stack, resource) or any(map(_IMAGE.search, _given(resource)))


def names_repository(stack: Stack, resource: Resource) -> bool:
    """Whether code acts for *resource*, and its properties name a repository, or an action that changes one."""
    given = list(_given(resource))
    if not given:
        return False
    repositories = [each for each in stack.resources if each.type in _REPOSITORY_TYPES]
    references = [f"{OPEN_MARK}{each.origin.logical_id}{end}" for each in repositories for end in "}."]
    named = [_named(name) for each in repositories if (name := each.text("RepositoryName"))]
    return any(
        _ACTION.search(text) or _REPOSITORY_ARN.search(text)
        or any(each in text for each in references) or any(each.search(text) for each in named)
        for text in given
    )  # fmt: skip


def _named(name: str) -> re.Pattern[str]:
    """Return what finds *name* in a text: as a whole, or as a value within one, such as `{"repository": "app"}`.

    A name that is also a word has to be marked as a value, for sentences have words. After the slash of an image
    reference it is not a value of its own.
    """
    if name.isalpha():
        return re.compile(rf"""(?:^|["'=,;:|\[({{])\s*{name}\s*(?:$|["'=,;:|\])}}])""")
    return re.compile(rf"(?<![\w./-]){re.escape(name)}(?![\w./-])")


def _given(resource: Resource) -> Iterator[str]:
    """Yield the texts that the code of *resource* is given; none where no code of others acts for it."""
    is_of_others = is_custom(resource) or not resource.type.startswith(_OF_CLOUDFORMATION)
    if is_of_others and resource.type not in _KNOWN and not resource.type.endswith("::MODULE"):
        for name, value in resource.properties.items():
            if name != "ServiceToken":
                yield from _texts(value)


_REPOSITORY_TYPES = frozenset({"AWS::ECR::Repository", "AWS::ECR::PublicRepository"})


def _target(call: SdkCall) -> str:
    name = repository_name(call) or call.text("keyId") or call.text("ecrRepositoryPrefix") or call.text("prefix")
    return f" of {name}" if name else ""


def _texts(value: Json) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for each in value:
                yield from _texts(each)
        case dict():
            for each in value.values():
                yield from _texts(each)
        case _:
            return
