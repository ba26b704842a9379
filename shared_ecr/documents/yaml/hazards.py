"""What breaks a file before YAML can say why: conflict markers, templates, control and invisible characters.

YAML's own error about these is at another place and about something else, so they are searched for in the text.
"""

from collections.abc import Iterator
from itertools import islice

from shared_ecr.documents.yaml.faults import SyntaxFault
from shared_ecr.documents.yaml.invisible import CHARACTERS, named, repair
from shared_ecr.documents.yaml.literals import Literals
from shared_ecr.documents.yaml.source import SourceText
from shared_ecr.findings.problems import Problem
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

# Of each kind. A binary file has a fault in every line; no one reads more than these.
ENOUGH = 1000

_LINE = r"(?:\A|(?<=[\r\n]))"
_CONFLICT = LazyPattern(_LINE + r"(?:(?:<{7}|\|{7}|>{7})(?=[ \r\n]|\Z)|={7}(?=[\r\n]|\Z))")
# What YAML 1.2 does not allow in a file, and three characters that YAML 1.1's readers take for a line's end.
_CONTROL = LazyPattern(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
_INVISIBLE_STRUCTURE = LazyPattern(
    rf"{_LINE}(?P<before>[ \t]*+(?:- ++)*+(?P<mark>-|[^\s#'\":]++:)?)(?P<invisible>[{CHARACTERS}])"
)
_TAB_INDENTATION = LazyPattern(_LINE + r" *+(?P<tab>\t)")
_TEMPLATES = (("{{", "}}"), ("{%", "%}"), ("<%", "%>"))


def conflicts(source: SourceText) -> Iterator[Problem]:
    """Find the lines that git leaves in a file whose merge failed."""
    begun = False
    for found in _CONFLICT.finditer(source.text):
        begun = begun or found[0].startswith("<")
        # Seven equals signs alone also underline a heading.
        if begun or not found[0].startswith("="):
            what = f"a merge-conflict marker ('{found[0]}')"
            yield source.problem(found.start(), SyntaxFault("merge-conflict", what, fix="Resolve the conflict first"))


def control_characters(source: SourceText) -> Iterator[Problem]:
    """Find characters that no YAML file may hold, or that readers take for different things; the first of a line."""
    line = -1
    for found in islice(_CONTROL.finditer(source.text), ENOUGH):
        if line != (line := source.line(found.start()).start):
            what = f"a control character (U+{ord(found[0]):04X})"
            why = "YAML allows only tabs and line ends"
            yield source.problem(found.start(), SyntaxFault("yaml-control", what, why=why, fix="Remove it"))


def templates(source: SourceText, literals: Literals) -> Iterator[Problem]:
    """Find what a template engine should have replaced, in quotes too, but not in comments."""
    for opens, closes in _TEMPLATES:
        for begin, end in _templates_between(source, opens, closes):
            if not literals.in_comment(begin):
                what = f"looks like an unrendered template ({quoted(source.text[begin:end])})"
                yield source.problem(begin, SyntaxFault("unrendered", what, fix="Render the file first"))


def _templates_between(source: SourceText, opens: str, closes: str) -> Iterator[tuple[int, int]]:
    """Find the first such template of each line, in time that grows with the text and no faster."""
    begin = source.text.find(opens)
    while begin >= 0 and (end := source.text.find(closes, begin + len(opens))) >= 0:
        line = source.line(end)
        if begin >= line.start:
            yield begin, end + len(closes)
        begin = source.text.find(opens, line.stop if begin >= line.start else line.start)


def invisible_structure(source: SourceText, literals: Literals) -> Iterator[Problem]:
    """Find invisible characters where YAML looks for structure: as indentation, after a dash, after a key's ':'."""
    for found in _INVISIBLE_STRUCTURE.finditer(source.text):
        index = found.start("invisible")
        if literals.covers(index):
            continue
        name = named(found["invisible"])
        if found["mark"]:
            what = f"{quoted(found['mark'])} is followed by {name}"
            why = "YAML reads both as one text"
        else:
            what = (
                f"the key starts with {name}"
                if ":" in source.text[index : source.line(index).stop]
                else f"indented with {name}"
            )
            why = "YAML reads it as a letter"
        yield source.problem(index, SyntaxFault("yaml-invisible", what, why=why, fix=repair(found["invisible"])))


def tab_indentation(source: SourceText, literals: Literals, start: int) -> Iterator[Problem]:
    """Find the lines from *start* on that are indented with a tab.

    YAML allows tabs in some places, so this is for a file in which one has broken something.
    """
    for found in _TAB_INDENTATION.finditer(source.text, start):
        if not literals.covers(found.start("tab")):
            yield tab(source, found.start("tab"))


def tab(source: SourceText, index: int) -> Problem:
    """Make the problem of the tab at *index*."""
    before = source.text[source.line(index).start : index]
    what = "a tab is where YAML allows spaces only" if before.strip() else "indented with a tab"
    why = "" if before.strip() else "YAML allows spaces only"
    return source.problem(index, SyntaxFault("yaml-tab", what, why=why, fix="Replace it with spaces"))


def first(problems: Iterator[Problem]) -> list[Problem]:
    """Take as many of *problems* as anyone reads."""
    return list(islice(problems, ENOUGH))
