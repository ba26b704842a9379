"""Problems that the declaration says to ignore: a code, a reason, and where; never in silence.

Every warning can be ignored. Of the errors only those of `IGNORABLE_ERRORS`: where this package is stricter than ECR.
What is ignored is counted and reported with its reason, and an entry that ignores nothing is itself a warning.
"""

from collections.abc import Iterable

from shared_ecr.declaration.reader import Reading, join
from shared_ecr.documents.nodes import Node
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.findings.problems import Position, Problem, Severity
from shared_ecr.records import record

KEY = "ignore"
# Marked in docs/reference/problems.md. ECR accepts each of them.
IGNORABLE_ERRORS = frozenset({"name-double", "access-public", "access-notprincipal"})
# Found by `check` alone, once the declaration is read: until then an entry for one of them may still be used.
FOUND_BY_CHECK = frozenset({"statement-as-grant", "acknowledged-until"})
_REQUIRED = ("code", "reason")


@record
class Ignored:
    """A problem that stops nothing, and why."""

    problem: Problem
    reason: str


@record
class _Entry:
    code: str
    reason: str
    path: str
    position: Position
    where: str
    """The path of the entry itself."""

    def means(self, problem: Problem) -> bool:
        if problem.code != self.code:
            return False
        return not self.path or problem.path == self.path or problem.path.startswith((f"{self.path}.", f"{self.path}["))


@record
class Ignoring:
    """What the declaration says to ignore."""

    entries: tuple[_Entry, ...] = ()

    def covers(self, problem: Problem) -> bool:
        """Whether *problem* may be ignored, and is."""
        return self._entry(problem) is not None

    def sift(
        self, problems: Iterable[Problem], file: str, *, is_of_check: bool = False
    ) -> tuple[list[Problem], list[Ignored]]:
        """Return the problems that stay and those that are ignored; entries that do nothing join the former.

        Args:
            problems: what was found.
            file: what messages call the declaration.
            is_of_check: whether *problems* are those that only `check` finds, and not those of reading.
        """
        stay: list[Problem] = []
        ignored: list[Ignored] = []
        used: set[int] = set()
        for problem in problems:
            entry = self._entry(problem)
            if entry is None:
                stay.append(problem)
            else:
                ignored.append(Ignored(problem, entry.reason))
                used.add(id(entry))
        for entry in self.entries:
            if id(entry) not in used and (entry.code in FOUND_BY_CHECK) is is_of_check:
                stay.append(_useless(entry, stay, file))
        return stay, ignored

    def _entry(self, problem: Problem) -> _Entry | None:
        if problem.severity is Severity.ERROR and problem.code not in IGNORABLE_ERRORS:
            return None
        return next((entry for entry in self.entries if entry.means(problem)), None)


def read_ignoring(reading: Reading, node: Node | None) -> Ignoring:
    """Read the list *node*."""
    entries = []
    for item, path in reading.items(node, KEY) if node is not None else ():
        fields = reading.mapping(item, path, (*_REQUIRED, "path"), _REQUIRED)
        if fields is None:
            continue
        code, reason, about = (fields.get(key) for key in (*_REQUIRED, "path"))
        code_text = reading.text(code, join(path, "code")) if code else None
        reason_text = reading.parsed(reason, join(path, "reason"), _reason) if reason else None
        about_text = reading.text(about, join(path, "path")) if about else ""
        if code_text and reason_text and about_text is not None:
            entries.append(_Entry(code_text, reason_text, about_text, item.position, path))
    return Ignoring(tuple(entries))


def _reason(text: str) -> str:
    if not text.strip():
        raise InvalidValueError("the reason is empty", fix="Write why the problem is ignored", code="reason-missing")
    return text


def _useless(entry: _Entry, problems: Iterable[Problem], file: str) -> Problem:
    """Say that *entry* ignores nothing: there is no such problem, or it is one that no reason outweighs."""
    file = entry.position.file or file
    if any(entry.means(problem) for problem in problems):
        what, why = f"'{entry.code}' cannot be ignored", "It is an error, and ECR or CloudFormation would fail on it"
        return Problem(
            "ignore-refused",
            Severity.ERROR,
            what,
            why,
            "Repair what it shows",
            file=file,
            position=entry.position,
            path=entry.where,
        )
    what = f"there is no '{entry.code}'{f' at {entry.path}' if entry.path else ''} to ignore"
    fix, mild = "Remove the entry", Severity.WARNING
    return Problem("ignore-unused", mild, what, fix=fix, file=file, position=entry.position, path=entry.where)
