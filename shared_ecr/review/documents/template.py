"""The sections of a CloudFormation template, each in the shape it should have; what has another is shown."""

from collections.abc import Iterator, Mapping

from shared_ecr.documents.json_text import Json
from shared_ecr.records import record
from shared_ecr.review.deployments import Doubt
from shared_ecr.review.documents.document import DataFile
from shared_ecr.review.documents.open_values import detail
from shared_ecr.review.texts import sorted_text

# What is expanded here; every other transform is a program that only a deployment runs.
LANGUAGE_EXTENSIONS = "AWS::LanguageExtensions"
# Macros of AWS that write resources of their own services, and change none of ECR:
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-reference.html
_OF_OTHER_SERVICES = frozenset({
    "AWS::CodeDeployBlueGreen", "AWS::SecretsManager-2020-07-23", "AWS::SecretsManager-2024-09-16",
    "AWS::Serverless-2016-10-31", "AWS::ServiceCatalog",
})  # fmt: skip
_INCLUDES = "Fn::Transform"
_INCLUDE = "AWS::Include"
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
_SECTIONS = frozenset({
    "AWSTemplateFormatVersion", "Conditions", "Description", "Hooks", "Mappings", "Metadata", "Outputs", "Parameters",
    "Resources", "Rules", "Transform",
})  # fmt: skip
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-product-attribute-reference.html
_ATTRIBUTES = frozenset({
    "Condition", "CreationPolicy", "DeletionPolicy", "DependsOn", "Metadata", "Properties", "Type", "UpdatePolicy",
    "UpdateReplacePolicy",
})  # fmt: skip
_OWN_SECTIONS = ("AWSTemplateFormatVersion", "Resources", "Transform")


@record
class CloudFormationTemplate:
    """One template as it is written, nothing evaluated yet."""

    document: DataFile
    parameters: Mapping[str, Json]
    mappings: Mapping[str, Json]
    conditions: Mapping[str, Json]
    resources: Mapping[str, Json]
    doubts: tuple[Doubt, ...]


def is_template(data: Json) -> bool:
    """Whether *data* means to be a template."""
    return isinstance(data, dict) and any(section in data for section in _OWN_SECTIONS)


def open_template(document: DataFile) -> CloudFormationTemplate:
    """Take the sections of *document* apart; one that is not a mapping is empty, and a doubt says so."""
    data = document.data if isinstance(document.data, dict) else {}
    doubts = list(document.doubts)
    sections = {}
    for name in ("Parameters", "Mappings", "Conditions", "Resources"):
        section = data.get(name, {})
        if not isinstance(section, dict):
            doubts.append(Doubt(document.file, f"{name} is {described(section)}, not a mapping; it is not judged"))
            section = {}
        sections[name] = section
        # In resources a function belongs to one of them, and in conditions an expression that is not known decides.
        for argument in (
            _includes(section, 2 if name in {"Mappings", "Parameters"} else 0) if name != "Resources" else ()
        ):
            what = f"{name}: {_INCLUDES} adds what is not judged: {detail(argument)}"
            doubts.append(Doubt(document.file, what, made_from=sorted_text(argument)))
    if _INCLUDES in data:
        what = f"{_INCLUDES} adds sections that are not judged: {detail(data[_INCLUDES])}"
        doubts.append(Doubt(document.file, what, made_from=sorted_text(data[_INCLUDES])))
    doubts += _transforms(document.file, data)
    return CloudFormationTemplate(
        document,
        sections["Parameters"],
        sections["Mappings"],
        sections["Conditions"],
        sections["Resources"],
        tuple(doubts),
    )


def _includes(section: Mapping[str, Json], deeper: int) -> Iterator[Json]:
    """Yield what each include in *section* is given, and in that many levels below."""
    for name, value in section.items():
        if name == _INCLUDES:
            yield value
        elif deeper and isinstance(value, dict):
            yield from _includes(value, deeper - 1)


def described(value: Json) -> str:
    """Say what *value* is, for `… is a list, not a mapping`."""
    match value:
        case None:
            return "empty"
        case bool() | str():
            return "a single value"
        case list():
            return "a list"
        case _:
            return "a mapping"


def _transforms(file: str, template: Mapping[str, Json]) -> Iterator[Doubt]:
    written = template.get("Transform")
    for each in written if isinstance(written, list) else [] if written is None else [written]:
        name = each.get("Name") if isinstance(each, dict) else each
        if name != LANGUAGE_EXTENSIONS:
            called = name if isinstance(name, str) else "a macro without a name"
            what = f"{called} changes the template when it is deployed; its result is not judged"
            source = sorted_text([written, _input_of_macros(template, called)])
            yield Doubt(file, what, made_from=source, is_bounded=called in _OF_OTHER_SERVICES)


def _input_of_macros(template: Mapping[str, Json], macro: str) -> Json:
    """Return what the macro may make resources of ECR from.

    A macro is given the whole template. What CloudFormation itself understands and has nothing to do with ECR is left
    out, since otherwise no template with a macro could change at all; what an include adds is in its own file.
    """
    kept: dict[str, Json] = {name: template.get(name) for name in ("Parameters", "Mappings", "Conditions")}
    if macro == _INCLUDE:
        return kept
    resources = template.get("Resources")
    bodies = resources.items() if isinstance(resources, dict) else ()
    own = {name: body for name, body in template.items() if name not in _SECTIONS}
    return {**kept, **own, "Resources": {name: body for name, body in bodies if not _is_ordinary(body)}}


def _is_ordinary(body: Json) -> bool:
    """Whether CloudFormation understands the resource as it is, and it is none of ECR."""
    kind = body.get("Type") if isinstance(body, dict) else None
    return (
        isinstance(body, dict)
        and isinstance(kind, str)
        and kind.startswith(("AWS::", "Custom::"))
        and not kind.startswith("AWS::ECR::")
        and not set(body) - _ATTRIBUTES
    )
