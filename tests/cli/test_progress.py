import argparse
import io
import json
import os
import re
import signal
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from cli.screen import pseudo_terminal, screen
from shared_ecr.cli.progress import add_progress, display
from shared_ecr.cli.progress.frames import TerminalLook, frame
from shared_ecr.cli.progress.interface import Display
from shared_ecr.cli.progress.json_lines import JsonLines
from shared_ecr.cli.progress.lines import Lines
from shared_ecr.cli.progress.silent import QuietDisplay, StoryOnly
from shared_ecr.cli.progress.tally import ProgressTally
from shared_ecr.cli.progress.terminal import FRAME_SECONDS, Terminal
from shared_ecr.cli.progress.wording import labels, time_left
from shared_ecr.client.pushers.events import BlobBegan, BlobEnded, BlobMoved, Event, ManifestStored, Message, Planned
from shared_ecr.model.names import Digest

TARGET = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/app"
ELSEWHERE = "111122223333.dkr.ecr.us-east-1.amazonaws.com/team/app"
BESIDE = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/team/web"
ONE, TWO, THREE = (Digest("sha256:" + digit * 64) for digit in "123")
XTERM = {"TERM": "xterm"}
MB = 1_000_000


@dataclass
class Hands:
    """A clock that moves when shown."""

    now: float = 100.0

    def __call__(self) -> float:
        return self.now


def half_way(target: str = TARGET) -> list[Event]:
    """Of three blobs one is there, one is done, and of the largest a quarter is on its way."""
    return [
        Planned(target, blobs=2, byte_count=50 * MB, present=1),
        BlobBegan(target, ONE, 10 * MB),
        BlobMoved(target, ONE, 10 * MB),
        BlobEnded(target, ONE, 10 * MB, "uploaded"),
        BlobBegan(target, TWO, 40 * MB),
        BlobMoved(target, TWO, 10 * MB),
    ]


REFERENCE = Path(__file__).parents[2] / "docs/reference/push.md"


def show(shown: Display, *events: Event) -> None:
    for event in events:
        shown.happened(event)


def chosen(*options: str, environ: Mapping[str, str] = XTERM, on_terminal: bool = True) -> Display:
    parser = argparse.ArgumentParser()
    add_progress(parser)
    with pseudo_terminal() as terminal:
        stream = terminal.stream if on_terminal else io.StringIO()
        return display(parser.parse_args(options), stream, environ)


@pytest.mark.parametrize(
    ("options", "environ", "on_terminal", "kind"),
    [
        ([], XTERM, True, Terminal),
        ([], XTERM, False, Lines),
        ([], {"TERM": "dumb"}, True, Lines),
        ([], {}, True, Lines),
        ([], XTERM | {"CI": "true"}, True, Lines),
        ([], XTERM | {"CI": "false"}, True, Terminal),
        (["--progress", "bar"], XTERM | {"CI": "true"}, True, Terminal),
        (["--progress", "bar"], XTERM, False, Lines),
        (["--progress", "lines"], XTERM, True, Lines),
        (["--progress", "json"], XTERM, True, JsonLines),
        (["--progress", "none"], XTERM, True, StoryOnly),
        (["--quiet"], XTERM, True, QuietDisplay),
    ],
)
def test_the_display_fits_what_stderr_is(
    options: list[str],
    environ: dict[str, str],
    on_terminal: bool,  # noqa: FBT001 — a column of the table
    kind: type,
) -> None:
    assert type(chosen(*options, environ=environ, on_terminal=on_terminal)) is kind


def test_a_terminal_shows_each_moving_blob_and_the_whole() -> None:
    hands = Hands()
    with pseudo_terminal() as terminal:
        shown = Terminal(terminal.stream, XTERM, hands)
        show(shown, *half_way())
        hands.now += 2.0
        shown.draw()

        assert screen(terminal.written()) == [
            "sha256:222222222222…  ━━━━━━━╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌  10.0 of 40.0 MB  5.0 MB/s",
            "2 of 3 blobs, 20.0 of 50.0 MB, 10.0 MB/s, 0:03 left; 1 present",
        ]


def test_a_redrawing_takes_the_place_of_the_one_before() -> None:
    with pseudo_terminal() as terminal:
        shown = Terminal(terminal.stream, XTERM, Hands())
        show(shown, *half_way())
        shown.draw()
        show(shown, BlobEnded(TARGET, TWO, 40 * MB, "uploaded"))
        shown.draw()

        (line,) = screen(terminal.written())
        assert line.startswith("3 of 3 blobs, 50.0 of 50.0 MB")


def test_what_is_shown_stays_above_what_moves() -> None:
    with pseudo_terminal() as terminal:
        shown = Terminal(terminal.stream, XTERM, Hands())
        show(shown, *half_way())
        shown.draw()
        show(shown, Message(TARGET, "first"))
        shown.said("second")
        shown.draw()

        assert screen(terminal.written())[:2] == ["first", "second"]


def test_at_its_end_a_terminal_shows_only_what_was_shown() -> None:
    with pseudo_terminal() as terminal:
        with Terminal(terminal.stream, XTERM) as shown:
            show(shown, *half_way(), Message(TARGET, "worth knowing"))
            shown.draw()
            terminal.stream.write("^C")
        terminal.stream.write("shared-ecr: what went wrong\n")
        terminal.stream.flush()

        assert screen(terminal.written()) == ["worth knowing", "shared-ecr: what went wrong"]


def test_the_thread_that_draws_ends_with_the_display() -> None:
    with pseudo_terminal() as terminal, Terminal(terminal.stream, XTERM) as shown:
        shown.said("something")
    assert "progress" not in {thread.name for thread in threading.enumerate()}


def test_events_draw_nothing_by_themselves() -> None:
    with pseudo_terminal() as terminal:
        show(Terminal(terminal.stream, XTERM), *half_way(), Message(TARGET, "line"))
        assert terminal.written() == ""


def test_a_terminal_is_redrawn_ten_times_a_second_at_most() -> None:
    assert FRAME_SECONDS >= 0.1


@pytest.mark.parametrize("columns", [1, 10, 40, 60, 80, 200])
@pytest.mark.parametrize("target", ["one", "two"])
def test_no_line_is_so_wide_that_the_terminal_would_wrap_it(columns: int, target: str) -> None:
    tally = ProgressTally(Hands())
    for event in half_way() + (half_way(ELSEWHERE) if target == "two" else []):
        tally.happened(event)
    assert max(map(len, frame(tally, TerminalLook(columns, 24)))) < max(columns, 2)


def test_a_terminal_that_was_made_narrower_is_drawn_narrower() -> None:
    with pseudo_terminal(columns=120) as terminal:
        shown = Terminal(terminal.stream, {**XTERM, "NO_COLOR": "1"}, Hands())
        show(shown, *half_way())
        shown.draw()
        terminal.written()
        terminal.resize(columns=30)
        shown.draw()
        assert max(map(len, screen(terminal.written(), columns=30))) == 29


def test_a_low_terminal_shows_the_whole_and_the_largest_blobs() -> None:
    tally = ProgressTally(Hands())
    digests = [Digest(f"sha256:{number:064x}") for number in range(9)]
    tally.happened(Planned(TARGET, 9, 45, 0))
    for size, digest in enumerate(digests):
        tally.happened(BlobBegan(TARGET, digest, size))
    shown = [len(frame(tally, TerminalLook(80, rows))) for rows in (1, 4, 5, 24, 100)]
    assert shown == [1, 2, 3, 7, 7]


def test_colour_is_left_out_where_the_environment_says_so() -> None:
    with pseudo_terminal() as terminal:
        for environ in (XTERM | {"NO_COLOR": "1"}, XTERM | {"NO_COLOR": ""}):
            shown = Terminal(terminal.stream, environ, Hands())
            show(shown, *half_way())
            shown.draw()
            terminal.stream.write("|")
            terminal.stream.flush()
        without, coloured, _ = terminal.written().split("|")
        assert ("\x1b[32m" in without, "\x1b[32m" in coloured) == (False, True)


def test_a_terminal_that_cannot_write_our_signs_gets_others() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    shown = Terminal(stream, {"NO_COLOR": "1"}, Hands())
    show(shown, *half_way())
    shown.draw()
    stream.seek(0)
    assert "sha256:222222222222~  #######------" in stream.read()


def test_a_program_that_was_stopped_and_goes_on_draws_below_what_the_shell_wrote() -> None:
    with pseudo_terminal() as terminal:
        with Terminal(terminal.stream, XTERM, Hands()) as shown:
            show(shown, *half_way())
            shown.draw()
            terminal.stream.write("[1]+  Stopped\n$ fg\n")
            os.kill(os.getpid(), signal.SIGCONT)
            shown.draw()
        assert screen(terminal.written())[2:] == ["[1]+  Stopped", "$ fg"]


def test_a_terminal_that_went_away_stops_nothing() -> None:
    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(5, "Input/output error")

    with Terminal(Gone(), XTERM) as shown:
        show(shown, *half_way())
        shown.draw()


def test_a_blob_that_begins_anew_counts_from_its_beginning() -> None:
    tally = ProgressTally(Hands())
    for event in (*half_way(), BlobBegan(TARGET, TWO, 40 * MB), BlobMoved(TARGET, TWO, 1 * MB)):
        tally.happened(event)
    assert tally.done_bytes == 11 * MB


def test_a_blob_that_had_to_be_sent_twice_is_one_blob() -> None:
    tally = ProgressTally(Hands())
    for event in (*half_way(), BlobEnded(TARGET, ONE, 10 * MB, "uploaded")):
        tally.happened(event)
    assert (tally.done, tally.done_bytes) == (2, 20 * MB)


def test_what_failed_is_not_waited_for() -> None:
    tally = ProgressTally(Hands())
    for event in half_way() + half_way(BESIDE):
        tally.happened(event)
    tally.forget(TARGET)
    assert (tally.done, tally.blobs, tally.byte_count) == (4, 5, 60 * MB)
    assert {blob.target for blob in tally.moving} == {BESIDE}


def test_the_speed_is_that_of_the_last_seconds() -> None:
    hands = Hands()
    tally = ProgressTally(hands)
    for event in half_way():
        tally.happened(event)
    hands.now += 60.0
    assert (tally.speed.bytes_a_second, tally.seconds_left) == (0, None)


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.2, "0:00"), (7, "0:07"), (59.7, "1:00"), (3599, "59:59"), (3750, "1:02:30")]
)
def test_a_time_is_written_as_clocks_show_it(seconds: float, said: str) -> None:
    assert time_left(seconds) == said


@pytest.mark.parametrize(
    ("targets", "called"),
    [
        ([TARGET], [""]),
        ([TARGET, BESIDE], ["team/app", "team/web"]),
        ([TARGET, ELSEWHERE], ["team/app in 111122223333 eu-west-1", "team/app in 111122223333 us-east-1"]),
        ([TARGET, "ghcr.io/team/app"], ["team/app in 111122223333 eu-west-1", "team/app in ghcr.io"]),
    ],
    ids=["one", "one registry", "two Regions", "two registries"],
)
def test_a_target_is_called_by_what_shows_it_from_the_others(targets: list[str], called: list[str]) -> None:
    assert list(labels(dict.fromkeys(targets)).values()) == called


def test_lines_show_each_blob_that_is_done_and_no_bytes() -> None:
    stream = io.StringIO()
    show(Lines(stream), *half_way(), ManifestStored(TARGET, THREE, "1.0"), Message(TARGET, "read back"))
    assert stream.getvalue() == (
        "sha256:111111111111… 10.0 MB uploaded\nsha256:333333333333… stored as 1.0\nread back\n"
    )


def test_lines_of_several_targets_say_which() -> None:
    stream = io.StringIO()
    shown = Lines(stream)
    show(shown, *half_way(), *half_way(BESIDE))
    assert stream.getvalue().splitlines()[-1] == "team/web: sha256:111111111111… 10.0 MB uploaded"


def test_lines_give_a_sign_of_life_each_half_minute() -> None:
    hands, stream = Hands(), io.StringIO()
    shown = Lines(stream, hands)
    show(shown, *half_way())
    stream.truncate(0)
    stream.seek(0)
    for _ in range(65):
        hands.now += 1.0
        shown.beat()
    assert stream.getvalue() == (
        "sha256:222222222222… 10.0 of 40.0 MB after 30 s, 333.3 kB/s\n"
        "sha256:222222222222… 10.0 of 40.0 MB after 60 s, 166.7 kB/s\n"
    )


def test_lines_give_no_sign_of_life_of_what_has_failed() -> None:
    hands, stream = Hands(), io.StringIO()
    shown = Lines(stream, hands)
    show(shown, *half_way())
    shown.failed(TARGET)
    before = stream.getvalue()
    hands.now += 31.0
    shown.beat()
    assert stream.getvalue() == before


@pytest.mark.parametrize("kind", [Lines, StoryOnly, QuietDisplay], ids=lambda kind: kind.__name__)
def test_nothing_that_a_terminal_would_obey_gets_through(kind: type[Lines | StoryOnly | QuietDisplay]) -> None:
    stream = io.StringIO()
    with kind(stream) as shown:
        shown.complained("from\x1b[2J a registry\nand more")
    assert stream.getvalue() == "from\\x1b[2J a registry\nand more\n"


def test_a_terminal_obeys_no_one_else() -> None:
    with pseudo_terminal() as terminal, Terminal(terminal.stream, XTERM) as shown:
        shown.said("from\x1b[2J an engine")
        shown.draw()
        assert "\x1b[2J" not in terminal.written()


@pytest.mark.parametrize("kind", [StoryOnly, QuietDisplay], ids=lambda kind: kind.__name__)
def test_events_are_not_shown_where_no_progress_is_wanted(kind: type[StoryOnly | QuietDisplay]) -> None:
    stream = io.StringIO()
    show(kind(stream), *half_way(), Message(TARGET, "line"))
    assert stream.getvalue() == ""


def test_quiet_shows_complaints_alone() -> None:
    stream = io.StringIO()
    shown = QuietDisplay(stream)
    shown.said("story")
    shown.complained("error")
    assert stream.getvalue() == "error\n"


def test_programs_get_every_event_as_an_object() -> None:
    stream = io.StringIO()
    shown = JsonLines(stream)
    show(shown, *half_way(), ManifestStored(TARGET, THREE, "1.0"), Message(TARGET, "said\nso"))
    shown.said("a line")
    shown.complained("an error")
    shown.failed(TARGET)
    events = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [event["event"] for event in events] == [
        *("planned", "blob_began", "blob_moved", "blob_ended", "blob_began", "blob_moved", "stored", "message"),
        *("said", "complained", "failed"),
    ]
    assert events[3] == {
        "event": "blob_ended",
        "target": TARGET,
        "digest": str(ONE),
        "size": 10 * MB,
        "outcome": "uploaded",
    }


def test_every_event_and_its_keys_are_in_the_reference() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([^|]*) \|", REFERENCE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    documented = {name: set(re.findall(r"`(\w+)`", keys)) for name, keys in rows}
    stream = io.StringIO()
    shown = JsonLines(stream)
    show(shown, *half_way(), ManifestStored(TARGET, THREE, "1.0"), Message(TARGET, "line"))
    shown.said("story")
    shown.complained("error")
    shown.failed(TARGET)
    for line in stream.getvalue().splitlines():
        event = json.loads(line)
        assert documented[event.pop("event")] == event.keys()
