import re
import shutil
import struct
import subprocess
import xml.etree.ElementTree as ET
from datetime import timedelta
from pathlib import Path

import pytest

from inventory_files import NOW, digest, newest, pushed, rule
from lifecycle_cases import policy
from shared_ecr.declaration.policy_sources import LifecycleSource
from shared_ecr.fate.images import Image, RepositoryImages
from shared_ecr.fate.inventory import ImageUse, Inventory
from shared_ecr.fate.report import FateRequest, report
from shared_ecr.fate.reports.axis import Axis
from shared_ecr.fate.reports.html import render_html

DAY = timedelta(days=1)
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
RULES = policy(
    {
        "rules": [
            newest(1, 999, "v*"),
            rule(2, tagStatus="untagged", countType="sinceImagePushed", countNumber=14),
            pushed(3, 60, "b*", action="transition"),
            newest(4, 30),
        ]
    }
)


def page(images: list[Image], *, uses: tuple[ImageUse, ...] = (), until: timedelta | None = None) -> str:
    inventory = Inventory((RepositoryImages("team/<app>", tuple(images)),), uses)
    question = FateRequest(NOW, until=NOW + until if until else None)
    return render_html(report(inventory, LifecycleSource("policy.json", for_all=RULES), question))


def images(count: int) -> list[Image]:
    kinds = [("v{}",), (), ("b{}",), ("x{}",)]
    return [
        Image(digest(str(n)), NOW - n * 120 / count * DAY, tuple(t.format(n) for t in kinds[n % 4]), size=10**8)
        for n in range(count)
    ]


def drawn(html: str) -> list[ET.Element]:
    return [ET.fromstring(svg) for svg in re.findall(r"<svg viewBox.*?</svg>", html, re.DOTALL)]


def test_the_page_needs_nothing_from_elsewhere() -> None:
    html = page(images(40))
    addresses = re.findall(r"""(?:src|href|url)\s*[=(]\s*["']?([^"')\s>]*)""", html)
    assert [each for each in addresses if not each.startswith("data:")] == []
    assert "<script" not in html


def test_what_is_in_names_is_no_markup() -> None:
    html = page([Image(digest("a"), NOW - DAY, ("<b>&",))])
    assert ("<app>" in html, "<b>&" in html, "team/&lt;app&gt;" in html) == (False, False, True)


def test_each_rule_has_a_row_and_each_image_a_mark() -> None:
    text = page(images(40))
    assert [text.count(f">rule {number}<") for number in range(1, 5)] == [1, 1, 1, 1]
    assert text.count('class="dot') == 40


def test_many_images_are_bars() -> None:
    text = page(images(4000))
    assert ('class="dot' in text, 'class="bar' in text) == (False, True)


def test_an_image_in_use_has_a_ring() -> None:
    text = page(images(40), uses=(ImageUse("team/<app>", "v0", by="pods"),))
    assert text.count('class="used"') == 2


def test_what_goes_later_is_marked_and_the_days_are_drawn() -> None:
    text = page(images(40), until=90 * DAY)
    assert "dot later" in text
    assert 'class="curve"' in text


def test_every_picture_is_well_formed() -> None:
    assert len(drawn(page(images(40), until=90 * DAY))) > 3


@pytest.mark.parametrize("days", [0.1, 1, 9, 40, 200, 900, 5000])
def test_an_axis_of_any_length_has_a_handful_of_marks(days: float) -> None:
    marks = list(Axis(NOW - days * DAY, NOW, 0, 1000).marks())
    assert len(marks) <= 12
    assert days < 2 or len(marks) >= 2


@pytest.mark.real
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium here to look at the page with")
def test_a_browser_shows_the_page(tmp_path: Path) -> None:
    """The picture has the colours of fates in it, and the page asks no one for anything."""
    shown, picture = tmp_path / "fate.html", tmp_path / "fate.png"
    shown.write_text(page(images(40), until=90 * DAY), encoding="utf-8")
    assert CHROMIUM
    quiet = ("--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update")
    done = subprocess.run(
        [
            *(CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", *quiet, "--disable-sync"),
            *(f"--user-data-dir={tmp_path / 'profile'}", "--window-size=1280,1200", f"--screenshot={picture}"),
            shown.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    header = picture.read_bytes()[:24]
    assert struct.unpack(">II", header[16:24]) == (1280, 1200)
    # A blank page compresses to a few kilobytes.
    assert picture.stat().st_size > 40_000
