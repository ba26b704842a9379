"""The file beside a declaration that says in which stack each repository is: read, and written as text."""

import json
from pathlib import Path

from shared_ecr.declaration.reader import Reading
from shared_ecr.documents.input_files import read_found
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.findings.problems import Position
from shared_ecr.model.names import RepositoryName
from shared_ecr.model.placements import Placement
from shared_ecr.model.shards import MAX_STACKS

VERSION = 1
_MOST_BYTES = 4 * 1024 * 1024


def placement_path(declaration: Path) -> Path:
    """Return where the placement of the declaration at *declaration* is: `registry.stacks.json` for `registry.yaml`."""
    return declaration.with_suffix(".stacks.json")


def read_placement(reading: Reading, declaration: Path | None) -> Placement | None:
    """Read the placement beside *declaration*; None where there is none, or where its fault was noted."""
    if declaration is None or not placement_path(declaration).exists():
        return None
    path = placement_path(declaration)
    place = Position(1, 1, file=str(path))
    try:
        return _parsed(path)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as fault:
        what = str(fault) if isinstance(fault, InvalidValueError) else "it is not a file that 'shared-ecr grow' writes"
        reading.note(
            place,
            "stacks",
            InvalidValueError(
                f"{path.name} cannot be read: {what}",
                why="It says which stack has each repository, and a repository that moves to another stack must be "
                "imported",
                fix="Restore it from version control, or remove it and write it again with 'shared-ecr grow'",
                code="stacks-file",
            ),
        )
        return None


def placement_text(placement: Placement) -> str:
    """Render *placement* as the text of its file: the same for the same placement."""
    assigned = {name.text: number for name, number in sorted(placement.assigned.items())}
    about = "Written by 'shared-ecr grow'; commit it. A repository that is not listed is in the last stack."
    document = {"about": about, "version": VERSION, "stacks": placement.stacks, "repositories": assigned}
    return json.dumps(document, indent=1) + "\n"


def _parsed(path: Path) -> Placement:
    data = read_found(path, _MOST_BYTES + 1)
    if len(data) > _MOST_BYTES:
        raise ValueError(path)
    document = json.loads(data)
    if document["version"] != VERSION:
        raise InvalidValueError(f"version {document['version']}; this release reads {VERSION}", code="stacks-file")
    stacks, assigned = document["stacks"], document["repositories"]
    if type(stacks) is not int or not 1 <= stacks <= MAX_STACKS:
        raise InvalidValueError(f"'stacks' is not a number from 1 to {MAX_STACKS}", code="stacks-file")
    wrong = [name for name, number in assigned.items() if type(number) is not int or not 0 <= number < stacks]
    if wrong:
        raise InvalidValueError(f"{wrong[0]} is in no stack from 0 to {stacks - 1}", code="stacks-file")
    return Placement(stacks, {RepositoryName.parse(name): number for name, number in assigned.items()})
