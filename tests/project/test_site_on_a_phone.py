"""Every page of the documentation site fits a phone: what is wide, such as a table, scrolls inside itself."""

import json
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from html import unescape
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BROWSER = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--virtual-time-budget=600000",
)  # fmt: skip
pytestmark = [
    pytest.mark.slow,
    pytest.mark.real,
    pytest.mark.xdist_group("site"),
    pytest.mark.skipif(not BROWSER, reason="there is no chromium on this machine"),
]
# A window is never as narrow as a phone, so each page is read in a frame. What sticks out is in no box that scrolls.
FRAME = """<!doctype html><body><iframe id="frame" style="border:0;width:390px;height:900px"></iframe>
<pre id="seen"></pre><script>
const frame = document.getElementById("frame"), found = {};
const scrolls = box => ["auto", "scroll", "hidden"].includes(frame.contentWindow.getComputedStyle(box).overflowX);
const inside = box => { for (let up = box.parentElement; up; up = up.parentElement) if (scrolls(up)) return true; };
(async () => {
  for (const page of PAGES) {
    await new Promise(loaded => { frame.onload = loaded; frame.src = page; });
    const boxes = [...frame.contentDocument.querySelectorAll(".md-content *")];
    found[page] = boxes.filter(box => box.getBoundingClientRect().right > 391 && !inside(box))
                       .map(box => box.tagName + ": " + box.innerText.slice(0, 80)).slice(0, 3);
  }
  document.getElementById("seen").textContent = JSON.stringify(found);
})();
</script>"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def sticking_out(site: Path, profile: Path) -> dict[str, list[str]]:
    """Return what is wider than a phone, by page."""
    pages = [f"/{path.parent.relative_to(site).as_posix()}/" for path in site.rglob("index.html")]
    # Decision records are many, and plain prose.
    shown = sorted(page for page in pages if not page.startswith("/adr/0"))
    (site / "frame.html").write_text(FRAME.replace("PAGES", json.dumps(shown)), encoding="utf-8")
    with served(site) as address:
        command = [BROWSER, *FLAGS, f"--user-data-dir={profile}", "--dump-dom", f"{address}/frame.html"]
        ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=400)
    found = re.search(r'<pre id="seen">(.+?)</pre>', ran.stdout, re.DOTALL)
    assert found, ran.stdout[-2000:]
    read: dict[str, list[str]] = json.loads(unescape(found[1]))
    assert sorted(read) == shown
    return {page: boxes for page, boxes in read.items() if boxes}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("mkdocs", reason="mkdocs is not installed: pip install -r requirements-dev.txt")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(folder)]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    return folder


def test_no_page_is_wider_than_a_phone(site: Path, tmp_path: Path) -> None:
    assert sticking_out(site, tmp_path) == {}


def test_a_page_that_is_wider_is_found(site: Path, tmp_path: Path) -> None:
    wide = tmp_path / "wide"
    (wide / "page").mkdir(parents=True)
    (wide / "page" / "index.html").write_text('<div class="md-content"><p style="width:800px">wide</p></div>')
    assert sticking_out(wide, tmp_path / "profile") == {"/page/": ["P: wide"]}
