"""CloudFormation's short forms in YAML: `!Ref Name` for `{Ref: Name}`, `!Sub …` for `{Fn::Sub: …}`.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

from shared_ecr.documents.json_text import Json, Number
from shared_ecr.review.documents.yaml_scalars import yaml_value
from shared_ecr.text.patterns import LazyPattern

_SHORT = LazyPattern(r"![A-Za-z][A-Za-z0-9:]*")
_WITHOUT_PREFIX = frozenset({"Ref", "Condition"})
_CORE = "tag:yaml.org,2002:"
_PLAIN = frozenset({"map", "seq"})


def is_short_form(tag: str) -> bool:
    """Whether *tag* calls a function."""
    return _SHORT.fullmatch(tag) is not None


def long_form(tag: str, value: Json) -> Json:
    """Return the call that the short form *tag* of *value* stands for."""
    name = tag.removeprefix("!")
    if name in _WITHOUT_PREFIX:
        return {name: value}
    if name == "GetAtt" and isinstance(value, str):
        resource, dot, attribute = value.partition(".")
        return {"Fn::GetAtt": [resource, attribute] if dot else value}
    return {f"Fn::{name}": value}


def tagged_scalar(tag: str, text: str) -> Json | None:
    """Read *text* under one of YAML's own tags such as `!!str`; None where the tag is another one or does not fit."""
    value = yaml_value(text)
    match tag.removeprefix(_CORE):
        case "str":
            return text
        case "int" | "float" if isinstance(value, Number):
            return value
        case "bool" if isinstance(value, bool):
            return value
        case _:
            return None


def is_plain_collection(tag: str) -> bool:
    """Whether *tag* says of a mapping or a list no more than that it is one."""
    return tag.startswith(_CORE) and tag.removeprefix(_CORE) in _PLAIN
