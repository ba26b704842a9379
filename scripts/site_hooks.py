"""Hooks of mkdocs: pages that are at the root of the repository, and links that lead out of the documentation.

The same Markdown is read on a forge and on the site. A link is written for the forge, relative to its file. Here it is
made relative to the page where its target is one, and absolute where it is another file of the repository.
https://www.mkdocs.org/user-guide/configuration/#hooks
"""

import os
import re
import tomllib
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
AT_THE_ROOT = ("ARCHITECTURE.md", "CHANGELOG.md", "CODE_OF_CONDUCT.md", "CONTRIBUTING.md", "SECURITY.md")
# [text](target) and [text](target#anchor); a target with a scheme is left as it is.
# A file of the code in a span of code; on the site it becomes a link, on a forge it stays text.
_FILE = re.compile(r"(?<!\[)`((?:shared_ecr|constructs|scripts|tests|integrations)/[\w./-]+)`(?!\])")
_LINK = re.compile(r"(\]\()([^)\s#:]+)(#[^)]*)?(\))")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Take the address of the repository from pyproject.toml, where it is written once."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    config.repo_url = project["urls"]["Repository"]
    config.repo_name = project["name"]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages of the root, and keep decision records out of the warning about pages without navigation."""
    for name in AT_THE_ROOT:
        files.append(File(name, str(ROOT), config.site_dir, config.use_directory_urls))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Rewrite the links of *page* for the site."""
    here = Path(page.file.abs_src_path or "").parent
    virtual = Path(page.file.src_uri).parent

    def rewritten(found: re.Match[str]) -> str:
        target = Path(os.path.normpath(here / found[2]))
        if not target.exists():
            raise PluginError(f"{page.file.src_uri} links to {found[2]}, which is not in the repository")
        uri = _page_of(target, Path(config.docs_dir))
        if uri and files.get_file_from_path(uri):
            return f"{found[1]}{os.path.relpath(uri, virtual)}{found[3] or ''}{found[4]}"
        return f"{found[1]}{_in_the_repository(target, config)}{found[3] or ''}{found[4]}"

    text = _LINK.sub(rewritten, markdown)
    return _FILE.sub(lambda found: f"[{found[0]}]({_in_the_repository(ROOT / found[1], config)})", text)


def _in_the_repository(target: Path, config: MkDocsConfig) -> str:
    kind = "tree" if target.is_dir() else "blob"
    return f"{config.repo_url}/{kind}/main/{target.relative_to(ROOT).as_posix()}"


def _page_of(target: Path, docs: Path) -> str | None:
    """Return the path of *target* on the site, or None where it is not part of the documentation."""
    if target.is_relative_to(docs):
        index = target / "README.md"
        return (index if index.exists() else target).relative_to(docs).as_posix()
    return target.name if target.parent == ROOT and target.name in AT_THE_ROOT else None
