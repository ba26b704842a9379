"""What CloudFormation takes a YAML scalar without quotes for: YAML 1.1, in which 012345670123 is an octal number.

Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html (YAML 1.1, without its
binary, omap, pairs, set and timestamp); https://yaml.org/type/int.html. An account id with a leading zero is thus
granted to another account, or refused: aws-cloudformation/cloudformation-coverage-roadmap#745.
"""

from shared_ecr.documents.json_text import Json, Number
from shared_ecr.text.patterns import LazyPattern

_CONSTANTS: dict[str, Json] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"), False),
}
_FIRST_OF_OTHERS = frozenset(["", *"~nNtTyYoOfF+-.0123456789"])
_DECIMAL = LazyPattern(r"[-+]?(?:0|[1-9][0-9_]*)")
_FLOAT = LazyPattern(r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*)(?:[eE][-+][0-9]+)?")
_BASES = (
    (LazyPattern(r"[-+]?0[0-7_]+"), 8, ""),
    (LazyPattern(r"[-+]?0x[0-9a-fA-F_]+"), 16, "0x"),
    (LazyPattern(r"[-+]?0b[01_]+"), 2, "0b"),
)
_SIXTIES = LazyPattern(r"[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+")
_LEADING_ZERO = LazyPattern(r"0[0-9]+")
# Python does not write longer numbers; no one writes them either.
_LONGEST = 1000


def yaml_value(text: str) -> Json:
    """Read *text*, which is without quotes, as CloudFormation does."""
    if text[:1] not in _FIRST_OF_OTHERS or len(text) > _LONGEST:
        return text
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _DECIMAL.fullmatch(text) or _FLOAT.fullmatch(text):
        return Number(text.replace("_", ""))
    number = _other_number(text)
    return text if number is None else Number(number)


def surprise(text: str) -> str | None:
    """Say what CloudFormation makes of *text* that its author may not have meant, or None."""
    if text[:1] not in "+-0123456789" or len(text) > _LONGEST:
        return None
    number = _other_number(text)
    if number is not None:
        return f"{text} without quotes is read as the number {number}; write it in quotes to keep the digits"
    if _LEADING_ZERO.fullmatch(text):
        return f"{text} without quotes is a text to some readers of YAML and a number to others; write it in quotes"
    return None


def _other_number(text: str) -> int | None:
    """Return the number that *text* is in another notation than the decimal one."""
    for grammar, base, prefix in _BASES:
        if grammar.fullmatch(text):
            digits = text.lstrip("+-").removeprefix(prefix).replace("_", "")
            value = int(digits or "0", base)
            return -value if text.startswith("-") else value
    if _SIXTIES.fullmatch(text):
        value = 0
        for part in text.lstrip("+-").replace("_", "").split(":"):
            value = value * 60 + int(part)
        return -value if text.startswith("-") else value
    return None
