import threading
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from shared_ecr.client.push import image_sources as images
from shared_ecr.client.push.image_sources import Images
from shared_ecr.client.sources.interface import ImageSource, InvalidImageError


@dataclass
class Source:
    """An image that knows whether it is open."""

    name: str
    closed: int = 0

    def close(self) -> None:
        self.closed += 1


@dataclass
class Disk:
    """Opens images, and remembers which."""

    opened: list[str] = field(default_factory=list)

    def open(self, name: str) -> ImageSource:
        self.opened.append(name)
        if name == "broken":
            raise InvalidImageError.in_file(name, "it is broken")
        return cast("ImageSource", Source(name))


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    disk = Disk()
    monkeypatch.setattr(images, "open_source", disk.open)
    return disk


def closed(source: ImageSource) -> int:
    return cast("Any", source).closed  # type: ignore[no-any-return]  # it is a number of our own


def test_an_image_for_several_is_opened_once(disk: Disk) -> None:
    lent = Images(["a", "a", "b"])
    sources: list[ImageSource] = []
    threads = [threading.Thread(target=lambda: sources.append(lent.open("a"))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (disk.opened, len({id(source) for source in sources})) == (["a"], 1)


@pytest.mark.usefixtures("disk")
def test_an_image_is_closed_after_the_last_who_wanted_it() -> None:
    lent = Images(["a", "a"])
    source = lent.open("a")
    seen = []
    for _ in range(2):
        lent.done("a")
        seen.append(closed(source))
    assert seen == [0, 1]


def test_an_image_that_is_broken_is_so_for_everyone_and_read_once(disk: Disk) -> None:
    lent = Images(["broken", "broken"])
    for _ in range(2):
        with pytest.raises(InvalidImageError, match="it is broken"):
            lent.open("broken")
    assert disk.opened == ["broken"]


@pytest.mark.usefixtures("disk")
def test_at_the_end_everything_is_closed_once() -> None:
    lent = Images(["a", "a", "never opened"])
    source = lent.open("a")
    lent.close()
    lent.close()
    assert closed(source) == 1
