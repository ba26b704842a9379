"""Why a file cannot be reviewed, with its place."""

from collections.abc import Sequence

from shared_ecr.findings.errors import ExitCode, SharedEcrError
from shared_ecr.findings.problems import Position, Problem, Severity, render

EXPECTED = (
    "Give a folder cdk.out, CloudFormation templates in JSON or YAML, or what 'terraform show -json' prints of a plan"
)


class InvalidDocumentError(SharedEcrError):
    """A file is broken, too large, or does not deploy anything; `problems` has every reason."""

    exit_code = ExitCode.INVALID

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(render(self.problems))

    @classmethod
    def of(  # noqa: PLR0913 — the parts of a problem
        cls, file: str, what: str, *, code: str, why: str = "", fix: str = "", position: Position | None = None
    ) -> "InvalidDocumentError":
        """Make the error of one problem."""
        return cls([Problem(code, Severity.ERROR, what, why, fix, file=file, position=position)])
