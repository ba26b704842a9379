"""PyYAML's words for broken YAML, made readable for one who does not know its grammar."""

from shared_ecr.documents.yaml.events import NotYamlError
from shared_ecr.documents.yaml.faults import SyntaxFault
from shared_ecr.documents.yaml.source import SourceText
from shared_ecr.findings.problems import Problem
from shared_ecr.records import record
from shared_ecr.text import quoted, visible


@record
class _Reading:
    """What PyYAML's two parsers mean by some words, and what usually repairs it."""

    words: tuple[str, ...]
    what: str
    fix: str
    at_context: bool = False
    """Whether the fault is where the broken thing begins, not where the parser noticed."""


# The first whose words are all found, in this order; `{found}` is the character at which the parser
# stopped, `{opened}` the line in which the broken thing begins.
_READINGS = (
    _Reading(
        ("quoted scalar", "end of stream"), "the quote that opens here is never closed", "Close it", at_context=True
    ),
    _Reading(
        ("quoted scalar", "document indicator"),
        "the quote that opens here is never closed",
        "Close it",
        at_context=True,
    ),
    _Reading(
        ("mapping values are not allowed",),
        "a ':' marks a key where no key can begin",
        "Quote the value if it contains ': ', or indent this line like its neighbours",
    ),
    _Reading(
        ("could not find expected ':'",),
        "this line is neither 'key: value' nor '- item'",
        "Write ': ' with a space after the key, or indent the line as part of the text above",
        at_context=True,
    ),
    _Reading(
        ("sequence entries are not allowed",),
        "a list item may not begin here",
        "Put '-' on a line of its own below the key",
    ),
    _Reading(
        ("flow sequence", "',' or ']'"),
        "',' or ']' is missing before this; the list opens in line {opened}",
        "Close it with ']'",
    ),
    _Reading(
        ("flow mapping", "',' or '}'"),
        "',' or '}}' is missing before this; the mapping opens in line {opened}",
        "Close it with '}'",
    ),
    _Reading(
        ("cannot start any token",), "a value may not begin with {found}", "Quote the value if it is meant as text"
    ),
    _Reading(("escape code",), "this escape names no character", "Write the character itself"),
    _Reading(
        ("escape character",),
        "this escape is not allowed in double quotes",
        "Use single quotes, or write '\\\\' for '\\'",
    ),
    _Reading(("tag handle",), "a text may not begin with '!', which makes it a tag", "Quote it, or remove the tag"),
    _Reading(("an alias",), "'*' begins an alias, which needs a name", "Quote the text: '*'", at_context=True),
    _Reading(("an anchor",), "'&' begins an anchor, which needs a name", "Quote the text: '&'", at_context=True),
    _Reading(("document start>",), "there is text after the end of the document", "Remove the '...' or '%' above"),
    _Reading(
        ("directive",), "a line that begins with '%' is a directive that YAML does not have", "Remove or quote it"
    ),
    _Reading(("block scalar",), "'|' or '>' must be the last of its line", "Begin the text in the next line"),
    _Reading(
        ("block mapping",),
        "this is not part of the mapping above",
        "Indent it like the other keys; put a text that begins with a quote into quotes as a whole",
    ),
    _Reading(("block collection",), "this is not part of the list above", "Begin it with '- ', indented like the rest"),
)


def explain(error: NotYamlError, source: SourceText) -> Problem:
    """Make the problem of *error*: its place, what is meant, and what usually repairs it."""
    if source.text[max(error.index - 1, 0) : error.index + 1] == "${":
        what, fix = "'{' begins a mapping inside of a value", 'Put the whole value into quotes: "${env:NAME}"'
        return source.problem(error.index, SyntaxFault("yaml-syntax", what, fix=fix))
    words = f"{error.context} {error.problem}"
    found = quoted(source.text[error.index]) if error.index < len(source.text) else "the end of the file"
    opened = source.position(error.index if error.context_index is None else error.context_index).line
    for reading in _READINGS:
        if all(word in words for word in reading.words):
            index = error.context_index if reading.at_context and error.context_index is not None else error.index
            what = reading.what.format(found=found, opened=opened)
            return source.problem(index, SyntaxFault("yaml-syntax", what, fix=reading.fix))
    what = f"this is not YAML: {visible(words.strip())}"
    return source.problem(error.index, SyntaxFault("yaml-syntax", what, fix="Compare with the lines around it"))
