import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cli.screen import pseudo_terminal
from shared_ecr.cli.colour import ColouredLines, painted, wants_colour

DECLARATION = 'version: 1\nregistry: {account: "111111111111", regions: [us-east-1]}\nrepositories: {ab: {}}\n'


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("line", "colour"),
    [
        ("blocks: team/app: the repository is deleted. [deleted]", "31"),
        ("DELETED team/app (Stack)", "31"),
        ("  expire  sha256:0123", "31"),
        ("warning: team/app: …", "33"),
        ("CREATED team/app", "32"),
        ("nothing blocks (1 note)", "32"),
        ("note: team/app: …", "2"),
    ],
)
def test_a_line_has_the_colour_of_its_first_word(line: str, colour: str) -> None:
    assert painted(line).startswith(("\x1b[", f"\x1b[1m\x1b[{colour}m"))
    assert f"\x1b[{colour}m" in painted(line)
    assert painted(line).endswith(f"{line}\x1b[0m")


def test_any_other_line_is_as_it_was() -> None:
    assert painted("  team/app  blocks: nothing") == "  team/app  blocks: nothing"


def test_lines_are_painted_whole_however_they_are_written() -> None:
    stream = Terminal()
    coloured = ColouredLines(stream)
    for part in ("blo", "cks: x\n", "plain\nwarn", "ing: y"):
        coloured.write(part)
    coloured.flush()
    assert stream.getvalue() == "\x1b[31mblocks: x\x1b[0m\nplain\n\x1b[33mwarning: y\x1b[0m"


@pytest.mark.parametrize(
    ("command", "form", "stream", "environ", "expected"),
    [
        ("review", "text", Terminal(), {"TERM": "xterm"}, True),
        ("review", "markdown", Terminal(), {"TERM": "xterm"}, False),
        ("push", "text", Terminal(), {"TERM": "xterm"}, False),
        ("fate", "text", io.StringIO(), {"TERM": "xterm"}, False),
        ("fate", "text", Terminal(), {"TERM": "xterm", "NO_COLOR": "1"}, False),
        ("access", "text", Terminal(), {"TERM": "dumb"}, False),
    ],
)
def test_only_reports_at_a_terminal_have_colour(
    *, command: str, form: str, stream: io.StringIO, environ: dict[str, str], expected: bool
) -> None:
    assert wants_colour(command, form, stream, environ) is expected


def test_a_report_at_a_terminal_is_the_same_text_in_colour(tmp_path: Path) -> None:
    (tmp_path / "registry.yaml").write_text(DECLARATION)
    command = [sys.executable, "-m", "shared_ecr.cli", "access", "--file", str(tmp_path / "registry.yaml")]
    environ = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | {"TERM": "xterm"}
    plain = subprocess.run(command, capture_output=True, text=True, env=environ, check=True).stdout
    with pseudo_terminal(columns=400) as terminal:
        subprocess.run(command, stdout=terminal.stream, check=True, env=environ)
        shown = terminal.written()
    without = shown.replace("\r\n", "\n").replace("\x1b[0m", "").replace("\x1b[33m", "").replace("\x1b[32m", "")
    assert without == plain
