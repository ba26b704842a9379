"""From the bytes of a file to a registry, with every problem on the way.

The way of the data: `document` reads YAML into `nodes` that know their place; `variables` and `inclusion` make them
one whole; `profiles` and `merging` let into each repository what it begins with; `registry`, `repositories`, `grants`
and `lifecycle` read nodes into specs through `reading`, which collects the problems. `load` is all of it.
"""

from collections.abc import Mapping as MappingOf
from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.declaration.composing import composed
from shared_ecr.declaration.ignoring import KEY as IGNORE
from shared_ecr.declaration.ignoring import Ignored, Ignoring, read_ignoring
from shared_ecr.declaration.reader import Reading
from shared_ecr.documents.nodes import Mapping, Node
from shared_ecr.documents.yaml import load_document, read_document
from shared_ecr.findings.problems import InvalidDeclarationError, Problem, Severity, in_file_order
from shared_ecr.records import field, record

if TYPE_CHECKING:
    from shared_ecr.model.placements import Placement
    from shared_ecr.model.registry import RegistrySpec

# Where the declaration is unless one says otherwise.
DEFAULT_FILE = Path("registry.yaml")


@record
class Declaration:
    """A registry that can be built, and what its declaration should be asked about."""

    registry: "RegistrySpec"
    warnings: tuple[Problem, ...]
    document: Node
    """What was read: all included files, variables replaced."""
    ignored: tuple[Ignored, ...] = ()
    """The problems that the declaration says to ignore, each with its reason."""
    ignoring: Ignoring = field(default_factory=Ignoring)
    """What the declaration says to ignore, for problems that are found later than at reading."""


def load(
    path: Path = DEFAULT_FILE, environ: MappingOf[str, str] | None = None, *, placement: "Placement | None" = None
) -> Declaration:
    """Read the declaration at *path*; *environ* is what its variables are replaced from, by default nothing.

    *placement* says in which stack each repository is; by default the file beside the declaration does, if there is
    one.

    Raises:
        InvalidDeclarationError: the file, or one it includes, is missing or has problems; all of them are in it.
    """
    document, faults = load_document(path, str(path))
    return _declaration(document, faults, _Source(str(path), path, placement), environ or {})


def parse(text: str, file: str = "registry.yaml", environ: MappingOf[str, str] | None = None) -> Declaration:
    """Read a declaration that is already at hand; *file* is what its problems call it. It includes no other."""
    document, faults = read_document(text.encode(errors="surrogatepass"), file)
    return _declaration(document, faults, _Source(file), environ or {})


@record
class _Source:
    """Where a declaration comes from."""

    file: str
    """What its problems call it."""
    path: Path | None = None
    placement: "Placement | None" = None


def _declaration(
    document: Node | None, faults: list[Problem], source: _Source, environ: MappingOf[str, str]
) -> Declaration:
    # Imported here: `addresses` does without what reads every section.
    from shared_ecr.declaration.placement_file import read_placement  # noqa: PLC0415 — start-up time
    from shared_ecr.declaration.registry import read_registry  # noqa: PLC0415 — start-up time

    file, path = source.file, source.path
    reading = Reading(file)
    registry, ignoring = None, Ignoring()
    if isinstance(document, Mapping) and (whole := composed(reading, document, path, environ)):
        document, teams = whole
        ignoring = read_ignoring(reading, document.get(IGNORE))
        reading.ignores = ignoring.covers
        registry = read_registry(reading, document, source.placement or read_placement(reading, path), teams)
    found, ignored = ignoring.sift([*faults, *reading.problems], file)
    problems = in_file_order(found)
    if registry is None or document is None or any(each.severity is Severity.ERROR for each in problems):
        raise InvalidDeclarationError(problems)
    return Declaration(registry, tuple(problems), document, tuple(ignored), ignoring)
