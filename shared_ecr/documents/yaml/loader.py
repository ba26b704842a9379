"""Read a file as YAML: its tree of nodes, or every fault of the file itself.

Faults of what the file says are for those who read the tree.
"""

from pathlib import Path

from shared_ecr.documents.input_files import read_named
from shared_ecr.documents.nodes import Mapping, Node, Scalar
from shared_ecr.documents.yaml import hazards
from shared_ecr.documents.yaml.composition import Composition, compose
from shared_ecr.documents.yaml.encoding import decode
from shared_ecr.documents.yaml.literals import Literals
from shared_ecr.documents.yaml.source import SourceText
from shared_ecr.documents.yaml.syntax import explain
from shared_ecr.findings.problems import Position, Problem, Severity, in_file_order
from shared_ecr.text import quoted

# A thousand repositories with every property set take less than one MiB.
LARGEST_FILE = 4 * 1024 * 1024


def load_document(path: Path, shown_as: str) -> tuple[Node | None, list[Problem]]:
    """Read the file at *path*, which messages call *shown_as*, at most 4 MiB of it.

    A file that is missing, a directory, unreadable or too large is a problem without a position, never an error.
    """
    data = load_bytes(path, shown_as)
    return (None, [data]) if isinstance(data, Problem) else read_document(data, shown_as)


def load_bytes(path: Path, shown_as: str) -> bytes | Problem:
    """Read what the file at *path* holds, or say why it cannot be had."""
    try:
        data = read_named(path, LARGEST_FILE + 1)
    except (FileNotFoundError, NotADirectoryError):
        where = f"Looked in {path.absolute().parent}"
        fix = "Name another, run where registry.yaml is, or create one with 'shared-ecr init'"
        return Problem("config-missing", Severity.ERROR, "no such file", where, fix, file=shown_as)
    except IsADirectoryError:
        fix = "Name the file inside it"
        return Problem("config-directory", Severity.ERROR, "a directory, not a file", fix=fix, file=shown_as)
    except (OSError, ValueError) as error:
        # A path with a NUL in it is a ValueError to Python.
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        what = f"the file cannot be read: {reason.lower()}"
        return Problem(
            "config-unreadable", Severity.ERROR, what, fix="Check its permissions and its path", file=shown_as
        )
    if len(data) > LARGEST_FILE:
        what = f"the file is larger than {LARGEST_FILE // 1024**2} MiB"
        why = "A declaration is smaller, so this is probably another file"
        return Problem("config-too-large", Severity.ERROR, what, why, "Check its path, or split it", file=shown_as)
    return data


def read_document(data: bytes, file: str) -> tuple[Node | None, list[Problem]]:
    """Read *data* as one YAML document with a mapping at the top; *file* is its name in messages.

    Returns:
        The tree, or None where it would mislead anyone who judges it further, and all problems in file order.
        With a tree, the problems are of single keys and values; those keys are left out.
    """
    source = decode(data, file)
    if isinstance(source, Problem):
        return None, [source]
    found = compose(source)
    blocking = _blocking(source, found)
    problems = _without_consequences(found.problems, blocking)
    if found.failure:
        failure = explain(found.failure, source)
        # What breaks the file above is the cause; what is below was not reached.
        if not any(_place(problem).line <= _place(failure).line for problem in blocking):
            problems.append(failure)
    problems = in_file_order([*blocking, *problems])
    if found.failure or blocking or not found.whole:
        return None, problems
    if fault := _shape(found.root, file):
        return None, in_file_order([*problems, fault])
    return found.root, problems


def _blocking(source: SourceText, found: Composition) -> list[Problem]:
    """Find what breaks the file as a whole, so that YAML's own words about it would puzzle."""
    literals = Literals(source, found.literals, found.read_until)
    problems = [
        *hazards.first(hazards.conflicts(source)),
        *hazards.first(hazards.control_characters(source)),
        *hazards.first(hazards.templates(source, literals)),
        *hazards.first(hazards.invisible_structure(source, literals)),
    ]
    if found.failure:
        problems += _tabs(source, literals, found.failure.index)
    return problems


def _tabs(source: SourceText, literals: Literals, index: int) -> list[Problem]:
    """Find the tab that broke the file at *index*, if one did, and the lines after it that are no better."""
    line = source.line(index)
    text = source.text[line.start : line.stop]
    at_fault = source.text[index : index + 1] == "\t"
    if not at_fault and "\t" not in text[: len(text) - len(text.lstrip())]:
        return []
    indented = hazards.first(hazards.tab_indentation(source, literals, line.start))
    return [*indented, hazards.tab(source, index)] if at_fault else indented


def _without_consequences(problems: list[Problem], blocking: list[Problem]) -> list[Problem]:
    """Leave out what was found in the line of a blocking problem, or behind a conflict: it has no cause of its own."""
    lines = {_place(problem).line for problem in blocking}
    conflict = min((_place(problem).line for problem in blocking if problem.code == "merge-conflict"), default=None)
    return [
        problem
        for problem in problems
        if _place(problem).line not in lines and (conflict is None or _place(problem).line < conflict)
    ]


def _place(problem: Problem) -> Position:
    return problem.position or Position(1, 1)


def _shape(root: Node | None, file: str) -> Problem | None:
    match root:
        case Mapping():
            return None
        case None | Scalar(text="", plain=True):
            why = "An empty file is never taken as 'remove everything'"
            fix = "A registry without repositories is written as 'repositories: {}'"
            return Problem(
                "config-empty", Severity.ERROR, "the file is empty", why, fix, file=file, position=Position(1, 1)
            )
        case Scalar(value=str()):
            found, fix = f"the text {quoted(root.text)}", "Write 'repositories: ', with a space after the ':'"
        case _:
            found, fix = root.described(), "Put 'repositories:' above it"
    what = f"expected a mapping with the key 'repositories', found {found}"
    return Problem("config-shape", Severity.ERROR, what, fix=fix, file=file, position=root.position)
