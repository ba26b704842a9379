"""Other files that a declaration takes repositories from: `include: [teams/*.yaml]`, one file for each team.

An included file has `repositories` and nothing that belongs to the whole; one whose entry says what its team may
declare (`team_files`) has `defaults` of its own besides. It is in the folder of the declaration or below: a team's
file cannot reach for others, and neither can a link in its place.
"""

from collections.abc import Callable, Collection, Iterator
from functools import partial
from itertools import islice
from pathlib import Path, PurePosixPath

from shared_ecr.declaration.reader import Reading, join
from shared_ecr.declaration.team_files import TeamFile, TeamRules, check_names, with_defaults
from shared_ecr.documents.nodes import Mapping, MappingEntry, Node, Scalar, Sequence
from shared_ecr.documents.yaml import load_document
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

Prepare = Callable[[Node], Node]

KEY = "include"
# A pattern that takes in a home directory or a disk is a slip, and reading all of it would take minutes.
MOST_FILES = 1000
_WILDCARD = LazyPattern(r"[*?\[]")
# In bytes, on Linux, macOS and Windows. From Python 3.12 on a longer one is found by no pattern, without an error.
_LONGEST_NAME = 255
_WHY_BOUNDED = "A declaration includes files from its own folder and the folders below it"


def whole(
    reading: Reading, document: Mapping, declaration: Path | None, belongs_to_it: Collection[str], prepare: Prepare
) -> tuple[Mapping, tuple[TeamFile, ...]]:
    """Return *document* with the repositories of all files that it includes, and the files whose grants are to check.

    Args:
        reading: takes the faults.
        document: the declaration.
        declaration: its file; None where it is a text at hand, which has no folder.
        belongs_to_it: the keys that no included file may have.
        prepare: what is done to every document once it is read.
    """
    patterns = document.get(KEY)
    if patterns is None:
        return document, ()
    others, teams = [], []
    for file, rules in _files(reading, patterns, declaration):
        read = _read(reading, file, belongs_to_it, prepare, rules)
        if isinstance(read, TeamFile):
            check_names(reading, read)
            teams.append(read)
            read = with_defaults(read)
        others += [read] if read else []
    own = document.get("repositories") or Mapping(patterns.position, ())
    if not isinstance(own, Mapping):
        return document, tuple(teams)
    key = Scalar(own.position, "repositories", "repositories", plain=True)
    rest = tuple(entry for entry in document.entries if entry.key.text != key.text)
    return Mapping(document.position, (*rest, MappingEntry(key, _joined(reading, own, others)))), tuple(teams)


def _files(reading: Reading, node: Node, declaration: Path | None) -> Iterator[tuple[Path, TeamRules | None]]:
    """Yield the files that *node* includes, each once, with what its team may declare."""
    seen: set[Path] = set()
    for entry, path in reading.items(node, KEY):
        item, rules = entry, None
        if isinstance(entry, Mapping):
            rules, written = _rules(reading, entry, path)
            if rules is None or written is None:
                continue
            item = written
        pattern = reading.parsed(item, path, _pattern)
        if pattern is None:
            continue
        if declaration is None:
            what = "a declaration that is not a file cannot include files"
            reading.note(item, path, InvalidValueError(what, why="It has no folder", code="include-folder"))
            return
        files = reading.attempt(item, path, partial(_found, declaration, pattern)) or ()
        yield from ((file, rules) for file in files if file not in seen)
        seen.update(files)


def _rules(reading: Reading, node: Mapping, path: str) -> tuple[TeamRules | None, Node | None]:
    """Read `{path, prefixes, may_grant}`: what the team may declare, and the node of the path."""
    fields = reading.mapping(node, path, ("path", "prefixes", "may_grant"), required=("path", "prefixes"))
    written = fields.get("path") if fields else None
    listed_node = fields.get("prefixes") if fields else None
    if fields is None or written is None or listed_node is None:
        return None, None
    items = list(reading.items(listed_node, join(path, "prefixes")))
    prefixes = [reading.parsed(item, item_path, _prefix) for item, item_path in items]
    if isinstance(listed_node, Sequence) and not items:
        empty = InvalidValueError("the list of prefixes is empty", fix="Write one such as 'shop/'", code="team-prefix")
        reading.note(listed_node, join(path, "prefixes"), empty)
    if not items or None in prefixes:
        return None, None
    return TeamRules(tuple(each for each in prefixes if each), fields.get("may_grant"), path), written


def _prefix(text: str) -> str:
    if not text.endswith("/") or text.startswith("/"):
        raise InvalidValueError(
            f"{quoted(text)} is not a prefix of repository names",
            why="Without a slash at the end, it would also cover names of other teams that start with the same letters",
            fix=f"Write '{text.strip('/')}/'",
            code="team-prefix",
        )
    return text


def _read(
    reading: Reading,
    file: Path,
    belongs_to_the_whole: Collection[str],
    prepare: Prepare,
    rules: TeamRules | None,
) -> Mapping | TeamFile | None:
    """Read an included file; None where there is nothing to read."""
    read, faults = load_document(file, file.as_posix())
    reading.problems += faults
    document = prepare(read) if read else None
    if not isinstance(document, Mapping):
        return None
    own_keys = {"defaults"} if rules else set()
    misplaced = [each for each in document.entries if each.key.text in set(belongs_to_the_whole) - own_keys]
    for entry in misplaced:
        fault = InvalidValueError(
            f"{quoted(entry.key.text)} belongs to the whole declaration",
            why="An included file has repositories and nothing else",
            fix="Move it to the file that includes this one",
            code="include-key",
        )
        reading.note(entry.key, entry.key.text, fault)
    own = Mapping(document.position, tuple(entry for entry in document.entries if entry not in misplaced))
    fields = reading.mapping(own, "", ("repositories", *own_keys), required=("repositories",))
    repositories = fields.get("repositories") if fields else None
    defaults = fields.get("defaults") if fields else None
    if rules and isinstance(repositories, Mapping):
        return TeamFile(rules, defaults if isinstance(defaults, Mapping) else None, repositories)
    if repositories is None or isinstance(repositories, Mapping):
        return repositories
    reading.expected(repositories, "repositories", "a mapping of names to properties", "type-mapping")
    return None


def _joined(reading: Reading, own: Mapping, others: list[Mapping]) -> Mapping:
    """Return the repositories of all files as one mapping; a name that is twice is noted, the first stays."""
    entries: dict[str, MappingEntry] = {}
    for entry in (entry for mapping in (own, *others) for entry in mapping.entries):
        first = entries.setdefault(entry.key.text, entry)
        if first is not entry:
            fault = InvalidValueError(
                f"the repository {quoted(entry.key.text)} is declared twice; the first is at {_place(first.key)}",
                why="A registry has one repository with this name",
                fix="Keep one of them",
                code="duplicate-key",
            )
            reading.note(entry.key, join("repositories", entry.key.text), fault)
    return Mapping(own.position, tuple(entries.values()))


def _place(node: Scalar) -> str:
    return f"{node.position.file}:{node.position.line}"


def _pattern(text: str) -> str:
    """Refuse a pattern that could lead out of the folder, before anything is looked up."""
    steps = PurePosixPath(text).parts
    if not steps or "\0" in text:
        raise InvalidValueError("the pattern is empty or names no file", fix="Write teams/*.yaml", code="include-path")
    if text.startswith(("/", "~")) or "\\" in text or ":" in steps[0]:
        what = f"{quoted(text)} is not a path below the declaration's folder"
        raise InvalidValueError(what, why=_WHY_BOUNDED, fix="Write it as teams/*.yaml", code="include-path")
    if ".." in steps:
        what = f"{quoted(text)} leads out of the declaration's folder"
        raise InvalidValueError(what, why=_WHY_BOUNDED, code="include-path")
    if "**" in text:
        what = f"{quoted(text)} matches folders at any depth"
        raise InvalidValueError(what, fix="Name each level: teams/*/*.yaml", code="include-path")
    if any(len(part.encode()) > _LONGEST_NAME for part in text.split("/")):
        what = f"{quoted(text)} has a name of more than {_LONGEST_NAME} bytes"
        raise InvalidValueError(what, why="No file system has one", fix="Check the path", code="include-path")
    return text


def _found(declaration: Path, pattern: str) -> tuple[Path, ...]:
    """Look up the files of *pattern*, sorted; refuse what the file system cannot look up, and too many of them."""
    try:
        found = _looked_up(declaration.parent, pattern)
        for path in found:
            _refuse(path, declaration.parent, declaration)
    except (OSError, RuntimeError) as error:
        # A name that is too long, or links that form a circle.
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        what = f"{quoted(pattern)} cannot be looked up: {reason.lower()}"
        raise InvalidValueError(what, fix="Check the path", code="include-path") from error
    return found


def _looked_up(folder: Path, pattern: str) -> tuple[Path, ...]:
    if _WILDCARD.search(pattern):
        matching = (path for path in folder.glob(pattern) if not path.is_dir())
        found = tuple(sorted(islice(matching, MOST_FILES + 1)))
    else:
        found = (folder / pattern,) if (folder / pattern).exists() else ()
    if not found:
        raise InvalidValueError(
            f"no file matches {quoted(pattern)}",
            why="A pattern that matches no file would remove repositories without a warning",
            fix="Check the path, which begins at the declaration's folder",
            code="include-missing",
        )
    if len(found) > MOST_FILES:
        what = f"more than {MOST_FILES} files match {quoted(pattern)}"
        raise InvalidValueError(what, fix="Name the folder of the teams", code="include-path")
    return found


def _refuse(path: Path, folder: Path, declaration: Path) -> None:
    """Refuse a link that leads out, what is not a file, and the declaration itself."""
    real = path.resolve()
    shown = quoted(path.as_posix())
    if not real.is_relative_to(folder.resolve()):
        raise InvalidValueError(
            f"{shown} is a link that leads out of the folder", why=_WHY_BOUNDED, code="include-path"
        )
    if not real.is_file():
        raise InvalidValueError(f"{shown} is not a file", fix="Name a file or a pattern", code="include-path")
    if real == declaration.resolve():
        what = f"{shown} is the declaration itself"
        raise InvalidValueError(what, fix="Name the files of the teams: teams/*.yaml", code="include-path")
