"""One file of data, whichever of the two languages it is written in."""

from pathlib import Path

from shared_ecr.review.documents.document import DataFile
from shared_ecr.review.documents.faults import InvalidDocumentError
from shared_ecr.review.documents.files import read_text
from shared_ecr.review.documents.json_text import read_json_text
from shared_ecr.review.documents.yaml_text import read_yaml_text

YAML_SUFFIXES = frozenset({".yaml", ".yml"})


class DataFiles:
    """Reads files, each of them once: a template is evaluated often and parsed once."""

    def __init__(self) -> None:
        self._read: dict[tuple[Path, str], DataFile] = {}

    def read(self, path: Path, shown_as: str) -> DataFile:
        """Read the file at *path* as `read_document` does.

        Raises:
            InvalidDocumentError: as there.
        """
        key = path, shown_as
        if key not in self._read:
            self._read[key] = read_document(path, shown_as)
        return self._read[key]


def read_document(path: Path, shown_as: str) -> DataFile:
    """Read the file at *path*, which messages call *shown_as*.

    Raises:
        InvalidDocumentError: it cannot be read, is neither JSON nor YAML, or is beyond the bounds.
    """
    text = read_text(path, shown_as)
    begins = text.source.text.lstrip()[:1]
    if path.suffix == ".json" or begins in {"{", "["}:
        try:
            return read_json_text(text)
        except InvalidDocumentError:
            # YAML writes mappings in braces too, with keys that need no quotes.
            if path.suffix not in YAML_SUFFIXES:
                raise
    return read_yaml_text(text)
