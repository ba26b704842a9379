"""A file of findings of image scans that are allowed: the same entries as `acknowledged` of a declaration.

acknowledged:
- finding: CVE-2026-1234
repository: team/app
reason: the vulnerable function is not called
until: 2027-01-31
"""

from pathlib import Path

from shared_ecr.declaration.acknowledgements import read_acknowledgement
from shared_ecr.declaration.reader import Reading
from shared_ecr.documents.yaml import load_document
from shared_ecr.findings.acknowledgements import Acknowledgement
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.findings.problems import InvalidDeclarationError, Problem, Severity, in_file_order
from shared_ecr.findings.vulnerabilities.gate import NOT_SCANNED
from shared_ecr.records import replace
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

_KEY = "acknowledged"
# CVE-2026-1234, GHSA-xxxx-xxxx-xxxx, ALAS2-2026-1234: a database, and its number.
_VULNERABILITY = LazyPattern(r"[A-Z][A-Za-z0-9]*(?:[-_.:][A-Za-z0-9]+)+")


def load_allowed_findings(path: Path) -> tuple[Acknowledgement, ...]:
    """Read the file at *path*.

    Raises:
        InvalidDeclarationError: the file is missing or has problems; all of them are in it.
    """
    file = str(path)
    document, faults = load_document(path, file)
    reading = Reading(file)
    allowed: list[Acknowledgement | None] = []
    if document is not None:
        top = reading.mapping(document, "", (_KEY,), (_KEY,))
        entries = top.get(_KEY) if top else None
        if entries is not None:
            allowed = [
                read_acknowledgement(reading, item, place, (), _finding) for item, place in reading.items(entries, _KEY)
            ]
    problems = in_file_order([*map(_in_own_words, faults), *reading.problems])
    if any(each.severity is Severity.ERROR for each in problems):
        raise InvalidDeclarationError(problems)
    return tuple(each for each in allowed if each)


def _in_own_words(fault: Problem) -> Problem:
    """Replace advice that is about a declaration."""
    match fault.code:
        case "config-missing":
            return replace(fault, fix="Check the path that '--allow' names")
        case "config-empty":
            return replace(fault, why="It can be the wrong file", fix=f"Write '{_KEY}: []' where nothing is allowed")
        case _:
            return fault


def _finding(text: str) -> str:
    if text == NOT_SCANNED or _VULNERABILITY.fullmatch(text):
        return text
    upper = text.upper()
    raise InvalidValueError(
        f"{quoted(text)} is not the id of a vulnerability",
        why=f"An id is written as the scan reports it, such as CVE-2026-1234; {NOT_SCANNED} allows a missing scan",
        fix=f"Write '{upper}'" if _VULNERABILITY.fullmatch(upper) else "",
        code="allowed-finding",
    )
