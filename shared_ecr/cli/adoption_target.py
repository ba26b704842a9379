"""The declaration that exists, read with the adopted repositories before anything of it is written."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.findings.errors import UsageError
from shared_ecr.records import replace

if TYPE_CHECKING:
    from shared_ecr.declaration import Declaration
    from shared_ecr.deployment.adoption.existing_declaration import ExistingDeclaration
    from shared_ecr.documents.live import LiveRegistry
    from shared_ecr.model.registry import RegistrySpec

_NOTHING = "repositories: {}\n"


def existing_declaration(path: Path) -> "ExistingDeclaration":
    """Read the declaration at *path*, without the repositories of an earlier adoption.

    Raises:
        InvalidDeclarationError: it has problems.
    """
    from shared_ecr.declaration import load
    from shared_ecr.declaration.statements import plain
    from shared_ecr.deployment.adoption.existing_declaration import ExistingDeclaration
    from shared_ecr.documents.nodes import Mapping

    declaration = load(path, os.environ)
    files = tuple(_files(declaration, path))

    def load_with(text: str) -> "RegistrySpec":
        return _loaded(path, files, text)

    document = declaration.document
    defaults = document.get("defaults") if isinstance(document, Mapping) else None
    return ExistingDeclaration(
        str(path), load_with(_NOTHING), plain(defaults) if defaults is not None else {}, load_with
    )


def require_place(existing: "ExistingDeclaration", live: "LiveRegistry") -> None:
    """Refuse a declaration of another registry, and one of several Regions.

    Raises:
        UsageError: the repositories of *live* cannot be declared in it.
    """
    declared = existing.registry
    if declared.account != live.account:
        raise UsageError(
            f"{existing.file} declares the registry of {declared.account}, and this one is of {live.account}"
        )
    if declared.regions != (live.region,):
        listed = ", ".join(map(str, declared.regions))
        raise UsageError(
            f"{existing.file} has the Regions {listed}, and a repository that it includes is declared in each of them; "
            f"adopt the repositories of {live.region} into a file of their own: --into FILE, without --include"
        )


def _files(declaration: "Declaration", path: Path) -> Iterator[Path]:
    """Yield the files that the declaration includes, but for that of an earlier adoption."""
    from shared_ecr.declaration.inclusion import KEY
    from shared_ecr.deployment.adoption.existing_declaration import INCLUDED, pattern_of
    from shared_ecr.documents.nodes import Mapping, Sequence

    document = declaration.document
    include = document.get(KEY) if isinstance(document, Mapping) else None
    for entry in include.items if isinstance(include, Sequence) else ():
        for each in sorted(path.parent.glob(pattern_of(entry))):
            if each.is_file() and each not in {path, path.parent / INCLUDED}:
                yield each


def _loaded(path: Path, files: tuple[Path, ...], text: str) -> "RegistrySpec":
    """Read a copy of the declaration that includes *text*; problems name the files that were copied."""
    from tempfile import TemporaryDirectory

    from shared_ecr.declaration import load
    from shared_ecr.declaration.placement_file import placement_path
    from shared_ecr.deployment.adoption.existing_declaration import INCLUDED, with_include
    from shared_ecr.findings.problems import InvalidDeclarationError

    with TemporaryDirectory(prefix="shared-ecr-adopt-") as name:
        folder = Path(name)
        copy = folder / path.name
        copy.write_text(with_include(path.read_text(encoding="utf-8-sig"), str(path)), encoding="utf-8")
        for each in (*files, *(held for held in (placement_path(path),) if held.exists())):
            target = folder / each.relative_to(path.parent)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(each.read_bytes())
        (folder / INCLUDED).write_text(text, encoding="utf-8")
        try:
            return load(copy, os.environ).registry
        except InvalidDeclarationError as error:
            prefix = f"{folder.as_posix()}/"
            problems = [replace(each, file=each.file.replace(prefix, "")) for each in error.problems]
            raise InvalidDeclarationError(problems) from error
