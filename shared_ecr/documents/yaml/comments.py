"""Values that a comment cuts off: in `name: app #1` the value has no `#1`."""

from shared_ecr.documents.yaml.faults import SyntaxFault
from shared_ecr.findings.problems import Severity
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

# A '#' with a word directly after it; comments are written with a space, or with more marks.
_LOST = LazyPattern(r"[ \t]+(#[^\s#!:-][^\r\n]*)")


def cut_off(text: str, end: int, value: str) -> SyntaxFault | None:
    """Say what follows *value*, which ends at *end* of *text*, if it was probably meant to be part of it."""
    comment = _LOST.match(text, end)
    if comment is None:
        return None
    what = f"{quoted(comment[1], 40)} is a comment, so that the value is {quoted(value, 40)}"
    fix = "Quote the whole value if '#' belongs to it, or write a space after '#'"
    return SyntaxFault("yaml-comment", what, fix=fix, severity=Severity.WARNING)
