import argparse
import os
import shlex
import sys

import pytest

from cli.command_line import shared_ecr
from shared_ecr.cli import check, uri
from shared_ecr.cli.common_options import OFFLINE, commands_of
from shared_ecr.cli.examples import EXAMPLES
from shared_ecr.cli.main import build_parser
from shared_ecr.findings.errors import ExitCode, UnavailableError

EVERY_COMMAND = commands_of(build_parser())


@pytest.mark.parametrize("command", EVERY_COMMAND)
def test_every_command_takes_the_common_options(command: str) -> None:
    options = EVERY_COMMAND[command]._option_string_actions
    assert {"--verbose", "--quiet"} <= set(options)
    assert ("--profile" in options) is (command.split(maxsplit=1)[0] not in OFFLINE)
    assert ("-o" in options) is ("--format" in options)


@pytest.mark.parametrize("command", EVERY_COMMAND)
def test_no_command_takes_the_beginning_of_an_option_for_the_option(command: str) -> None:
    # `--password` would be `--password-stdin`, and its value an argument.
    assert EVERY_COMMAND[command].allow_abbrev is False


@pytest.mark.parametrize("command", EVERY_COMMAND)
def test_every_command_has_examples_in_its_help(command: str) -> None:
    assert f"shared-ecr {command}" in shared_ecr(*command.split(), "--help").stdout.split("options:")[-1]


def test_an_unknown_action_is_answered_with_the_help_that_lists_the_actions() -> None:
    assert "unknown command. 'shared-ecr help access' lists the commands" in shared_ecr("access", "matrix").stderr


@pytest.mark.parametrize("line", [line for lines in EXAMPLES.values() for line in lines])
def test_every_example_of_the_help_can_be_parsed(line: str) -> None:
    parts = line.split(" | ")
    words = shlex.split(next((part for part in parts if part.startswith("shared-ecr")), ""))
    if line.startswith("eval"):
        words = shlex.split(line.split("$(")[1].rstrip(')"'))
    words = words[: next((words.index(sign) for sign in ("<", ">") if sign in words), len(words))]
    assert callable(build_parser(words[1]).parse_args(words[1:]).run)


@pytest.mark.parametrize("words", [["help", "push"], ["push", "help", "--help"], ["--verbose", "help", "push"]])
def test_help_of_a_command_is_asked_for_as_in_git(words: list[str]) -> None:
    outcome = shared_ecr(*words)
    assert outcome.code == ExitCode.DONE
    assert outcome.stdout.startswith("usage: shared-ecr push ")
    assert outcome.stdout.endswith("\n")


def test_without_a_command_the_help_is_shown_and_nothing_is_done() -> None:
    outcome = shared_ecr()
    assert (outcome.code, outcome.stdout) == (ExitCode.INVALID, "")
    assert "\ncommands:\n" in outcome.stderr


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("puhs", "Did you mean 'push'?"),
        ("ps", "shared-ecr runs no containers"),
        ("get-login-password", "'shared-ecr login' logs in"),
        ("deploy", "'cdk deploy' deploys the declaration"),
        ("nothing-like-it", "'shared-ecr help' lists the commands"),
    ],
)
def test_an_unknown_command_is_answered_with_the_one_that_does_it(typed: str, answer: str) -> None:
    outcome = shared_ecr(typed)
    assert outcome.code == ExitCode.INVALID
    assert answer in outcome.stderr


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (
            ["--format", "json", "check"],
            "unknown option --format here; write an option of a command after the command's name",
        ),
        (["access", "--repository", "team/app", "who-can"], "COMMAND --repository"),
        (["--verbos", "check"], "Did you mean '--verbose'?"),
        (["check", "--file", "registry.yaml"], "unknown option --file; write FILE without an option"),
        (["review", "--output", "review.md"], "unknown option --output. Did you mean '--save'?"),
        (["schema", "--output", "schema.json"], "unknown option --output\n"),
    ],
    ids=["before the command", "before an action", "a slip", "a file", "elsewhere", "nothing here"],
)
def test_an_option_in_the_wrong_place_is_answered_with_the_right_one(words: list[str], answer: str) -> None:
    outcome = shared_ecr(*words)
    assert (outcome.code, outcome.stdout) == (ExitCode.INVALID, "")
    assert answer in outcome.stderr


@pytest.mark.parametrize("words", [["--verbose", "check"], ["check", "--verbose"]])
def test_verbose_is_understood_before_the_command_and_after_it(
    monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    def fail(_: object) -> int:
        raise UnavailableError("no answer") from TimeoutError("read timed out")

    monkeypatch.setattr(check, "run", fail)
    assert "read timed out" in shared_ecr(*words).stderr


@pytest.mark.parametrize("words", [["--quiet", "check"], ["check", "-q"]])
def test_quiet_prints_errors_and_nothing_else_on_stderr(monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    def warn_and_fail(_: object) -> int:
        sys.stderr.write("warning: something\n")
        raise UnavailableError("no answer")

    monkeypatch.setattr(check, "run", warn_and_fail)
    assert shared_ecr(*words).stderr == "shared-ecr: no answer\n"


@pytest.mark.parametrize("words", [["--profile", "shared", "uri", "ab"], ["uri", "ab", "--profile", "shared"]])
def test_a_profile_is_used_before_keys_of_the_environment(monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    seen: dict[str, str] = {}

    def look(_: object) -> int:
        seen.update(os.environ)
        return 0

    monkeypatch.setattr(uri, "run", look)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_DEFAULT_PROFILE", "other")
    before = dict(os.environ)
    assert shared_ecr(*words).code == ExitCode.DONE
    assert seen["AWS_PROFILE"] == "shared"
    assert not {"AWS_ACCESS_KEY_ID", "AWS_DEFAULT_PROFILE"} & set(seen)
    assert dict(os.environ) == before


def test_quiet_holds_nothing_back_of_a_command_that_fails_without_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def report_and_fail(_: object) -> int:
        sys.stderr.write("not read: team/app: access denied\n")
        return ExitCode.ENVIRONMENT

    monkeypatch.setattr(check, "run", report_and_fail)
    assert shared_ecr("check", "-q").stderr == "not read: team/app: access denied\n"


@pytest.mark.parametrize(
    "words",
    [("--profile", "", "tags", "ab"), ("tags", "ab", "--profile="), ("tags", "ab", "--region", " "),
     ("tags", "ab", "--stack", ""), ("login", "ghcr.io", "-u", "")],
    ids=" ".join,
)  # fmt: skip
def test_an_option_of_a_variable_that_is_not_set_is_refused(words: tuple[str, ...]) -> None:
    outcome = shared_ecr(*words)
    assert (outcome.code, outcome.stdout) == (ExitCode.INVALID, "")
    assert "it is empty; check that the variable is set" in outcome.stderr


@pytest.mark.parametrize("command", commands_of(build_parser()))
def test_an_option_of_a_command_never_switches_a_common_one_on(command: str) -> None:
    # 'retire --quiet DAYS' was stored where '--quiet' is, so that no line on stderr was ever shown.
    actions = commands_of(build_parser())[command]._actions
    assert [
        each.option_strings
        for each in actions
        if each.dest in {"quiet", "verbose", "profile"} and each.default is not argparse.SUPPRESS
    ] == []
