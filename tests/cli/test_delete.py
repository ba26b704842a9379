import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.command_line import shared_ecr
from client.fake_registry import FakeRegistry
from client.faults import Reply
from client.images import image, index, write_layout

BUILT = image()


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[FakeRegistry]:
    """It holds one image under two tags."""
    with FakeRegistry() as registry:
        done = shared_ecr("push", write_layout(tmp_path / "app", BUILT), f"{registry.host}/team/app:1:2")
        assert done.code == 0, done.stderr
        yield registry


@pytest.fixture(autouse=True)
def no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())


def tags(registry: FakeRegistry) -> list[str]:
    return sorted(registry.contents.repositories["team/app"].tags)


def test_a_tag_is_deleted_and_printed(registry: FakeRegistry) -> None:
    done = shared_ecr("delete", f"{registry.host}/team/app:1", "--yes")
    assert (done.code, done.stdout) == (0, f"{registry.host}/team/app:1 ({BUILT.root})\n")
    assert tags(registry) == ["2"]


def test_a_digest_is_deleted_with_its_tags(registry: FakeRegistry) -> None:
    assert shared_ecr("delete", f"{registry.host}/team/app@{BUILT.root}", "--yes").code == 0
    assert tags(registry) == []


def test_without_a_terminal_and_without_yes_nothing_is_deleted(registry: FakeRegistry) -> None:
    done = shared_ecr("delete", f"{registry.host}/team/app:1")
    assert (done.code, done.stdout) == (2, "")
    assert "add --yes" in done.stderr
    assert tags(registry) == ["1", "2"]


@pytest.mark.parametrize(("answer", "left"), [("y\n", ["2"]), ("\n", ["1", "2"]), ("no\n", ["1", "2"])])
def test_at_a_terminal_it_asks(
    registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch, answer: str, left: list[str]
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal(answer))
    done = shared_ecr("delete", f"{registry.host}/team/app:1")
    assert "cannot be restored. Delete? [y/N]" in done.stderr
    assert tags(registry) == left


def test_a_dry_run_deletes_nothing(registry: FakeRegistry) -> None:
    done = shared_ecr("delete", f"{registry.host}/team/app:1", "--dry-run")
    assert (done.code, done.stdout) == (0, f"would delete {registry.host}/team/app:1 ({BUILT.root})\n")
    assert registry.count("DELETE") == 0


@pytest.mark.parametrize("use", [f"111111111111.dkr.ecr.us-east-1.amazonaws.com/team/app@{BUILT.root}",
                                 "111111111111.dkr.ecr.us-east-1.amazonaws.com/team/app:2"])  # fmt: skip
def test_an_image_in_use_stays_with_everything_else_that_was_named(
    registry: FakeRegistry, tmp_path: Path, use: str
) -> None:
    other = image(seed=1)
    shared_ecr("push", write_layout(tmp_path / "other", other), f"{registry.host}/team/app:3")
    (tmp_path / "deployment.yaml").write_text(f"image: {use}\n")
    words = ("delete", f"{registry.host}/team/app:3", f"{registry.host}/team/app:1", "--yes")
    done = shared_ecr(*words, "--in-use", tmp_path / "deployment.yaml")
    assert (done.code, done.stdout) == (1, "")
    assert f"{registry.host}/team/app:1: {tmp_path / 'deployment.yaml'} uses " in done.stderr
    assert tags(registry) == ["1", "2", "3"]
    assert shared_ecr(*words, "--in-use", tmp_path / "deployment.yaml", "--force").code == 0
    assert tags(registry) == ["2"]


def test_a_registry_that_deletes_no_tags_is_answered_with_the_digest(registry: FakeRegistry) -> None:
    registry.manners.deletes_tags = False
    done = shared_ecr("delete", f"{registry.host}/team/app:1", "--yes")
    assert done.code == 4
    assert "name it with @sha256:DIGEST" in done.stderr
    assert "tags cannot be deleted" in done.stderr


def test_what_is_not_there_is_an_error_and_nothing_else_is_deleted(registry: FakeRegistry) -> None:
    done = shared_ecr("delete", f"{registry.host}/team/app:1", f"{registry.host}/team/app:9", "--yes")
    assert done.code == 4
    assert f"there is no {registry.host}/team/app:9" in done.stderr
    assert tags(registry) == ["1", "2"]


def test_the_result_can_be_json(registry: FakeRegistry) -> None:
    done = shared_ecr("delete", f"{registry.host}/team/app:1", "--yes", "-o", "json")
    row = {"reference": f"{registry.host}/team/app:1", "digest": BUILT.root, "tags": ["1"], "protections": []}
    assert json.loads(done.stdout) == {"deleted": True, "images": [row]}


def test_what_an_index_in_use_lists_stays(registry: FakeRegistry, tmp_path: Path) -> None:
    child = image(seed=2)
    shared_ecr("push", write_layout(tmp_path / "index", index(child)), f"{registry.host}/team/app:4")
    (tmp_path / "uses").write_text("team/app:4\n")
    words = ("delete", f"{registry.host}/team/app@{child.root}", "--yes", "--in-use", tmp_path / "uses")
    done = shared_ecr(*words)
    assert (done.code, registry.count("DELETE")) == (1, 0)
    assert "uses team/app:4" in done.stderr


def test_an_empty_list_of_images_in_use_deletes_nothing(registry: FakeRegistry, tmp_path: Path) -> None:
    (tmp_path / "pods.json").touch()
    done = shared_ecr("delete", f"{registry.host}/team/app:1", "--yes", "--in-use", tmp_path / "pods.json")
    assert (done.code, registry.count("DELETE")) == (2, 0)
    assert "names no image of ECR" in done.stderr


def test_a_tag_that_moved_while_it_was_asked_is_not_deleted(
    registry: FakeRegistry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = image(seed=3)

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

        def readline(self, *_: int) -> str:  # type: ignore[override]  # of text, as StringIO itself
            registry.contents.repositories["team/app"].tags["1"] = other.root
            return "y\n"

    shared_ecr("push", write_layout(tmp_path / "other", other), f"{registry.host}/team/app:3")
    monkeypatch.setattr("sys.stdin", Terminal())
    done = shared_ecr("delete", f"{registry.host}/team/app:1")
    assert done.code == 4
    assert f"names {other.root} now" in done.stderr
    assert tags(registry) == ["1", "2", "3"]


def test_what_was_deleted_before_an_error_is_in_the_json(registry: FakeRegistry, tmp_path: Path) -> None:
    registry.manners.deletes_tags = False
    words = ("delete", f"{registry.host}/team/app@{BUILT.root}", f"{registry.host}/team/app:3", "--yes", "-o", "json")
    shared_ecr("push", write_layout(tmp_path / "other", image(seed=1)), f"{registry.host}/team/app:3")
    done = shared_ecr(*words)
    assert done.code == 4
    assert [each["digest"] for each in json.loads(done.stdout)["images"]] == [BUILT.root]


def test_a_deletion_that_was_asked_for_no_uses_says_that_they_are_not_known(registry: FakeRegistry) -> None:
    assert "which images run is not known" in shared_ecr("delete", f"{registry.host}/team/app:1", "--dry-run").stderr


def test_what_a_registry_says_to_a_look_that_it_refuses_is_shown(registry: FakeRegistry) -> None:
    archived = b'{"errors":[{"code":"DENIED","message":"the project is archived"}]}'
    registry.fail("HEAD", "/manifests/", Reply(403), times=9)
    registry.fail("GET", "/manifests/", Reply(403, (), archived), times=9)
    done = shared_ecr("delete", f"{registry.host}/team/app:1", "--yes")
    assert (done.code, "403 DENIED the project is archived" in done.stderr) == (4, True)
    assert tags(registry) == ["1", "2"]
