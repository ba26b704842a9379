"""A file with results of image scans for the embedded AWS: what `local scan-results` reads.

    {"scans": [{"repositoryName": "team/app", "imageDigest": "sha256:…", "looks": [{"imageScanStatus": {…}}]}],
     "coverage": [{"resourceType": "AWS_ECR_CONTAINER_IMAGE", …}]}

Without `imageDigest`, every image of the repository has the results.
"""

import json
from pathlib import Path
from typing import Any

from shared_ecr.declaration.reader import Reading, join
from shared_ecr.documents.nodes import Mapping, Node, Scalar
from shared_ecr.documents.yaml import load_bytes, read_document
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.findings.problems import InvalidDeclarationError, Position, Problem, Severity, in_file_order
from shared_ecr.records import record

_CODE = "scan-results"
_KEYS = ("scans", "coverage")
_SCAN = ("repositoryName", "imageDigest", "looks", "start")
_LOOK = ("imageScanStatus", "imageScanFindings")


@record
class ScanResults:
    """What `give_scan_results` takes."""

    scans: tuple[dict[str, Any], ...] = ()
    coverage: tuple[dict[str, Any], ...] | None = None


def load_scan_results(path: Path) -> ScanResults:
    """Read the file at *path*.

    Raises:
        InvalidDeclarationError: the file is missing, is not JSON or has another shape; all problems are in it.
    """
    file = str(path)
    data = load_bytes(path, file)
    if isinstance(data, Problem):
        raise InvalidDeclarationError([data])
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except json.JSONDecodeError as fault:
        place = Position(fault.lineno, fault.colno)
        raise InvalidDeclarationError([_problem(file, f"not JSON: {fault.msg.lower()}", place)]) from fault
    except (UnicodeDecodeError, RecursionError) as fault:
        raise InvalidDeclarationError(
            [_problem(file, "not JSON: it is not text in UTF-8, or nests too deep")]
        ) from fault
    # Where there are problems, the places come from the reader of YAML, of which JSON is a part but for tabs.
    document, faults = read_document(data.replace(b"\t", b" "), file)
    reading = Reading(file)
    if document is not None:
        _read(reading, document)
    problems = in_file_order([*faults, *reading.problems])
    if any(each.severity is Severity.ERROR for each in problems):
        raise InvalidDeclarationError(problems)
    coverage = found.get("coverage")
    return ScanResults(tuple(found.get("scans", ())), None if coverage is None else tuple(coverage))


def _problem(file: str, what: str, position: Position | None = None) -> Problem:
    return Problem(_CODE, Severity.ERROR, what, file=file, position=position)


def _read(reading: Reading, document: Node) -> None:
    top = reading.mapping(document, "", _KEYS)
    for node, path in reading.items(scans, "scans") if top and (scans := top.get("scans")) else ():
        _read_scan(reading, node, path)
    for node, path in reading.items(covered, "coverage") if top and (covered := top.get("coverage")) else ():
        if not isinstance(node, Mapping):
            reading.expected(node, path, "a resource of Inspector's ListCoverage", "type-mapping")


def _read_scan(reading: Reading, node: Node, path: str) -> None:
    scan = reading.mapping(node, path, _SCAN, ("repositoryName", "looks"))
    if scan is None:
        return
    for key in ("repositoryName", "imageDigest", "start"):
        if (value := scan.get(key)) is not None:
            reading.text(value, join(path, key))
    looks = scan.get("looks")
    found = list(reading.items(looks, join(path, "looks"))) if looks is not None else []
    if looks is not None and not found and not reading.has_errors:
        fault = InvalidValueError("there is no look", fix="Write one answer of DescribeImageScanFindings", code=_CODE)
        reading.note(looks, join(path, "looks"), fault)
    for look, place in found:
        if isinstance(look, Scalar):
            reading.text(look, place)
        else:
            _read_look(reading, look, place)


def _read_look(reading: Reading, node: Node, path: str) -> None:
    look = reading.mapping(node, path, _LOOK, ("imageScanStatus",))
    status = look.get("imageScanStatus") if look else None
    if status is not None:
        read = reading.mapping(status, join(path, "imageScanStatus"), ("status", "description"), ("status",))
        if read and (word := read.get("status")):
            reading.text(word, join(path, "imageScanStatus.status"))
