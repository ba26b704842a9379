"""Read nodes into typed values, noting every fault with its place instead of stopping at the first.

Each method returns None where there was a fault, which it has noted; the caller continues with the next field.
"""

import re
from collections.abc import Callable, Collection, Hashable, Iterator
from typing import TypeVar, cast

from shared_ecr.declaration.intended import boolean_fix, known_key, list_fix, mapping_fix, number_fix
from shared_ecr.documents.nodes import Mapping, Node, Scalar, Sequence, content
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.findings.problems import Position, Problem, Severity
from shared_ecr.text import did_you_mean, listed, quoted
from shared_ecr.text.patterns import LazyPattern

T = TypeVar("T")
_VARIABLE = LazyPattern(r"\$\{[^}]*\}?")
_REPLACEABLE = "${env:"
# One that `variables` has met: were it not refused, and that shown, it would be replaced.
_WELL_FORMED = LazyPattern(r"\$\{env:[A-Za-z_][A-Za-z0-9_]*(?::-[^}]*)?\}")


class Reading:
    """The faults found so far in one file, and the typed reads that find them."""

    advises_in_the_words_of_ecr = False
    """Whether who reads the advice has ECR's JSON before them, and not the declaration."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.problems: list[Problem] = []
        self.ignores: Callable[[Problem], bool] = lambda _: False
        # By identity: a default enters every repository as the same node. It is kept, so that no other gets its id.
        self._read_once: dict[tuple[int, str], tuple[Node, object]] = {}
        # By what is written: generated files write the same out again and again.
        self._read_clean: dict[tuple[str, Hashable], object] = {}

    def apart(self) -> "Reading":
        """Return a reading of the same file whose faults are its own."""
        return Reading(self._file)

    @property
    def has_errors(self) -> bool:
        """Whether a fault was found that leaves nothing to build, and that the declaration does not ignore."""
        return any(problem.severity is Severity.ERROR and not self.ignores(problem) for problem in self.problems)

    def note(self, place: Node | Position, path: str, fault: InvalidValueError) -> None:
        """Note *fault* as an error at *place*."""
        self._note(place, path, fault, Severity.ERROR)

    def warn(self, place: Node | Position, path: str, fault: InvalidValueError) -> None:
        """Note *fault* as a warning at *place*: the run continues."""
        self._note(place, path, fault, Severity.WARNING)

    def _note(self, place: Node | Position, path: str, fault: InvalidValueError, severity: Severity) -> None:
        position = place if isinstance(place, Position) else place.position
        file = position.file or self._file
        fix = fault.fix_in_template if self.advises_in_the_words_of_ecr and fault.fix_in_template else fault.fix
        self.problems.append(
            Problem(fault.code, severity, fault.what, fault.why, fix, file=file, position=position, path=path)
        )

    def attempt(self, place: Node | Position, path: str, make: Callable[[], T]) -> T | None:
        """Return what *make* makes, or note why it refuses."""
        try:
            return make()
        except InvalidValueError as fault:
            self.note(place, path, fault)
            return None

    def once(self, node: Node, purpose: str, read: Callable[[], T]) -> T:
        """Return what *read* made of *node*, or of one that says the same, when it was first read for *purpose*.

        Where a problem was noted, a node of the same content is read again, since its problems have their own places.
        """
        known = self._read_once.get((id(node), purpose))
        if known is None:
            known = self._read_once[id(node), purpose] = (node, self._read_or_known(node, purpose, read))
        return cast("T", known[1])

    def _read_or_known(self, node: Node, purpose: str, read: Callable[[], T]) -> T:
        key = (purpose, content(node))
        if key in self._read_clean:
            return cast("T", self._read_clean[key])
        before = len(self.problems)
        made = read()
        if len(self.problems) == before:
            self._read_clean[key] = made
        return made

    def mapping(
        self,
        node: Node,
        path: str,
        known: Collection[str],
        required: Collection[str] = (),
        noted_elsewhere: Collection[str] = (),
    ) -> Mapping | None:
        """Read a mapping whose keys are among *known*; note unknown keys and missing ones.

        Keys *noted_elsewhere* are refused by the caller, with words of their own.
        """
        if not isinstance(node, Mapping):
            self.expected(node, path, "a mapping", "type-mapping", mapping_fix(node, known, required))
            return None
        misspelled = set()
        for entry in node.entries:
            key = entry.key
            if key.text not in known and key.text not in noted_elsewhere:
                meant = known_key(key.text, known)
                misspelled.add(meant)
                fix = f"Did you mean '{meant}'?" if meant else f"Known here: {', '.join(sorted(known))}"
                fault = InvalidValueError(f"unknown key {quoted(key.text)}", fix=fix, code="unknown-key")
                self.note(key, join(path, key.text), fault)
        for key_text in required:
            # A key that is misspelled is one fault, and not two.
            if node.get(key_text) is None and key_text not in misspelled:
                fix = f"Add '{key_text}: …'"
                fault = InvalidValueError(f"the key {quoted(key_text)} is missing", fix=fix, code="missing-key")
                self.note(node, path, fault)
        return node

    def one_of(self, node: Mapping, path: str, alternatives: Collection[str]) -> str | None:
        """Return the one of *alternatives* that *node* has; note when it has none or several."""
        present = [key for key, _ in node if key in alternatives]
        if len(present) == 1:
            return present[0]
        if not present and self._has_unknown_key(node):
            return None
        fault = InvalidValueError(
            f"expected exactly one of {', '.join(alternatives)}; got {' and '.join(present) or 'none'}",
            fix="Keep one of them; one that comes from the defaults is cleared with null"
            if present
            else f"Add {listed([f'{key!r}' for key in alternatives])}",
            code="one-of",
        )
        self.note(node, path, fault)
        return None

    def _has_unknown_key(self, node: Mapping) -> bool:
        """Whether an unknown key of *node* was noted, which is probably the one that seems to be missing."""
        unknown = {problem.position for problem in self.problems if problem.code == "unknown-key"}
        return any(entry.key.position in unknown for entry in node.entries)

    def items(self, node: Node, path: str) -> Iterator[tuple[Node, str]]:
        """Yield the items of a list with their paths."""
        if not isinstance(node, Sequence):
            self.expected(node, path, "a list", "type-list", list_fix(node))
            return
        yield from ((item, f"{path}[{index}]") for index, item in enumerate(node.items))

    def text(self, node: Node, path: str) -> str | None:
        """Read a text; a number or boolean without quotes is not text."""
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            self.expected(node, path, "a text", "type-text")
            return None
        return None if self.is_variable(node, path) else node.value

    def is_variable(self, node: Scalar, path: str) -> bool:
        """Note a `${VARIABLE}`, which would otherwise be kept as it is and mean something else."""
        variable = _VARIABLE.search(node.text)
        if variable and not _WELL_FORMED.search(node.text):
            name = re.match(r"[^:}]*", variable[0].removeprefix(_REPLACEABLE).removeprefix("${"))
            known = re.sub(r"\W", "_", name[0], flags=re.ASCII) if name else ""
            fault = InvalidValueError(
                f"the variable {quoted(variable[0])} is not replaced",
                why="Variables are written '${env:NAME}' or '${env:NAME:-default}'",
                fix=f"Write '${{env:{known}}}', or the value itself" if known else "Write the value itself",
                code="env-unset",
            )
            self.note(node, path, fault)
        return bool(variable)

    def parsed(self, node: Node, path: str, parse: Callable[[str], T]) -> T | None:
        """Read a text and parse it."""
        text = self.text(node, path)
        return None if text is None else self.attempt(node, path, lambda: parse(text))

    def boolean(self, node: Node, path: str) -> bool | None:
        """Read true or false; `"yes"` is a text."""
        if isinstance(node, Scalar) and isinstance(node.value, bool):
            return node.value
        self.expected(node, path, "true or false", "type-bool", boolean_fix(node))
        return None

    def whole_number(self, node: Node, path: str, of: str) -> int | None:
        """Read a whole number *of* something; refuse units (`30d`), quotes and fractions."""
        if isinstance(node, Scalar) and isinstance(node.value, int) and not isinstance(node.value, bool):
            return node.value
        self.expected(node, path, f"a whole number of {of}", "type-int", number_fix(node, of))
        return None

    def choice(self, node: Node, path: str, choices: Collection[str], code: str) -> str | None:
        """Read one of *choices*, with a suggestion for a near miss."""
        one_of = "one of " if len(choices) > 1 else ""
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            self.expected(node, path, f"{one_of}{listed(choices)}", "type-text")
            return None
        text = self.text(node, path)
        if text is None or text in choices:
            return text
        fix = did_you_mean(text, choices)
        self.note(node, path, InvalidValueError(f"{quoted(text)} is not {one_of}{listed(choices)}", fix=fix, code=code))
        return None

    def expected(self, node: Node, path: str, wanted: str, code: str, fix: str = "") -> None:
        """Note that *wanted* was expected where something else is."""
        if isinstance(node, Scalar) and _WELL_FORMED.search(node.text):
            return
        if code == "type-mapping" and not fix:
            fix = "Write each entry as 'KEY: VALUE'"
        self.note(node, path, InvalidValueError(f"expected {wanted}, found {node.described()}", fix=fix, code=code))


def join(path: str, key: str) -> str:
    """Return the path of *key* inside *path*."""
    return f"{path}.{key}" if path else key
