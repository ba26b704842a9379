"""Closed, full and narrow streams: none of them ends the work, and none ends in a traceback."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from client.fake_registry import FakeRegistry
from client.images import image, write_layout
from shared_ecr.findings.errors import ExitCode

COMMAND = f"{sys.executable} -m shared_ecr.cli"
HELPER = f"{sys.executable} -c 'from shared_ecr.cli.credential_helper import run; run()'"
URI = "111111111111.dkr.ecr.us-east-1.amazonaws.com/ab\n"


@pytest.fixture
def declaration(tmp_path: Path) -> Path:
    path = tmp_path / "registry.yaml"
    path.write_text('version: 1\nregistry: {account: "111111111111", regions: [us-east-1]}\nrepositories: {ab: {}}\n')
    return path


def shell(line: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["bash", "-c", line], capture_output=True, text=True, env={**os.environ, **variables}, timeout=60
    )


@pytest.mark.parametrize("closed", [">&-", ">&- 2>&- <&-"])
def test_a_closed_standard_output_ends_well(declaration: Path, closed: str) -> None:
    run = shell(f"{COMMAND} uri ab --file {declaration} {closed}")
    assert (run.returncode, run.stderr) == (ExitCode.DONE, "")


@pytest.mark.parametrize("stream", ["2>&-", "<&-", "2>/dev/full"])
def test_the_result_is_printed_whatever_the_other_streams_are(declaration: Path, stream: str) -> None:
    run = shell(f"{COMMAND} uri ab --file {declaration} {stream}")
    assert (run.returncode, run.stdout) == (ExitCode.DONE, URI)


@pytest.mark.parametrize("streams", ["2>&-", "<&-", "2>/dev/full", ">&-", ">&- 2>&- <&-"])
def test_an_image_is_pushed_whatever_the_streams_are(tmp_path: Path, streams: str) -> None:
    layout = write_layout(tmp_path / "layout", image())
    with FakeRegistry() as registry:
        run = shell(f"{COMMAND} push {layout} {registry.host}/team/app:1 {streams}")
        assert (run.returncode, "Traceback" in run.stderr) == (ExitCode.DONE, False)
        assert registry.contents.repositories["team/app"].tags == {"1": image().root}


def test_a_push_whose_result_cannot_be_written_says_so_and_has_pushed(tmp_path: Path) -> None:
    layout = write_layout(tmp_path / "layout", image())
    with FakeRegistry() as registry:
        run = shell(f"{COMMAND} push --quiet {layout} {registry.host}/team/app:1 >/dev/full")
        assert run.returncode == ExitCode.ENVIRONMENT
        assert "cannot be written to standard output: No space left on device" in run.stderr
        assert registry.contents.repositories["team/app"].tags == {"1": image().root}


@pytest.mark.parametrize("stream", ["2>&-", "2>/dev/full"])
def test_an_error_that_cannot_be_printed_keeps_its_exit_code(declaration: Path, stream: str) -> None:
    run = shell(f"{COMMAND} uri no-such --file {declaration} {stream}")
    assert (run.returncode, run.stdout) == (ExitCode.INVALID, "")


@pytest.mark.parametrize("unbuffered", ["", "1"], ids=["buffered", "unbuffered"])
def test_a_full_standard_output_is_named(declaration: Path, unbuffered: str) -> None:
    run = shell(f"{COMMAND} uri ab --file {declaration} >/dev/full", PYTHONUNBUFFERED=unbuffered)
    assert run.returncode == ExitCode.ENVIRONMENT
    assert run.stderr == (
        "shared-ecr: the result cannot be written to standard output: No space left on device; the command itself was "
        "completed\n"
    )


@pytest.mark.parametrize("words", ["--help", "--version", "push --help", "help"])
def test_help_that_cannot_be_written_is_an_error_like_any_result(words: str) -> None:
    run = shell(f"{COMMAND} {words} >/dev/full")
    assert run.returncode == ExitCode.ENVIRONMENT
    assert run.stderr.startswith("shared-ecr: the result cannot be written to standard output: No space left")
    assert run.stderr.count("\n") == 1


def test_a_terminal_of_ascii_alone_shows_other_characters_escaped(tmp_path: Path) -> None:
    path = tmp_path / "registry.yaml"
    path.write_text('version: 1\nregistry: {account: "111111111111", regions: [us-east-1]}\nrepositories: {é: {}}\n')
    run = shell(f"{COMMAND} check {path}", PYTHONIOENCODING="ascii")
    assert run.returncode == ExitCode.INVALID
    assert r"'\xe9'" in run.stdout
    assert run.stderr == ""


def test_the_credential_helper_prints_no_warning_among_its_answers() -> None:
    # Where standard error is closed, Python prints to standard output what is meant for it.
    run = shell(f"echo ghcr.io | {HELPER} get 2>&-")
    assert (run.returncode, run.stdout) == (1, "credentials not found in native keychain\n")
    run = shell(f"{HELPER} nonsense 2>&-")
    assert run.stdout.count("\n") == 1
    assert run.stdout.startswith("docker-credential-shared-ecr: usage: ")


@pytest.mark.parametrize("words", ["list", "--version", "nonsense"])
def test_the_credential_helper_ends_with_a_code_of_its_own_on_a_full_disk(tmp_path: Path, words: str) -> None:
    run = shell(f"{HELPER} {words} >/dev/full", HOME=str(tmp_path))
    assert run.returncode in {ExitCode.INVALID, ExitCode.ENVIRONMENT}
    assert run.stderr.startswith("docker-credential-shared-ecr: ")
    assert "Traceback" not in run.stderr


def test_help_and_manual_are_printed_where_the_locale_knows_ascii_alone() -> None:
    ascii_alone = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    for words in ("--help", "push --help", "man"):
        run = shell(f"{COMMAND} {words}", **ascii_alone)
        assert (run.returncode, run.stderr) == (ExitCode.DONE, "")
        assert "\\u2026" in run.stdout
