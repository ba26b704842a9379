"""What a part of a template refers to, by the names that `Ref`, `Fn::GetAtt`, `Fn::Sub` and their like give it."""

from collections.abc import Iterator

from shared_ecr.documents.json_text import Json
from shared_ecr.review.documents.conditions import CONDITION
from shared_ecr.text.patterns import LazyPattern

MAPPINGS = "mappings"
"""The name of all mappings together: which of them a call looks in can itself be computed."""
_PLACE = LazyPattern(r"\$\{(?!!)\s*([^{}]*?)\s*\}")
NESTED_STACK = "AWS::CloudFormation::Stack"
# How the name of an imported value begins, once it is open.
IMPORTED = "Fn::ImportValue "
DYNAMIC_REFERENCE = LazyPattern(r"\{\{(resolve:[^{}]*)\}\}")


def references(value: Json) -> Iterator[str]:  # noqa: PLR0912, C901 — one form for each function
    """Yield what *value* refers to: parameters, resources, conditions, `MAPPINGS`, dynamic references."""
    match value:
        case str():
            yield from DYNAMIC_REFERENCE.findall(value)
        case list():
            for each in value:
                yield from references(each)
        case {"Ref": str() as name}:
            yield name
        case {"Fn::GetAtt": str() as name}:
            yield name
        case {"Fn::GetAtt": [str() as resource, str() as attribute]}:
            yield f"{resource}.{attribute}"
        case dict():
            for name, argument in value.items():
                match name, argument:
                    case "Fn::Sub", str() as text:
                        yield from _PLACE.findall(text)
                    case "Fn::Sub", [str() as text, *_]:
                        yield from _PLACE.findall(text)
                    case "Fn::If", [str() as condition, *_]:
                        yield f"{CONDITION}{condition}"
                    case "Condition", str():
                        yield f"{CONDITION}{argument}"
                    case "Fn::FindInMap", _:
                        yield MAPPINGS
                    case _:
                        pass
                yield from references(argument)
        case _:
            return
