from datetime import timedelta

import pytest

from inventory_files import NOW, digest, newest, pushed
from lifecycle_cases import policy
from shared_ecr.declaration.policy_sources import LifecycleSource
from shared_ecr.fate.images import Image, RepositoryImages
from shared_ecr.fate.inventory import ImageUse, Inventory
from shared_ecr.fate.report import FateRequest, report
from shared_ecr.fate.reports.markdown import render_markdown
from shared_ecr.fate.reports.report import Report
from shared_ecr.fate.reports.text import render_text

DAY = timedelta(days=1)
IMAGES = tuple(Image(digest(str(age)), NOW - age * DAY, (f"v{age}",), size=2**30) for age in range(1, 13))
NEW, OLD = policy({"rules": [newest(1, 11)]}), policy({"rules": [pushed(1, 11)]})


def made(
    *, against: LifecycleSource | None = None, uses: tuple[ImageUse, ...] = (), until: timedelta | None = None
) -> Report:
    inventory = Inventory((RepositoryImages("team/app", IMAGES, region="us-east-1"),), uses)
    question = FateRequest(NOW, against=against, until=NOW + until if until else None)
    return report(inventory, LifecycleSource("policy.json", for_all=NEW), question)


def test_the_text_is_this() -> None:
    assert (
        render_text(made())
        == """at 2026-11-21T00:00+00:00 by policy.json

team/app (us-east-1): 12 images: 1 expire, 11 keep; 12.9 GB -> 11.8 GB, 1.20 USD -> 1.10 USD a month
    fate    image  pushed      rule  why
    expire  v12    2026-11-09  1     expired by rule 1: 12th newest; at most 11 images of any kind are kept
  and 11 kept by rule 1

1 repository, 12 images: 12.9 GB -> 11.8 GB, 1.20 USD -> 1.10 USD a month (layers counted in each image)"""
    )


def test_everything_has_a_line_for_each_image() -> None:
    assert [f"v{age}  " in render_text(made(), everything=True) for age in range(1, 13)] == [True] * 12


def test_an_image_in_use_has_a_line_also_where_it_is_kept() -> None:
    assert "IN USE by pods" in render_text(made(uses=(ImageUse("team/app", "v3", by="pods"),)))


def test_no_change_is_said() -> None:
    assert "nothing changes against old.json" in render_text(made(against=LifecycleSource("old.json", for_all=OLD)))


def test_a_forecast_has_a_line_for_each_week() -> None:
    lines = render_text(made(until=20 * DAY)).splitlines()
    days = [line.split()[0] for line in lines if line.strip().startswith("2026-1")]
    assert days == ["2026-11-21", "2026-11-28", "2026-12-05", "2026-12-11"]


@pytest.mark.parametrize("part", ["| expire | `v12` |", "1. images of any kind: all but", "Kept: 11 by rule 1."])
def test_the_markdown_has_rules_and_fates(part: str) -> None:
    assert part in render_markdown(made())


def test_what_would_end_a_cell_is_escaped() -> None:
    text = render_markdown(made(uses=(ImageUse("team/app", "v3", by="a|b<c>"),)))
    assert "a\\|b&lt;c&gt;" in text
