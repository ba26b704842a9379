"""What the writer of a declaration meant by a value of the wrong type or by an unknown key, as the words to write.

A fix that is applied must mean what was meant: where a guess could be wrong, the text is empty.
"""

import re
from collections.abc import Collection

from shared_ecr.documents.nodes import Mapping, Node, Scalar
from shared_ecr.text import nearest
from shared_ecr.text.patterns import LazyPattern

__all__ = ["boolean_fix", "known_key", "list_fix", "mapping_fix", "number_fix"]

# Beyond 2^53 a float does not know its last digits.
_EXACT = 2.0**53
_DAYS_IN_A_WEEK = 7
_PLAIN = LazyPattern(r"[A-Za-z][\w./-]*", re.ASCII)
_TRUE, _FALSE = (
    frozenset({"true", "yes", "y", "on", "1", "enabled"}),
    frozenset({"false", "no", "n", "off", "0", "disabled"}),
)
_GROUPED = LazyPattern(r"[0-9]{1,3}([_, '])[0-9]{3}(?:\1[0-9]{3})*")
_WITH_UNIT = LazyPattern(r"([0-9]+)\s*([A-Za-z]*)")
# A key that is shorter is a part of too many words: `name` is in `namespace`.
_LEAST_CONTAINED = 4
# What CloudFormation, CDK and Terraform call a property whose name here shares no word with it.
_ELSEWHERE = {
    "emptyondelete": "on_removal",
    "forcedelete": "on_removal",
    "deletionpolicy": "on_removal",
    "removalpolicy": "on_removal",
    "imagescanningconfiguration": "scan_on_push",
    "repos": "repositories",
}
_WORDS = LazyPattern(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")


def known_key(word: str, known: Collection[str]) -> str | None:
    """Return the key of *known* that *word* means: another spelling, or the name that CloudFormation or CDK uses.

    `imageTagMutability` and `lifecyclePolicyText` contain the words of the key.
    """
    near = nearest(word, known)
    if near is not None:
        return near
    elsewhere = _ELSEWHERE.get("".join(character for character in word.lower() if character.isalnum()))
    if elsewhere in known:
        return elsewhere
    words = f"_{'_'.join(match.lower() for match in _WORDS.findall(word))}_"
    within = [key for key in known if len(key) >= _LEAST_CONTAINED and f"_{key}_" in words]
    return max(within, key=len, default=None)


def boolean_fix(node: Node) -> str:
    """Return what to write for `yes`, `on`, `1` or a quoted `true`, and for their opposites."""
    word = node.text.lower() if isinstance(node, Scalar) and node.value is not None else ""
    return "Write true" if word in _TRUE else "Write false" if word in _FALSE else ""


def list_fix(node: Node) -> str:
    """Return how the one value that is written becomes a list."""
    if isinstance(node, Mapping):
        return "Write it as a list, even if it has one entry"
    if not isinstance(node, Scalar) or node.value is None:
        return "Write its entries below it, each after '- ', or remove the key"
    if node.plain and node.text.startswith("-") and node.text[1:2].isalnum():
        return "Write a space after the '-'"
    return f"Write [{_flow(node.text)}]" if isinstance(node.value, str) else ""


def mapping_fix(node: Node, known: Collection[str], required: Collection[str]) -> str:
    """Return how a value becomes a mapping of the keys that are *known*."""
    if isinstance(node, Scalar) and isinstance(node.value, str) and len(required) == 1:
        return f"Write {{{next(iter(required))}: {_flow(node.text)}}}"
    if required:
        return f"Write {{{', '.join(f'{key}: …' for key in required)}}}"
    return f"Its keys are {', '.join(sorted(known))}" if known else ""


def number_fix(node: Node, of: str) -> str:
    """Return the whole number that `30d`, `"30"`, `1_000`, `1e3` or `2 weeks` means, where it can mean one alone."""
    if not isinstance(node, Scalar):
        return ""
    if isinstance(node.value, float):
        return f"Write {int(node.value)}" if node.value.is_integer() and 0 < node.value < _EXACT else ""
    text = node.text.strip()
    if _GROUPED.fullmatch(text):
        return f"Write {int(re.sub('[^0-9]', '', text))}"
    match = _WITH_UNIT.fullmatch(text)
    if match is None:
        return ""
    number, unit = int(match[1]), match[2].lower()
    if unit in {"", of, of.removesuffix("s"), of[:1]}:
        return f"Write {number}"
    return f"Write {number * _DAYS_IN_A_WEEK}" if of == "days" and unit in {"w", "week", "weeks"} else ""


def _flow(text: str) -> str:
    """Write *text* as a value inside of brackets."""
    if _PLAIN.fullmatch(text) and text.lower() not in _TRUE | _FALSE | {"null"}:
        return text
    return "'" + text.replace("'", "''") + "'"
