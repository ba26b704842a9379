"""A declaration that exists, and that takes the adopted repositories from a file that it includes.

An included file has repositories and nothing else, so what a repository would inherit from the defaults of the
declaration is overridden or cleared there.
"""

from collections.abc import Callable
from fnmatch import fnmatchcase

from shared_ecr.declaration.inclusion import KEY
from shared_ecr.deployment.adoption.factoring import Plain
from shared_ecr.documents.nodes import Mapping, Node, Scalar, Sequence
from shared_ecr.documents.yaml import read_document
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.model.registry import RegistrySpec
from shared_ecr.records import record

INCLUDED = "adopted.yaml"
"""The file with the adopted repositories, in the folder of the declaration."""


@record
class ExistingDeclaration:
    """What a declaration says without the adopted repositories, and how it is read with them."""

    file: str
    """What messages call it."""
    registry: RegistrySpec
    defaults: Plain
    load: Callable[[str], RegistrySpec]
    """Reads the whole with this text as the included file; raises InvalidDeclarationError."""


def with_include(text: str, file: str) -> str:
    """Return the text of the declaration *file* with the included file among its patterns.

    Raises:
        InvalidValueError: it is written in a way that is not edited here.
    """
    document, _ = read_document(text.encode(errors="surrogatepass"), file)
    include = document.get(KEY) if isinstance(document, Mapping) else None
    match include:
        case None if isinstance(document, Mapping) and _is_block(document, text):
            end = _line_end(text)
            return f"{text.rstrip()}{end}{end}{KEY}: [{INCLUDED}]{end}"
        case Sequence(_, [first, *_] as entries):
            return text if any(map(_covers, entries)) else _inserted(text, first)
        case _:
            raise InvalidValueError(
                f"{file} is not edited, because its format cannot be edited safely",
                fix=f"Write '{KEY}: [{INCLUDED}]' at its top level, with an empty file of that name, and run it again",
                code="adopt-include",
            )


def _is_block(document: Mapping, text: str) -> bool:
    """Whether a line at the end of *text* is another key of *document*: no braces, no end of the document."""
    first = next(iter(document.entries), None)
    ends = any(line.startswith(("---", "...")) for line in text.splitlines()[1:])
    return first is not None and first.key.position.column == 1 and not ends and not text.lstrip().startswith("{")


def pattern_of(entry: Node) -> str:
    """Return the pattern of an entry of `include`, which a team's entry has under `path`."""
    path = entry.get("path") if isinstance(entry, Mapping) else entry
    return path.text if isinstance(path, Scalar) else ""


def _covers(entry: Node) -> bool:
    return fnmatchcase(INCLUDED, pattern_of(entry))


def _inserted(text: str, first: Node) -> str:
    """Return *text* with the file before the *first* pattern, in the style of the list."""
    lines = text.splitlines(keepends=True)
    index = first.position.line - 1
    before, rest = lines[index][: first.position.column - 1], lines[index][first.position.column - 1 :]
    if before.strip() == "-":
        lines.insert(index, f"{before}{INCLUDED}{_line_end(text)}")
    else:
        lines[index] = f"{before}{INCLUDED}, {rest}"
    return "".join(lines)


def _line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"
