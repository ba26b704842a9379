"""The bytes of a document: bounded, UTF-8, and never from outside of the given folder."""

import stat
from pathlib import Path

from shared_ecr.documents.input_files import read_named
from shared_ecr.documents.yaml import decode
from shared_ecr.documents.yaml.source import SourceText
from shared_ecr.findings.problems import Problem
from shared_ecr.records import record
from shared_ecr.review.documents.faults import EXPECTED, InvalidDocumentError

# CloudFormation takes templates of 1 MB; plans of Terraform and trees of CDK are larger, but not by this much.
LARGEST_FILE = 50 * 1024 * 1024
# How a file in the format of ZIP begins, which a plan file of Terraform is.
_ARCHIVE = b"PK\x03\x04"


@record
class DocumentText:
    """One file that was read."""

    source: SourceText
    """Its text, and its name for messages."""
    size: int
    """In bytes, as CloudFormation counts."""


@record
class DocumentFolder:
    """The folder that a review may read; nothing in it leads out of it, neither `..` nor a link."""

    root: Path
    shown_as: str
    """What messages call it; empty for the current one."""

    def file(self, name: str, base: str = "") -> Path | None:
        """Return the regular file that a document in the folder *base* calls *name*; None where it is outside.

        Raises:
            InvalidDocumentError: there is no such file.
        """
        path = self.inside(f"{base}/{name}" if base else name)
        if path is None:
            return None
        try:
            mode = path.stat().st_mode
        except OSError as fault:
            what = "this file, which another document names, is not there"
            raise InvalidDocumentError.of(self.shown(name, base), what, code="document-missing") from fault
        return path if stat.S_ISREG(mode) else None

    def inside(self, name: str) -> Path | None:
        """Return where *name* leads, or None where that is outside."""
        try:
            root = self.root.resolve()
            path = (root / name).resolve()
        except (OSError, ValueError, RuntimeError):
            # A name with a NUL is a ValueError, links in a circle are a RuntimeError.
            return None
        return path if path.is_relative_to(root) else None

    def shown(self, name: str, base: str = "") -> str:
        """Return what messages call the file *name* in *base*."""
        return "/".join(part for part in (self.shown_as.rstrip("/"), base, name) if part)


def read_text(path: Path, shown_as: str) -> DocumentText:
    """Read the file at *path*, at most 50 MiB of it.

    Raises:
        InvalidDocumentError: it is missing, too large, unreadable or not UTF-8.
    """
    try:
        data = read_named(path, LARGEST_FILE + 1)
    except FileNotFoundError as fault:
        raise InvalidDocumentError.of(shown_as, "no such file", code="document-missing", fix=EXPECTED) from fault
    except (OSError, ValueError) as fault:
        reason = fault.strerror if isinstance(fault, OSError) and fault.strerror else str(fault)
        what = f"the file cannot be read: {reason.lower()}"
        raise InvalidDocumentError.of(shown_as, what, code="document-unreadable") from fault
    if len(data) > LARGEST_FILE:
        what = f"the file is larger than {LARGEST_FILE // 1024**2} MiB"
        why = "Templates and plans are smaller"
        raise InvalidDocumentError.of(shown_as, what, why=why, fix=EXPECTED, code="document-too-large")
    if data.startswith(_ARCHIVE):
        what = "this is an archive, as 'terraform plan -out' writes it, and not text"
        fix = "Give what 'terraform show -json PLAN' prints"
        raise InvalidDocumentError.of(shown_as, what, fix=fix, code="document-shape")
    source = decode(data, shown_as)
    if isinstance(source, Problem):
        raise InvalidDocumentError([source])
    return DocumentText(source, len(data))
