"""The files of a new project: a declaration, the app that deploys it, a test, and a workflow of CI."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from enum import StrEnum
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path, PurePosixPath

from shared_ecr.deployment.bootstrap.toolkit_template import CDK_CLI
from shared_ecr.findings.errors import UsageError
from shared_ecr.model.builds.packages import PackageRequirement

# The files of a fresh clone before its first commit.
_ALLOWED_BEFORE = {".git"}


# What an app and the embedded AWS need.
EXTRAS = ("cdk", "local")
# No host has a name in example.com but those of IANA: https://www.rfc-editor.org/rfc/rfc2606#section-3
UNNAMED_PACKAGE = f"shared-ecr[{','.join(EXTRAS)}] @ git+https://git.example.com/OWNER/shared-ecr@COMMIT"


class CiSystem(StrEnum):
    """Where a project's changes are reviewed and deployed."""

    GITHUB = "github"
    GITLAB = "gitlab"
    NONE = "none"


_FILES = {
    "app.py": "app.py.in",
    "cdk.json": "cdk.json.in",
    "requirements.txt": "requirements.txt.in",
    "requirements.lock": "requirements.lock.in",
    ".gitignore": "gitignore.in",
    "test_registry.py": "test_registry.py.in",
}
_WORKFLOWS = {
    CiSystem.GITHUB: {".github/workflows/registry.yml": "github.yml.in"},
    # The image of its jobs has no Node.
    CiSystem.GITLAB: {".gitlab-ci.yml": "gitlab.yml.in", "node.lock": "node.lock.in"},
    CiSystem.NONE: {},
}


def project_files(declaration: str, ci: CiSystem, package: PackageRequirement | None) -> Mapping[PurePosixPath, str]:
    """Return the text of each file of a new project that deploys *declaration*, where pip installs *package*.

    Without one, the requirements name an address that cannot exist, so that nothing of another owner is installed.
    """
    chosen = _FILES | _WORKFLOWS[ci]
    templates = files("shared_ecr.cli") / "app_files"
    texts = {PurePosixPath("registry.yaml"): declaration}
    for name, template in chosen.items():
        texts[PurePosixPath(name)] = _filled_in((templates / template).read_text(encoding="utf-8"), package)
    return texts


def write_project(folder: Path, texts: Mapping[PurePosixPath, str]) -> Iterator[Path]:
    """Write *texts* into *folder*, which is new or empty, and yield each path; nothing is left where a write fails.

    Raises:
        UsageError: the folder has files in it, is a file, or its parent is missing.
    """
    _check_is_free(folder)
    parent = folder.absolute().parent
    if not parent.is_dir():
        raise UsageError(f"there is no folder {folder.parent}; make it first")
    with tempfile.TemporaryDirectory(prefix=f".{folder.absolute().name}-", dir=parent) as staged:
        for name, text in texts.items():
            path = Path(staged) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        folder.mkdir(exist_ok=True)
        for each in sorted(Path(staged).iterdir()):
            shutil.move(each, folder / each.name)
    yield from (folder / name for name in texts)


def _check_is_free(folder: Path) -> None:
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise UsageError(f"{folder} exists and is not a folder; name another path")
    found = sorted({each.name for each in folder.iterdir()} - _ALLOWED_BEFORE) if folder.exists() else []
    if found:
        raise UsageError(
            f"{folder} exists and holds {found[0]}, and no file in it is overwritten; name a new folder or an empty one"
        )


def _filled_in(text: str, package: PackageRequirement | None) -> str:
    python = "python" if os.name == "nt" else "python3"
    values = {
        "@VERSION@": version("shared-ecr"),
        "@CDK_CLI@": CDK_CLI,
        "@PYTHON@": python,
        "@PACKAGE@": str(package.with_extras(*EXTRAS)) if package else UNNAMED_PACKAGE,
    }
    for name, value in values.items():
        text = text.replace(name, value)
    return text
