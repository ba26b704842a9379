"""argparse repeats what it cannot use; a password typed in the wrong place must not reach the log of a CI job."""

import pytest

from cli.command_line import shared_ecr
from shared_ecr.findings.errors import ExitCode

SECRET = "hunter2-5ecret"


@pytest.mark.parametrize(
    "words",
    [
        ("login", "-u", "me", "-p", SECRET),
        ("login", "-p", SECRET),
        ("login", f"-p{SECRET}"),
        ("login", f"-p=-{SECRET}"),
        ("login", "--password", SECRET),
        ("login", f"--password={SECRET}"),
        ("login", f"--password-stdin={SECRET}"),
        ("login", "--pass", SECRET),
        ("login", "ghcr.io", "--username", "me", "--token", SECRET),
        ("login", f"--{SECRET}"),
        ("login", f"-x{SECRET}"),
        ("logout", "-p", SECRET),
        ("-p", SECRET, "login"),
        (SECRET,),
        ("push", "--jobs", SECRET, "a", "b:1"),
        ("push", "--format", SECRET, "a", "b:1"),
        ("uri", "ab", SECRET),
        ("local", SECRET),
        ("access", "matrix", "--format", SECRET),
        ("fate", "--now", SECRET),
    ],
    ids=lambda words: " ".join(words).replace(SECRET, "SECRET"),
)
def test_a_value_that_cannot_be_used_is_not_printed(words: tuple[str, ...]) -> None:
    outcome = shared_ecr(*words)
    assert outcome.code == ExitCode.INVALID
    assert SECRET not in outcome.stdout + outcome.stderr


def test_a_long_option_is_written_in_full() -> None:
    outcome = shared_ecr("review", "--again", "before.json", "after.json")
    assert outcome.code == ExitCode.INVALID
    assert "unknown option --again" in outcome.stderr


def test_an_unknown_option_is_answered_with_the_one_that_is_meant() -> None:
    assert (
        "unknown option --pasword-stdin. Did you mean '--password-stdin'?"
        in shared_ecr("login", "--pasword-stdin", "ghcr.io").stderr
    )


def test_an_unknown_option_is_answered_by_the_command_that_it_was_given_to() -> None:
    assert shared_ecr("uri", "ab", "--nonsense").stderr.startswith("usage: shared-ecr uri ")
