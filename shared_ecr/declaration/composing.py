"""One document of all files of a declaration: an environment is chosen, variables are replaced, files are included."""

from collections.abc import Mapping as MappingOf
from functools import partial
from pathlib import Path

from shared_ecr.declaration.environments import KEY as ENVIRONMENTS
from shared_ecr.declaration.environments import environ_of
from shared_ecr.declaration.inclusion import whole
from shared_ecr.declaration.keys import KEYS
from shared_ecr.declaration.reader import Reading
from shared_ecr.declaration.team_files import TeamFile
from shared_ecr.declaration.variables import replaced
from shared_ecr.documents.nodes import Mapping

_OF_THE_WHOLE = tuple(key for key in KEYS if key != "repositories")


def composed(
    reading: Reading, document: Mapping, path: Path | None, environ: MappingOf[str, str]
) -> tuple[Mapping, tuple[TeamFile, ...]] | None:
    """Return the whole document and the files of teams in it; None where no environment could be chosen."""
    chosen = environ_of(reading, document, environ)
    if chosen is None:
        return None
    prepare = partial(replaced, reading, chosen)
    prepared = prepare(_without(document, ENVIRONMENTS))
    assert isinstance(prepared, Mapping)  # noqa: S101 — replacing keeps the kind of a collection
    return whole(reading, prepared, path, _OF_THE_WHOLE, prepare)


def _without(document: Mapping, key: str) -> Mapping:
    return Mapping(document.position, tuple(entry for entry in document.entries if entry.key.text != key))
