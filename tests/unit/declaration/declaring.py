"""Declarations on disk and as text, for the tests of how they are read."""

from collections.abc import Mapping
from pathlib import Path

from shared_ecr.declaration import Declaration, load, parse
from shared_ecr.findings.problems import InvalidDeclarationError
from shared_ecr.model.repositories import RepositorySpec

HEAD = 'version: 1\nregistry: {account: "111111111111", regions: [us-east-1]}\n'


def written(folder: Path, files: Mapping[str, str]) -> Path:
    """Write *files* and return the path of registry.yaml, which begins with version and registry."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HEAD + text if name == "registry.yaml" else text, encoding="utf-8")
    return folder / "registry.yaml"


def shown(path: Path, environ: Mapping[str, str] | None = None) -> list[str]:
    """Return what is said of the declaration at *path*, its folder left out."""
    try:
        problems = load(path, environ).warnings
    except InvalidDeclarationError as error:
        problems = error.problems
    return [str(problem).replace(f"{path.parent}/", "") for problem in problems]


def codes(path: Path, environ: Mapping[str, str] | None = None) -> list[str]:
    return [line.rsplit("[", 1)[1].rstrip("]") for line in shown(path, environ)]


def declared(text: str, environ: Mapping[str, str] | None = None) -> Declaration:
    return parse(HEAD + text, environ=environ)


def only(text: str, environ: Mapping[str, str] | None = None) -> RepositorySpec:
    """Return the only repository of a declaration."""
    (spec,) = declared(text, environ).registry.repositories
    return spec
