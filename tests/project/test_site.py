"""The documentation site is built without a warning, and asks no other server for anything."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("site")]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("mkdocs", reason="mkdocs is not installed: pip install -r requirements-dev.txt")
    folder = tmp_path_factory.mktemp("site")
    # Strict: a link or an anchor that leads nowhere, a page outside of the navigation, an unknown name in the API.
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--strict", "--site-dir", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    return folder


def test_every_page_is_in_the_navigation() -> None:
    """MkDocs with `strict` does not report a page that the navigation lacks."""
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:\n")[2]
    pages = {path.relative_to(ROOT / "docs").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    named = set(re.findall(r"([\w./-]+\.md)$", navigation, flags=re.MULTILINE))
    # Decision records are listed on a page of their own.
    assert sorted(page for page in pages - named if not page.startswith("adr/0")) == []


def test_a_page_loads_nothing_from_another_server(site: Path) -> None:
    loads = re.compile(r'<(?:script|img|iframe|link rel="stylesheet")[^>]*(?:src|href)="(https?:)?//[^"]*"')
    pages = site.rglob("*.html")
    assert [page.name for page in pages if loads.search(page.read_text(encoding="utf-8"))] == []


def test_the_api_reference_explains_a_push(site: Path) -> None:
    page = (site / "reference/api/index.html").read_text(encoding="utf-8")
    assert 'id="shared_ecr.client.push.push"' in page
    assert "InvalidValueError" in page


def test_the_architecture_is_a_page_whose_links_lead_to_the_code(site: Path) -> None:
    page = (site / "ARCHITECTURE/index.html").read_text(encoding="utf-8")
    assert "/blob/main/shared_ecr/" in page
