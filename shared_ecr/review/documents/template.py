"""The sections of a CloudFormation template, each in the shape it should have; what has another is shown."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from shared_ecr.documents.json_text import Json
from shared_ecr.review.deployments import Doubt
from shared_ecr.review.documents.document import DataFile
from shared_ecr.review.documents.open_values import detail

# What is expanded here; every other transform is a program that only a deployment runs.
LANGUAGE_EXTENSIONS = "AWS::LanguageExtensions"
# Macros of AWS that write resources of their own services, and change none of ECR:
# https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/transform-reference.html
_OF_OTHER_SERVICES = frozenset({
    "AWS::CodeDeployBlueGreen", "AWS::SecretsManager-2020-07-23", "AWS::SecretsManager-2024-09-16",
    "AWS::Serverless-2016-10-31", "AWS::ServiceCatalog",
})  # fmt: skip
_INCLUDES = "Fn::Transform"
_OWN_SECTIONS = ("AWSTemplateFormatVersion", "Resources", "Transform")


@dataclass(frozen=True, slots=True)
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
        if _INCLUDES in section and name != "Resources":
            doubts.append(
                Doubt(document.file, f"{name}: {_INCLUDES} adds what is not judged: {detail(section[_INCLUDES])}")
            )
    if _INCLUDES in data:
        what = f"{_INCLUDES} adds sections that are not judged: {detail(data[_INCLUDES])}"
        doubts.append(Doubt(document.file, what))
    doubts += _transforms(document.file, data.get("Transform"))
    return CloudFormationTemplate(
        document,
        sections["Parameters"],
        sections["Mappings"],
        sections["Conditions"],
        sections["Resources"],
        tuple(doubts),
    )


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


def _transforms(file: str, written: Json) -> Iterator[Doubt]:
    for each in written if isinstance(written, list) else [] if written is None else [written]:
        name = each.get("Name") if isinstance(each, dict) else each
        if name != LANGUAGE_EXTENSIONS:
            called = name if isinstance(name, str) else "a macro without a name"
            what = f"{called} changes the template when it is deployed; what it makes of it is not judged"
            yield Doubt(file, what, is_bounded=called in _OF_OTHER_SERVICES)
