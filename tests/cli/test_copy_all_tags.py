import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.command_line import shared_ecr
from client.fake_registry import FakeRegistry
from client.images import image, write_layout


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[FakeRegistry]:
    """It holds three tags of two images."""
    with FakeRegistry() as registry:
        for name, built, tags in (("one", image(), "1.9"), ("two", image(seed=1), "1.10:latest")):
            done = shared_ecr("push", write_layout(tmp_path / name, built), f"{registry.host}/team/app:{tags}")
            assert done.code == 0, done.stderr
        yield registry


def copied(registry: FakeRegistry, *options: str) -> tuple[int, str, str]:
    words = ("copy", f"{registry.host}/team/app", f"{registry.host}/kept/app", "--all-tags", "--progress", "none")
    done = shared_ecr(*words, *options)
    return done.code, done.stdout, done.stderr


def test_every_tag_is_copied_the_oldest_version_first(registry: FakeRegistry) -> None:
    code, stdout, _ = copied(registry)
    place = f"{registry.host}/kept/app@"
    assert (code, stdout) == (0, f"{place}{image(seed=1).root}\n{place}{image().root}\n{place}{image(seed=1).root}\n")
    there, here = registry.contents.repositories["team/app"], registry.contents.repositories["kept/app"]
    assert here.tags == there.tags


def test_what_fails_stops_no_other_tag(registry: FakeRegistry, tmp_path: Path) -> None:
    shared_ecr("push", write_layout(tmp_path / "other", image(seed=2)), f"{registry.host}/kept/app:1.9")
    registry.contents.repositories["kept/app"].immutable = True
    code, stdout, stderr = copied(registry)
    assert (code, stdout.count("\n")) == (4, 2)
    assert "shared-ecr: 1.9: " in stderr
    assert set(registry.contents.repositories["kept/app"].tags) == {"1.9", "1.10", "latest"}


def test_tags_of_signatures_are_not_images_of_their_own(registry: FakeRegistry) -> None:
    held = registry.contents.repositories["team/app"]
    held.tags[f"sha256-{'0' * 64}.sig"] = held.tags["1.9"]
    assert copied(registry)[1].count("\n") == 3


def test_a_dry_run_copies_nothing(registry: FakeRegistry) -> None:
    code, stdout, _ = copied(registry, "--dry-run", "--format", "json")
    assert code == 0
    assert [row["tag"] for row in json.loads(stdout)["images"]] == ["latest", "1.9", "1.10"]
    assert "kept/app" not in {name for name, held in registry.contents.repositories.items() if held.manifests}


def test_the_results_can_be_json(registry: FakeRegistry) -> None:
    rows = json.loads(copied(registry, "--format", "json")[1])["images"]
    assert rows[1] == {"tag": "1.9", "reference": f"{registry.host}/kept/app@{image().root}"}


def test_a_repository_without_tags_is_refused(registry: FakeRegistry) -> None:
    registry.contents.repositories["team/app"].tags.clear()
    code, _, stderr = copied(registry)
    assert code == 4
    assert "has no tags, so there is nothing to copy" in stderr


def test_an_image_is_not_a_repository(registry: FakeRegistry) -> None:
    done = shared_ecr("copy", f"{registry.host}/team/app:1.9", f"{registry.host}/kept/app", "--all-tags")
    assert done.code == 2
    assert "write the repository alone" in done.stderr
