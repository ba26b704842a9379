"""The way of an image through a push, as the package's own text describes it."""

import re
from pathlib import Path

import shared_ecr.client.push as road

ROOT = Path(road.__file__).parents[2]
ROW = re.compile(r"^((?:\w+/\w+)(?:, \w+/\w+)*)  +\S", re.MULTILINE)
FORMS = ("PushJob", "PushRequest", "PushPlan", "PushResult", "PushOutcome")


def files() -> list[Path]:
    """The files that the text names, in its order."""
    text = road.__doc__ or ""
    names = [name for row in ROW.findall(text) for name in row.split(", ")]
    return [ROOT / f"{name}.py" if name.startswith("cli/") else ROOT / "client" / f"{name}.py" for name in names]


def test_every_file_of_the_way_exists() -> None:
    assert [path for path in files() if not path.is_file()] == []


def test_the_way_is_read_in_fewer_than_twelve_files() -> None:
    assert 8 < len(files()) < 12


def test_an_image_takes_at_most_six_forms() -> None:
    # The first form is the words of the command line.
    text = road.__doc__ or ""
    assert [form for form in FORMS if f"`{form}`" not in text] == []
    assert len(FORMS) + 1 <= 6


def test_each_file_of_the_way_is_used_by_another_one() -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in (*files(), Path(road.__file__))}
    unused = [
        path.stem
        for path in files()[1:]
        if not any(re.search(rf"\.{path.stem} import", text) for other, text in texts.items() if other != path)
    ]
    # An image is opened by what it contains, which `sources` finds out.
    assert unused == ["oci_layout"]
