"""How a scalar without quotes is read: the YAML 1.2 core schema, and the tags that name its types.

Source: https://yaml.org/spec/1.2.2/#103-core-schema. YAML 1.1's `yes`, `0777` as an octal number, `12:30:45`
and `1_000` are texts here, or the decimal number that is written.
"""

from enum import StrEnum

from shared_ecr.documents.yaml.faults import SyntaxFault
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

Value = str | int | float | bool | None

# Python refuses to print integers of more than 4,300 digits, so a longer run of digits would fail in the
# message about it. No number of a declaration is nearly as long.
LONGEST_NUMBER = 1000

_CONSTANTS: dict[str, bool | float | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
    **dict.fromkeys((".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"), float("inf")),
    **dict.fromkeys(("-.inf", "-.Inf", "-.INF"), float("-inf")),
    **dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")),
}
# int() takes the prefixes 0o and 0x where the base is given.
_INTEGERS = (
    (LazyPattern(r"[-+]?[0-9]+"), 10),
    (LazyPattern(r"0o[0-7]+"), 8),
    (LazyPattern(r"0x[0-9a-fA-F]+"), 16),
)
_FLOAT = LazyPattern(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
# Most scalars are names; a look at the first character spares them the expressions above.
_FIRST_OF_OTHERS = frozenset(["", *"-+.0123456789~nNtTfF"])


class CoreTag(StrEnum):
    """A tag that plain YAML knows; every other one asks the reader to build something."""

    TEXT = "tag:yaml.org,2002:str"
    INTEGER = "tag:yaml.org,2002:int"
    FLOAT = "tag:yaml.org,2002:float"
    BOOLEAN = "tag:yaml.org,2002:bool"
    NULL = "tag:yaml.org,2002:null"
    MAPPING = "tag:yaml.org,2002:map"
    SEQUENCE = "tag:yaml.org,2002:seq"


def plain_value(text: str) -> Value:
    """Read *text*, which is without quotes; a number of over 1,000 characters is a text."""
    if text[:1] not in _FIRST_OF_OTHERS:
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if len(text) > LONGEST_NUMBER:
        return text
    for grammar, base in _INTEGERS:
        if grammar.fullmatch(text):
            return int(text, base)
    return float(text) if _FLOAT.fullmatch(text) else text


def tagged_value(tag: CoreTag, text: str) -> Value:
    """Read *text* as the type that *tag* names.

    Raises:
        ValueError: The text cannot be read so, or the tag names a list or a mapping.
    """
    value = plain_value(text)
    match tag:
        case CoreTag.TEXT:
            return text
        case CoreTag.FLOAT if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
        case CoreTag.INTEGER if isinstance(value, int) and not isinstance(value, bool):
            return value
        case CoreTag.BOOLEAN if isinstance(value, bool):
            return value
        case CoreTag.NULL if value is None:
            return value
        case _:
            raise ValueError(text)


def tag_as_written(tag: str) -> str:
    """Shorten *tag* to the form in which people write it: `!!str`."""
    return tag.replace("tag:yaml.org,2002:", "!!", 1)


def refused_tag(tag: str, found: str) -> SyntaxFault:
    """Say why *tag* may not be before what was *found*."""
    written = quoted(tag_as_written(tag), at_most=60)
    if tag in set(CoreTag):
        return SyntaxFault("yaml-tag", f"the tag {written} does not fit {found}", fix="Remove the tag")
    what = f"the tag {written} is not allowed; plain YAML only"
    why = "A tag asks the reader to build something other than texts, numbers, lists and mappings"
    return SyntaxFault("yaml-tag", what, why, "Remove the tag and write the value")
