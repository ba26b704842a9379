"""Commands ask before what cannot be undone, and only at a terminal."""

import io
import sys

import pytest

from shared_ecr.cli.confirmation import confirm
from shared_ecr.findings.errors import UsageError


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def asked(monkeypatch: pytest.MonkeyPatch, stdin: io.StringIO) -> None:
    monkeypatch.setattr(sys, "stdin", stdin)
    confirm(["delete a", "delete b"], "Delete?", verb="delete", done="deleted")


@pytest.mark.parametrize("answer", ["y\n", "YES\n", " yes \n"])
def test_yes_continues(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    asked(monkeypatch, Terminal(answer))


@pytest.mark.parametrize("answer", ["n\n", "\n", "", "yep\n", "delete\n"])
def test_any_other_answer_stops(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    with pytest.raises(UsageError, match=r"^nothing was deleted$"):
        asked(monkeypatch, Terminal(answer))


def test_where_there_is_no_terminal_the_option_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match="no terminal to ask at; add --yes to delete without a question"):
        asked(monkeypatch, io.StringIO("y\n"))


def test_the_question_comes_after_what_it_is_about(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked(monkeypatch, Terminal("y\n"))
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "delete a\ndelete b\nDelete? [y/N] ")
