"""What is wrong with a piece of a file, said where its place in the file is not known."""

from shared_ecr.findings.problems import Severity
from shared_ecr.records import record


@record
class SyntaxFault:
    """A problem without its place."""

    code: str
    what: str
    why: str = ""
    fix: str = ""
    severity: Severity = Severity.ERROR
