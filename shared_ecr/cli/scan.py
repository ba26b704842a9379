"""`shared-ecr scan`: wait for the scans of images, and fail where they found too much or nothing was scanned."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.cli.gate_options import add_gate_options, scan_gate, scan_request
from shared_ecr.cli.options import StepLog, Subcommands, add_file, add_place, locator, named_path
from shared_ecr.findings.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shared_ecr.findings.vulnerabilities.gate import ImageVerdict, ScanGate


FORMS = ("text", "json", "sarif")
_ENDINGS = {".txt": "text", ".json": "json", ".sarif": "sarif"}


def add_parser(subcommands: "Subcommands[argparse.ArgumentParser]") -> None:
    """Register the command."""
    parser = subcommands.add_parser(
        "scan",
        help="wait for the scans of images, and fail (exit 1) on vulnerabilities",
        description="Wait until ECR or Amazon Inspector has the findings of images, and print them. Exits 0 if nothing "
        "blocks, 1 if a vulnerability blocks or an image is not scanned, 3 if a scan did not end in time, 4 if AWS "
        "refuses. For an index, the images of its platforms are judged. Changes nothing, but starts a basic scan if "
        "there is none, or if the last one is older than a day. Reference: docs/reference/scan.md",
    )
    parser.add_argument(
        "images", nargs="+", metavar="IMAGE", help="the declared name, or the whole URI, with :TAG or @DIGEST"
    )
    add_gate_options(parser)
    parser.add_argument("--format", choices=FORMS, default="text", help="how to print (default: text)")
    parser.add_argument(
        "--save",
        action="append",
        default=[],
        type=named_path,
        metavar="FILE",
        help="also write the result to FILE; its extension is the format: .txt, .json or .sarif; may be repeated",
    )
    add_file(parser)
    add_place(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Wait, judge, save, and print."""
    from shared_ecr.cli.saved_files import write_whole
    from shared_ecr.client.scanning.gate import scan_images
    from shared_ecr.client.session import Session
    from shared_ecr.findings.vulnerabilities.gate import judge

    forms = {path: _form_of(path) for path in arguments.save}
    gate, request = scan_gate(arguments, arguments.fail_on), scan_request(arguments)
    names = tuple(dict.fromkeys(arguments.images))
    with Session(locator(arguments)) as session:
        scanned = scan_images(names, session, request, StepLog().said)
    verdicts = [judge(image, gate) for image in scanned]
    for path, form in forms.items():
        write_whole(path, f"{_rendered(verdicts, gate, form)}\n")
    print(_rendered(verdicts, gate, arguments.format))
    return _exit_code(verdicts)


def _form_of(path: Path) -> str:
    """Return the form that the ending of *path* says, before anything is asked."""
    form = _ENDINGS.get(path.suffix)
    if form is None:
        raise UsageError(f"--save {path}: write a file that ends in {', '.join(_ENDINGS)}")
    if not path.absolute().parent.is_dir():
        # Known before the command waits for minutes.
        raise UsageError(f"--save {path}: there is no folder {path.parent}; create it first")
    return form


def _rendered(verdicts: "Sequence[ImageVerdict]", gate: "ScanGate", form: str) -> str:
    match form:
        case "json":
            from shared_ecr.findings.vulnerabilities.gate_json import json_document

            return json.dumps(json_document(verdicts, gate), indent=2)
        case "sarif":
            from importlib.metadata import version

            from shared_ecr.findings.vulnerabilities.gate_sarif import sarif_document

            return json.dumps(sarif_document(verdicts, version("shared-ecr")), indent=2)
        case _:
            from shared_ecr.findings.vulnerabilities.gate_text import text_lines

            return "\n".join(text_lines(verdicts))


def _exit_code(verdicts: "Sequence[ImageVerdict]") -> int:
    """One image that is blocked decides; otherwise one without an answer does."""
    codes = {verdict.exit_code for verdict in verdicts}
    return next((code for code in (ExitCode.FINDINGS, ExitCode.ENVIRONMENT) if code in codes), ExitCode.DONE)
