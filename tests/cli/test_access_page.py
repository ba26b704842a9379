import base64
import hashlib
import json
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import pytest

from shared_ecr.access.consumers import consumers
from shared_ecr.access.matrix import MatrixRow, matrix
from shared_ecr.access.pages import as_page
from shared_ecr.access.requests import TargetRepository
from shared_ecr.access.trust_boundary import TrustBoundary
from unit.access.policies import CONSUMER, IN_ORGANIZATION, ORGANIZATION, REGISTRY, allow, policies

BROWSER = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--virtual-time-budget=5000")
pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(not BROWSER, reason="there is no chromium on this machine"),
]

PUSH = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:CompleteLayerUpload", "ecr:InitiateLayerUpload",
        "ecr:PutImage", "ecr:UploadLayerPart"]  # fmt: skip
THROUGH = {"StringEquals": {"aws:SourceVpce": "vpce-1"}}
SEEN = """
<pre id="seen"></pre>
<script>
  const rows = () => [...document.querySelectorAll("#rows tr")].map(row => [...row.cells].map(cell => cell.innerText));
  const set = (id, value) => {
    const field = document.getElementById(id);
    if (field.type === "checkbox") field.checked = value; else field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  };
  ACTIONS
  document.getElementById("seen").textContent = JSON.stringify({ rows: rows(), count: count.textContent });
</script>
"""


def page() -> str:
    policy = policies(allow(), allow("*", IN_ORGANIZATION, Sid="M"))
    closed = policies(allow({"AWS": CONSUMER}, THROUGH), allow({"AWS": "333333333333"}, Action=PUSH))
    rows = [
        MatrixRow(TargetRepository(REGISTRY, "us-east-1", "team/beta"), policy),
        MatrixRow(TargetRepository(REGISTRY, "us-east-1", "team/alpha"), closed),
    ]
    both = [each.repository for each in (policy, closed) if each.repository]
    known = TrustBoundary(ORGANIZATION, frozenset({CONSUMER}))
    return as_page(matrix(rows, consumers(both, rows[0].target, known, {CONSUMER: "staging"})), [], "Access")


def seen(folder: Path, actions: str) -> tuple[list[list[str]], str]:
    """Return what the table shows after *actions* of a reader, and the sentence above it."""
    file = folder / "page.html"
    reader = SEEN.replace("ACTIONS", actions)
    # The page runs its own script alone, so the reader's is admitted by its hash.
    (script,) = re.findall(r"<script>(.*?)</script>", reader, flags=re.DOTALL)
    admitted = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    text = page().replace("script-src '", f"script-src 'sha256-{admitted}' '", 1)
    file.write_text(text.replace("</body>", reader + "</body>"), encoding="utf-8")
    command = [BROWSER, *FLAGS, f"--user-data-dir={folder / 'profile'}", "--dump-dom", file.as_uri()]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    found = re.search(r'<pre id="seen">(.*?)</pre>', ran.stdout, re.DOTALL)
    assert found, ran.stdout[-2000:]
    shown = json.loads(unescape(found[1]))
    return shown["rows"], shown["count"]


def test_the_page_shows_who_has_access_by_repository(tmp_path: Path) -> None:
    rows, count = seen(tmp_path, "")
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    assert count == f"{len(rows)} lines"
    assert any("only through vpce-1" in row[2] for row in rows)
    assert not any("an account of no organization" in row[1] for row in rows)


def test_a_column_sorts_and_sorts_the_other_way_when_clicked_again(tmp_path: Path) -> None:
    clicks = 'document.querySelectorAll("th button")[1].click();'
    up, _ = seen(tmp_path, clicks)
    down, _ = seen(tmp_path, clicks * 2)
    assert [row[1] for row in up] != [row[1] for row in down]
    assert sorted(up) == sorted(down)
    assert up[0][1].startswith(REGISTRY)


def test_a_capability_sorts_the_strongest_first(tmp_path: Path) -> None:
    rows, _ = seen(tmp_path, 'document.querySelectorAll("th button")[3].click();')
    assert [row[3].splitlines()[0] for row in rows][:2] == ["yes", "own policy"]


@pytest.mark.parametrize(("actions", "expected"), [
    ('set("repository", "ALPHA");', {"team/alpha"}), ('set("may", "1"); set("how", "yes");', {"team/alpha"}),
    ('set("how", "only");', {"team/alpha"}), ('set("consumer", "another account");', {"team/beta"}),
    ('set("repository", "nothing");', set()),
])  # fmt: skip
def test_a_filter_leaves_what_it_asks_for(tmp_path: Path, actions: str, expected: set[str]) -> None:
    rows, _ = seen(tmp_path, actions)
    assert {row[0] for row in rows} == expected


def test_outsiders_can_be_singled_out(tmp_path: Path) -> None:
    rows, count = seen(tmp_path, 'set("outside", true);')
    assert count == "1 line"
    assert "333333333333" in rows[0][1]
    assert "outside" in rows[0][1]


def test_those_with_nothing_can_be_shown(tmp_path: Path) -> None:
    rows, _ = seen(tmp_path, 'set("none", true); set("consumer", "no organization");')
    assert [row[2].strip() for row in rows] == ["none", "none"]


def test_a_script_that_is_not_the_pages_own_does_not_run(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(page().replace("</body>", "<script>document.title = 'taken'</script></body>"), encoding="utf-8")
    command = [BROWSER, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", file.as_uri()]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert "<title>Access</title>" in ran.stdout
