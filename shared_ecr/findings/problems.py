"""What is wrong in a declaration: values that are collected, sorted and shown, never raised one by one."""

from collections.abc import Iterable, Sequence

from shared_ecr.findings.errors import ExitCode, SharedEcrError
from shared_ecr.findings.finding import Finding, Severity
from shared_ecr.records import field, record
from shared_ecr.text import visible

__all__ = ["SHOWN_AT_MOST", "InvalidDeclarationError", "Position", "Problem", "Severity", "in_file_order", "render"]

# People read one page of errors, not fifty; the number of the others is printed.
SHOWN_AT_MOST = 50


@record(order=True)
class Position:
    """A place in a file; line and column count from 1, columns in characters."""

    line: int
    column: int
    file: str = field(default="", compare=False, repr=False)
    """The file as messages call it; empty where only one is read."""


@record
class Problem(Finding):
    """A finding at a place in a file."""

    file: str = field(default="", kw_only=True)
    position: Position | None = field(default=None, kw_only=True)
    path: str = field(default="", kw_only=True)
    """The path in the document: `repositories.team/app.lifecycle`."""

    @property
    def place(self) -> str:
        """`FILE:LINE:COL: PATH`, without the parts that are not known."""
        return ": ".join(part for part in (self._in_file, self.path) if part)

    @property
    def _in_file(self) -> str:
        return f"{self.file}:{self.position.line}:{self.position.column}" if self.position else self.file

    def __str__(self) -> str:
        """Render `FILE:LINE:COL: PATH: WHAT. WHY. FIX. [CODE]`; a warning or a note says so behind the place."""
        mark = "" if self.severity is Severity.ERROR else str(self.severity)
        parts = (self._in_file, mark, self.path, f"{self.sentences} [{self.code}]")
        return visible(": ".join(part for part in parts if part))

    def as_json(self) -> dict[str, object]:
        """Render as the JSON shape of docs/reference/problems.md."""
        return {
            "file": self.file,
            "line": self.position.line if self.position else None,
            "column": self.position.column if self.position else None,
            "path": self.path,
            "severity": str(self.severity),
            "code": self.code,
            "what": self.what,
            "why": self.why,
            "fix": self.fix,
        }


def in_file_order(problems: Iterable[Problem]) -> list[Problem]:
    """Sort *problems* in the order of their files, and keep each fault once.

    A default is merged into every repository, so its fault is met as often; the first one is kept.
    """
    seen: dict[tuple[str, Position | None, str, str], Problem] = {}
    for problem in problems:
        seen.setdefault((problem.file, problem.position, problem.code, problem.what), problem)
    return sorted(seen.values(), key=lambda p: (p.file, p.position or Position(0, 0)))


def render(problems: Sequence[Problem], at_most: int = SHOWN_AT_MOST) -> str:
    """Render *problems* a line each, and the number of those left out."""
    lines = [str(problem) for problem in problems[:at_most]]
    if len(problems) > at_most:
        lines.append(f"… and {len(problems) - at_most} more")
    return "\n".join(lines)


class InvalidDeclarationError(SharedEcrError):
    """The declaration has problems; nothing was built from it."""

    exit_code = ExitCode.INVALID

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(render(self.problems))
