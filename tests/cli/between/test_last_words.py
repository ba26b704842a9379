"""What `copy`, `mirror`, `tag` and `pull` say on stderr besides progress: last words, errors, and how little."""

import json
import signal
import sys
import threading
from collections.abc import Iterator

import pytest

from cli.between.sides import Sides, hold, tags
from cli.child import start, until
from client.faults import Hold
from client.images import image, noise

LAYERS = [noise(100, 1), noise(100, 2), noise(200, 3), noise(2_000_000, 4)]
APP = image(LAYERS)
MIRROR = """
repositories: {kept/app: {}}
mirrors: [{from: "%s/team/app", to: kept/app, tags: ["1"]}]
"""


@pytest.fixture
def held(sides: Sides) -> Iterator[threading.Event]:
    """The target lets everything through but the largest layer; the event says that all the rest is there."""
    reached, go = threading.Event(), threading.Event()
    big = f"digest={list(APP.files)[4]}"
    sides.target.fail("PUT", big.replace(":", "(:|%3A)"), Hold(reached, go))
    hold(sides.source, "team/app", APP, "1")
    yield reached
    go.set()


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
@pytest.mark.parametrize(("by", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_copy_that_is_interrupted_says_what_is_kept(
    sides: Sides, held: threading.Event, by: signal.Signals, code: int
) -> None:
    child = start("copy", f"{sides.there}/team/app:1", f"{sides.here}/kept/app")
    assert held.wait(30)
    until(lambda: child.stderr.count(b"uploaded") == 4)
    child.process.send_signal(by)
    ended, stdout, stderr = child.wait()
    assert (ended, stdout, stderr.splitlines()[-1]) == (
        code, "", "shared-ecr: interrupted; 4 of 5 layers are uploaded and will be reused [interrupted]"
    )  # fmt: skip
    assert tags(sides.target, "kept/app") == {}


def interrupt_after_the_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have Ctrl-C arrive when the plan is printed."""

    def planned(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("shared_ecr.client.pushers.native._Push.run", planned)


def test_a_mirror_that_is_interrupted_says_what_is_kept(sides: Sides, monkeypatch: pytest.MonkeyPatch) -> None:
    hold(sides.source, "team/app", APP, "1")
    sides.declares(MIRROR % sides.there)
    interrupt_after_the_looks(monkeypatch)
    outcome = sides.types("mirror", "--quiet")
    assert (outcome.code, outcome.stdout, outcome.stderr) == (
        130, "", "shared-ecr: interrupted; data that was uploaded is kept and will be reused [interrupted]\n"
    )  # fmt: skip


def test_a_quiet_mirror_prints_its_rows_and_prints_nothing(sides: Sides) -> None:
    hold(sides.source, "team/app", APP, "1")
    sides.declares(MIRROR % sides.there)
    outcome = sides.types("mirror", "--quiet")
    assert (outcome.code, outcome.stderr, outcome.stdout.count("\n")) == (0, "", 1)


@pytest.mark.parametrize("words", [["copy", "team/app:1", "kept/app"], ["tag", "kept/app:1", "2"]], ids=" ".join)
def test_with_names_of_the_declaration_quiet_is_quiet_too(sides: Sides, words: list[str]) -> None:
    hold(sides.target, "team/app", APP, "1")
    hold(sides.target, "kept/app", APP, "1")
    sides.declares("repositories: {kept/app: {}, team/app: {}}")
    outcome = sides.types(*words, "--quiet")
    assert (outcome.code, outcome.stderr) == (0, "")


def events(stderr: str) -> list[str]:
    return [json.loads(line)["event"] for line in stderr.splitlines()]


def test_with_json_all_that_a_copy_prints_is_json(sides: Sides) -> None:
    hold(sides.source, "team/app", APP, "1")
    sides.declares("repositories: {kept/app: {}}")
    outcome = sides.types("copy", f"{sides.there}/team/app:1", "kept/app", "--progress", "json")
    assert (events(outcome.stderr)[0], events(outcome.stderr)[-1]) == ("said", "said")


def test_with_json_all_that_a_mirror_prints_is_json(sides: Sides) -> None:
    hold(sides.source, "team/app", APP, "1")
    sides.declares(MIRROR % sides.there)
    assert "said" in events(sides.types("mirror", "--progress", "json").stderr)


@pytest.mark.parametrize(
    "words",
    [["copy", "{there}/none:1", "{here}/kept/app"], ["tag", "{there}/none:1", "2"], ["pull", "{there}/none:1", "out"]],
    ids=lambda words: words[0],
)
def test_with_json_an_error_is_json(sides: Sides, words: list[str]) -> None:
    outcome = sides.types(*(word.format(there=sides.there, here=sides.here) for word in words), "--progress", "json")
    assert (outcome.code, events(outcome.stderr)) == (4, ["complained"])


def test_what_is_mirrored_into_several_repositories_is_reported_with_the_repository(sides: Sides) -> None:
    hold(sides.source, "team/app", APP, "1")
    sides.declares(
        f"""
repositories: {{kept/app: {{}}, kept/web: {{}}}}
mirrors:
- {{from: "{sides.there}/team/app", to: kept/app, tags: ["1"]}}
- {{from: "{sides.there}/team/app", to: kept/web, tags: ["1"]}}
"""
    )
    shown = sides.types("mirror").stderr.splitlines()
    assert [line for line in shown if "stored as" in line and not line.startswith(("kept/app: ", "kept/web: "))] == []


def test_a_pull_of_what_is_not_there_leaves_no_folder(sides: Sides) -> None:
    sides.types("pull", f"{sides.there}/none:1", "out")
    assert not (sides.folder / "out").exists()


def test_the_registry_of_a_damaged_layer_is_named_and_no_one_is_asked_to_write_a_file(sides: Sides) -> None:
    hold(sides.source, "team/app", APP, "1")
    layer = list(APP.files)[4]
    sides.source.contents.repositories["team/app"].blobs[layer] = noise(2_000_000, 5)
    said = sides.types("copy", f"{sides.there}/team/app:1", f"{sides.here}/kept/app").stderr
    assert said.endswith(
        "Nothing that needs it was tagged; push the image to that registry again, from where it is whole\n"
    )
