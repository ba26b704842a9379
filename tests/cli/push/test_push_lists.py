import io
from pathlib import Path

import pytest

from cli.command_line import Outcome, shared_ecr
from client.fake_registry import FakeRegistry
from client.images import image

DIGEST, WEB_DIGEST = image().root, image(seed=1).root
pytestmark = pytest.mark.usefixtures("folder")


def push(registry: FakeRegistry, text: str, *options: str) -> Outcome:
    """Push a list; HOST in it is the registry."""
    Path("images.txt").write_text(text.replace("HOST", str(registry.host)))
    return shared_ecr("push", "--images", "images.txt", *options)


def test_each_line_is_an_image_and_its_targets(registry: FakeRegistry) -> None:
    done = push(registry, "app HOST/team/app:1 HOST/team/copy:1\nweb HOST/team/web:2\n")
    host = registry.host
    assert (done.code, done.stdout) == (
        0,
        f"{host}/team/app@{DIGEST}\n{host}/team/copy@{DIGEST}\n{host}/team/web@{WEB_DIGEST}\n",
    )


@pytest.mark.parametrize(
    "text",
    [
        "# all of them\n\napp HOST/team/app:1\n   \n",
        "  app\tHOST/team/app:1  # a remark\n",
        "\ufeffapp HOST/team/app:1",
        "app HOST/team/app:1\r\n",
        '"app" HOST/team/app:1 #remark',
        "app HOST/team/app:1 # it's \"quoted\n",
    ],
    ids=["lines to pass over", "blanks and a remark", "byte order mark", "Windows", "quotes", "quotes in a remark"],
)
def test_comments_and_blanks_say_nothing(registry: FakeRegistry, text: str) -> None:
    done = push(registry, text)
    assert (done.code, done.stdout) == (0, f"{registry.host}/team/app@{DIGEST}\n"), done.stderr


def test_a_path_with_blanks_is_in_quotes(registry: FakeRegistry) -> None:
    Path("app").rename("my app")
    assert push(registry, '"my app" HOST/team/app:1').code == 0


def test_a_name_within_a_path_is_no_comment(registry: FakeRegistry) -> None:
    done = push(registry, "app#other HOST/team/app:1")
    assert (done.code, "other" in done.stderr) == (2, True)


def test_every_fault_of_the_list_is_shown_with_its_place_and_nothing_is_sent(registry: FakeRegistry) -> None:
    done = push(
        registry,
        "app HOST/team/app:1\n"
        "  gone.tar  HOST/team/App:1\n"
        "app HOST/team/app:2   HOST/team/app:2+x # remark\n"
        "web HOST/team/app:1\n",
    )
    assert (done.code, done.stdout, registry.seen) == (2, "", [])
    assert [line.partition(": ")[0] for line in done.stderr.splitlines()] == [
        *("images.txt:2:3", "images.txt:2:13", f"images.txt:3:{len(f'app {registry.host}/team/app:2   ') + 1}"),
        "images.txt:4:5",
    ]


def test_every_line_that_is_none_is_shown_with_its_place(registry: FakeRegistry) -> None:
    done = push(registry, 'app\napp HOST/team/app:1\n  web # alone\nx "y z\n')
    assert done.code == 2
    assert [line.partition(": ")[0] for line in done.stderr.splitlines()] == [
        *("images.txt:1:1", "images.txt:3:3", "images.txt:4:3"),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "lists no image"), (b"# nothing\n", "lists no image"), (b"app \xff", "not text in UTF-8"), (None, "read")],
    ids=["empty", "only remarks", "bytes", "no file"],
)
def test_a_list_that_is_none_is_refused(content: bytes | None, said: str) -> None:
    if content is not None:
        Path("images.txt").write_bytes(content)
    done = shared_ecr("push", "--images", "images.txt")
    assert (done.code, said in done.stderr) == (2, True)


def test_the_list_may_come_from_stdin(registry: FakeRegistry, monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"app {registry.host}/team/app:1\nweb {registry.host}/team/web\n"
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    done = shared_ecr("push", "--images", "-")
    assert (done.code, done.stderr.partition(": ")[0]) == (2, "stdin:2:5")


def test_stdin_cannot_be_the_list_and_an_image(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"- localhost:1/team/app:1")))
    done = shared_ecr("push", "--images", "-")
    assert (done.code, "stdin cannot be both the list" in done.stderr) == (2, True)


def test_options_may_follow_the_list(registry: FakeRegistry) -> None:
    done = push(registry, "app HOST/team/app:1\nweb HOST/team/web:1", "--jobs", "1", "--dry-run")
    assert (done.code, done.stdout.count("is created")) == (0, 2)
