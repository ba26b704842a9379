"""The cases: a folder each, with a declaration and the templates that it must become."""

from dataclasses import dataclass
from pathlib import Path

from shared_ecr.declaration import load
from shared_ecr.model.registry import RegistrySpec
from templates.synthesis import SUFFIX, templates_in

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Case:
    """A declaration, and beside it the templates that were accepted for it."""

    folder: Path

    @property
    def declaration(self) -> Path:
        """The file of the case; that of `project` is the one that the project deploys, where it is."""
        return (ROOT if self.folder.name == "project" else self.folder) / "registry.yaml"

    @property
    def registry(self) -> RegistrySpec:
        return load(self.declaration).registry

    @property
    def accepted(self) -> dict[str, str]:
        """The golden templates, by stack id."""
        return templates_in(self.folder)

    def accept(self, templates: dict[str, str]) -> None:
        """Make *templates* the golden ones, and no others."""
        for path in self.folder.glob(f"*{SUFFIX}"):
            path.unlink()
        for stack, text in templates.items():
            (self.folder / f"{stack}{SUFFIX}").write_text(text)

    def __str__(self) -> str:
        return self.folder.name


CASES = [Case(folder) for folder in sorted((Path(__file__).parent / "golden").iterdir())]
EVERYTHING = next(case for case in CASES if str(case) == "everything")
PROJECT = next(case for case in CASES if str(case) == "project")
