"""What is wrong with push jobs: each fault with the place in a list where it was written, if it was."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from shared_ecr.findings.errors import ExitCode, InvalidValueError, SharedEcrError
from shared_ecr.records import record

if TYPE_CHECKING:
    from shared_ecr.client.push.jobs import PushJob
    from shared_ecr.findings.problems import Position, Problem


@record
class JobFault:
    """What is wrong with one job."""

    job: "PushJob"
    error: SharedEcrError
    at: "Position | None" = None

    def as_problem(self) -> "Problem":
        """Return it in the form of every fault of a file."""
        from shared_ecr.findings.problems import Problem, Severity

        file = self.at.file if self.at else ""
        match self.error:
            case InvalidValueError(what=what, why=why, fix=fix, code=code):
                return Problem(code, Severity.ERROR, what, why, fix, file=file, position=self.at)
            case _:
                return Problem("image-order", Severity.ERROR, str(self.error), file=file, position=self.at)

    def __str__(self) -> str:
        return str(self.as_problem()) if self.at else str(self.error)


class InvalidJobsError(SharedEcrError):
    """Some jobs are invalid; nothing was sent for any."""

    exit_code = ExitCode.INVALID

    def __init__(self, faults: Sequence[JobFault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(_lines(faults)))

    @property
    def is_placed(self) -> bool:
        """Whether each line begins with the place in a file."""
        return all(fault.at is not None for fault in self.faults)

    @staticmethod
    def of(faults: Sequence[JobFault]) -> SharedEcrError:
        """Return the error of *faults*: that of the one, where one argument is all that is wrong."""
        is_one = len(_lines(faults)) == 1 and faults[0].at is None
        return faults[0].error if is_one else InvalidJobsError(faults)


def is_about_the_declaration(error: SharedEcrError) -> bool:
    """Whether *error* lists the problems of the declaration, by which all names are understood."""
    from shared_ecr.findings.problems import InvalidDeclarationError

    return isinstance(error, InvalidDeclarationError)


def _lines(faults: Sequence[JobFault]) -> list[str]:
    """Render each fault once: those of arguments first, then those of files in the order of the file."""
    said = dict.fromkeys(str(fault) for fault in faults if fault.at is None)
    if all(fault.at is None for fault in faults):
        return list(said)
    from shared_ecr.findings.problems import in_file_order, render

    return [*said, render(in_file_order(fault.as_problem() for fault in faults if fault.at is not None))]
