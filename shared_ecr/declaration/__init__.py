"""From the bytes of a file to a registry, with every problem on the way.

The way of the data: `document` reads YAML into `nodes` that know their place; `merging` lets the defaults in;
`registry`, `repositories`, `grants` and `lifecycle` read nodes into specs through `reading`, which collects the
problems. `load` is all of it.
"""

from dataclasses import dataclass
from pathlib import Path

from shared_ecr.declaration.document import load_document, read_document
from shared_ecr.declaration.nodes import Node
from shared_ecr.declaration.reading import Reading
from shared_ecr.declaration.registry import read_registry
from shared_ecr.problems import InvalidDeclarationError, Problem, in_file_order
from shared_ecr.registry import RegistrySpec

# Where the declaration stands unless one says otherwise.
DEFAULT_FILE = Path("registry.yaml")


@dataclass(frozen=True, slots=True)
class Declaration:
    """A registry that can be built, and what its declaration should be asked about."""

    registry: RegistrySpec
    warnings: tuple[Problem, ...]


def load(path: Path = DEFAULT_FILE) -> Declaration:
    """Read the declaration at *path*.

    Raises:
        InvalidDeclarationError: the file is missing or has problems; all of them are in it.
    """
    return _declaration(*load_document(path, str(path)), str(path))


def parse(text: str, file: str = "registry.yaml") -> Declaration:
    """Read a declaration that is already at hand; *file* is what its problems call it."""
    return _declaration(*read_document(text.encode(errors="surrogatepass"), file), file)


def _declaration(document: Node | None, faults: list[Problem], file: str) -> Declaration:
    reading = Reading(file)
    registry = read_registry(reading, document) if document else None
    problems = in_file_order([*faults, *reading.problems])
    if registry is None or reading.has_errors or faults:
        raise InvalidDeclarationError(problems)
    return Declaration(registry, tuple(problems))
