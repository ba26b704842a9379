"""The page of a review in a real browser: what a reader sees, also on a phone."""

import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from shared_ecr.access.consumers import consumers
from shared_ecr.access.matrix import Matrix, MatrixRow, matrix
from shared_ecr.access.requests import TargetRepository
from shared_ecr.access.trust_boundary import TrustBoundary
from shared_ecr.findings import JudgedFinding
from shared_ecr.review.reports.html import render_html
from unit.access.policies import allow, policies
from unit.review.reports.verdicts import finding, verdict

BROWSER = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update",
)  # fmt: skip
pytestmark = [pytest.mark.real, pytest.mark.skipif(not BROWSER, reason="there is no chromium on this machine")]
PHONE, DESK = 390, 1280
# The page forbids scripts to itself, so the test looks into it from a frame around it.
FRAME = """<!doctype html><html><body style="margin:0"><iframe id="page" style="border:0;width:WIDTHpx;height:900px">
</iframe><pre id="seen"></pre><script>
const frame = document.getElementById("page");
frame.onload = () => {
  const page = frame.contentDocument, view = frame.contentWindow;
  const boxes = [...page.querySelectorAll("h1, h2, article, .finding, .side, td, #verdict")].filter(
    each => each.getBoundingClientRect().width > 0);
  const sides = [...page.querySelectorAll(".side")].slice(0, 2).map(each => each.getBoundingClientRect());
  document.getElementById("seen").textContent = JSON.stringify({
    verdict: page.getElementById("verdict").innerText,
    blocks: view.getComputedStyle(page.getElementById("verdict")).backgroundColor,
    overflow: boxes.filter(each => each.getBoundingClientRect().right > WIDTH + 1).map(each => each.innerText),
    scrolls: page.documentElement.scrollWidth > WIDTH + 1,
    besides: sides.length > 1 && sides[0].top === sides[1].top,
    changes: [...page.querySelectorAll("article h3")].map(each => each.innerText.replace(/\\s+/g, " ")),
  });
};
frame.srcdoc = PAGE;
</script></body></html>"""


def seen(folder: Path, page: str, width: int) -> dict[str, Any]:
    """Return what a reader sees of *page* in a window of *width*."""
    literal = json.dumps(page).replace("<", "\\u003c")
    file = folder / "frame.html"
    file.write_text(FRAME.replace("WIDTH", str(width)).replace("PAGE", literal), encoding="utf-8")
    profile = f"--user-data-dir={folder / 'profile'}"
    command = [BROWSER, *FLAGS, "--virtual-time-budget=5000", profile, "--dump-dom", file.as_uri()]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    found = re.search(r'<pre id="seen">(.+?)</pre>', ran.stdout, re.DOTALL)
    assert found, ran.stdout[-2000:]
    described: dict[str, Any] = json.loads(unescape(found[1]))
    return described


def conditions_of_sixty_teams() -> Matrix:
    teams = [f"team-{each}" for each in range(60)]
    many = policies(allow("*", {"StringEquals": {"aws:PrincipalTag/team": teams}}))
    row = MatrixRow(TargetRepository("111111111111", "eu-central-1", "team/" + "app" * 40), many)
    return matrix([row], consumers([each for each in (many.repository,) if each], row.target, TrustBoundary()))


def test_a_reader_sees_the_verdict_and_what_happens(tmp_path: Path) -> None:
    found = seen(tmp_path, render_html(verdict(JudgedFinding(finding()))), DESK)
    assert found["verdict"].startswith("blocked by 1 finding")
    assert found["changes"] == [
        "deleted replication configuration", "orphaned team/old", "changed team/app", "created team/new",
    ]  # fmt: skip


def test_both_sides_of_a_difference_stand_beside_each_other(tmp_path: Path) -> None:
    assert seen(tmp_path, render_html(verdict()), DESK)["besides"]


def test_on_a_phone_they_stand_below_each_other_and_nothing_overflows(tmp_path: Path) -> None:
    long = finding(what="a" * 300, subject="team/" + "very-long-name/" * 12)
    found = seen(tmp_path, render_html(verdict(JudgedFinding(long), matrices=(conditions_of_sixty_teams(),))), PHONE)
    assert (found["besides"], found["overflow"], found["scrolls"]) == (False, [], False)
