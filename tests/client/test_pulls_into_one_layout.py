import fcntl
import json
import os
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from client.fake_registry import FakeRegistry
from client.images import REF_NAME, BuiltImage, image, layout_files, write_layout
from client.pushing import Bench, Heard
from client.test_pulls import hold
from shared_ecr.client.distribution.atomic_files import AtomicFiles, sweep
from shared_ecr.client.distribution.pulls import pull
from shared_ecr.client.sources import open_source
from shared_ecr.client.sources.interface import InvalidImageError
from shared_ecr.model.names import ImageReference, Tag


@pytest.fixture
def bench() -> Iterator[Bench]:
    with FakeRegistry() as registry:
        yield Bench(registry)


def pull_tag(bench: Bench, layout: Path, repository: str, tag: str = "1") -> Heard:
    heard = Heard()
    reference = ImageReference(bench.registry.host, repository, Tag(tag))
    pull(reference, layout, bench.credentials, heard, environment=bench.environment())
    return heard


def names_in(layout: Path) -> dict[str, str]:
    """What each name of the layout names."""
    listed = json.loads((layout / "index.json").read_bytes())["manifests"]
    return {entry["annotations"][REF_NAME]: entry["digest"] for entry in listed}


def opened(layout: Path, name: str) -> str:
    return str(open_source(f"{layout}#{name}").root.digest)


def test_the_same_tag_of_two_repositories_keeps_both_images(bench: Bench, tmp_path: Path) -> None:
    hold(bench, image(seed=1), "1", "multi/a")
    hold(bench, image(seed=2), "1", "multi/b")
    pull_tag(bench, tmp_path, "multi/a")
    pull_tag(bench, tmp_path, "multi/b")
    assert names_in(tmp_path) == {"1": image(seed=1).root, f"{bench.registry.host}/multi/b:1": image(seed=2).root}


def test_each_image_of_a_layout_is_found_by_its_whole_reference(bench: Bench, tmp_path: Path) -> None:
    for seed, repository in enumerate(("multi/a", "multi/b")):
        hold(bench, image(seed=seed), "1", repository)
        pull_tag(bench, tmp_path, repository)
    host = bench.registry.host
    assert opened(tmp_path, f"{host}/multi/a:1") == image(seed=0).root
    assert opened(tmp_path, f"{host}/multi/b:1") == image(seed=1).root


def test_a_pull_says_under_which_other_name_the_image_is_in_the_layout(bench: Bench, tmp_path: Path) -> None:
    hold(bench, image(seed=1), "1", "multi/a")
    hold(bench, image(seed=2), "1", "multi/b")
    pull_tag(bench, tmp_path, "multi/a")
    (line,) = pull_tag(bench, tmp_path, "multi/b").lines
    assert f"write {tmp_path}#{bench.registry.host}/multi/b:1" in line


def test_an_image_that_another_tool_named_is_not_replaced(bench: Bench, tmp_path: Path) -> None:
    write_layout(tmp_path / "l", image(seed=7), names=("1",))
    hold(bench, image(seed=1), "1", "multi/a")
    pull_tag(bench, tmp_path / "l", "multi/a")
    assert names_in(tmp_path / "l")["1"] == image(seed=7).root


def test_the_same_image_under_another_name_keeps_that_name(bench: Bench, tmp_path: Path) -> None:
    write_layout(tmp_path / "l", image(seed=1), names=("mine",))
    hold(bench, image(seed=1), "1", "multi/a")
    pull_tag(bench, tmp_path / "l", "multi/a")
    assert names_in(tmp_path / "l") == {"mine": image(seed=1).root, "1": image(seed=1).root}


def test_an_image_without_a_name_gets_the_one_it_is_pulled_by(bench: Bench, tmp_path: Path) -> None:
    write_layout(tmp_path / "l", image(seed=1))
    hold(bench, image(seed=1), "1", "multi/a")
    pull_tag(bench, tmp_path / "l", "multi/a")
    assert names_in(tmp_path / "l") == {"1": image(seed=1).root}


def test_a_tag_that_moved_keeps_its_name_in_the_layout_and_says_what_it_named(bench: Bench, tmp_path: Path) -> None:
    for seed, repository in enumerate(("multi/a", "multi/b")):
        hold(bench, image(seed=seed), "1", repository)
        pull_tag(bench, tmp_path, repository)
    hold(bench, image(seed=9), "1", "multi/b")
    lines = pull_tag(bench, tmp_path, "multi/b").lines
    name = f"{bench.registry.host}/multi/b:1"
    assert names_in(tmp_path) == {"1": image(seed=0).root, name: image(seed=9).root}
    assert any(f"{name} named {image(seed=1).root}" in line for line in lines)


def test_the_same_image_pulled_twice_says_nothing(bench: Bench, tmp_path: Path) -> None:
    hold(bench, image(), "1", "multi/a")
    assert pull_tag(bench, tmp_path, "multi/a").lines == []
    assert pull_tag(bench, tmp_path, "multi/a").lines == []


def test_ten_pulls_at_once_into_one_layout_leave_ten_images(bench: Bench, tmp_path: Path) -> None:
    layout, faults = tmp_path / "new" / "layout", list[BaseException]()
    repositories = [f"multi/{number}" for number in range(10)]
    for number, repository in enumerate(repositories):
        hold(bench, image(seed=number), f"v{number}", repository)

    def run(number: int) -> None:
        try:
            pull_tag(bench, layout, repositories[number], f"v{number}")
        except BaseException as fault:  # noqa: BLE001 — shown by the test that waits
            faults.append(fault)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == []
    assert names_in(layout) == {f"v{number}": image(seed=number).root for number in range(10)}


def test_a_file_that_is_being_written_is_never_removed_as_left_over(tmp_path: Path) -> None:
    files, over = AtomicFiles(), threading.Event()

    def keep_sweeping() -> None:
        while not over.is_set():
            sweep(tmp_path)

    sweeper = threading.Thread(target=keep_sweeping)
    sweeper.start()
    try:
        for number in range(300):
            with files.file(tmp_path / str(number)) as file:
                file.write(b"x")
    finally:
        over.set()
        sweeper.join()
    assert len(list(tmp_path.iterdir())) == 300


def test_a_file_is_not_removed_as_left_over_just_before_it_gets_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.replace

    def sweep_first(path: Path, target: Path) -> Path:
        sweep(tmp_path)
        return rename(path, target)

    monkeypatch.setattr(Path, "replace", sweep_first)
    with AtomicFiles().file(tmp_path / "a") as file:
        file.write(b"whole")
    assert (tmp_path / "a").read_bytes() == b"whole"


def test_a_file_that_another_pull_removes_at_this_moment_is_begun_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, swept = tempfile.mkstemp, list[str]()

    def remove(name: str, descriptor: int) -> None:
        Path(name).unlink()
        os.close(descriptor)

    def locked_by_another(**where: Any) -> tuple[int, str]:
        descriptor, name = make(**where)
        if not swept:
            swept.append(name)
            other = os.open(name, os.O_RDWR)
            fcntl.flock(other, fcntl.LOCK_EX)
            threading.Timer(0.1, remove, (name, other)).start()
        return descriptor, name

    monkeypatch.setattr("tempfile.mkstemp", locked_by_another)
    with AtomicFiles().file(tmp_path / "a") as file:
        file.write(b"whole")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def write_saved(folder: Path, *images: BuiltImage) -> Path:
    """A layout as docker 29 saves several images that have the same tag."""
    for name, content in layout_files(*images).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    listed = [
        built.descriptor(annotations={REF_NAME: "1", "io.containerd.image.name": f"docker.io/multi/{letter}:1"})
        for built, letter in zip(images, "ab", strict=True)
    ]
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": listed}))
    return folder


def test_two_images_of_one_tag_are_offered_by_names_that_differ(tmp_path: Path) -> None:
    layout = write_saved(tmp_path, image(seed=1), image(seed=2))
    with pytest.raises(InvalidImageError, match=f"{layout}#multi/a:1 or {layout}#multi/b:1"):
        open_source(f"{layout}#1")


def test_a_name_may_have_docker_hub_s_host_in_front(tmp_path: Path) -> None:
    layout = write_saved(tmp_path, image(seed=1), image(seed=2))
    assert opened(layout, "docker.io/multi/b:1") == image(seed=2).root


def test_what_an_index_has_besides_its_images_stays(bench: Bench, tmp_path: Path) -> None:
    hold(bench, image(), "1")
    layout = write_layout(tmp_path / "l", image(seed=7), names=["other"])
    index = json.loads((layout / "index.json").read_bytes())
    (layout / "index.json").write_text(json.dumps({**index, "annotations": {"team": "a"}, "artifactType": "a/b"}))
    pull_tag(bench, layout, "team/app")
    kept = json.loads((layout / "index.json").read_bytes())
    assert (kept["annotations"], kept["artifactType"], len(kept["manifests"])) == ({"team": "a"}, "a/b", 2)
