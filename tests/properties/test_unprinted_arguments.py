"""Whatever is typed in the wrong place of a command line, and wherever it is put: an error does not repeat it."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from cli.command_line import Outcome, shared_ecr
from shared_ecr.cli.common_options import commands_of
from shared_ecr.cli.main import build_parser

COMMANDS = sorted(commands_of(build_parser()))
# What does not look like an option's name: such a word may be shown, so that people see which one is unknown.
secrets = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=40).filter(
    lambda text: not re.match(r"--[a-z]", text) and not re.search(r"[\\/'\"]", text)
)
UNLIKE_ANY_WORD = "~~~~~~~~"
options = st.sampled_from(
    ["-p", "--password", "--passwd", "--pass", "--token", "--secret", "--format", "--jobs", "--progress", "-x"]
)


@settings(max_examples=300, deadline=None)
@given(command=st.sampled_from(COMMANDS), option=options, secret=secrets, joined=st.booleans(), first=st.booleans())
def test_a_value_behind_a_wrong_option_is_not_repeated(
    *, command: str, option: str, secret: str, joined: bool, first: bool
) -> None:
    def words_with(text: str) -> list[str]:
        value = [f"{option}={text}"] if joined else [option, text]
        words = [*value, *command.split()] if first else [*command.split(), *value]
        return [*words, "--no-such-option-at-all"]

    # `--` ends the options, and `local run` takes the rest as a command to run.
    if "--" in words_with(secret) or command.startswith("local"):
        return
    outcome = shared_ecr(*words_with(secret))
    assert outcome.code == 2
    # The usage has words of its own, such as SEVERITY: what appears once more than they do was repeated.
    own_words = shared_ecr(*words_with(UNLIKE_ANY_WORD))
    assert _printed(outcome).count(secret) <= _printed(own_words).count(secret)


def _printed(outcome: Outcome) -> str:
    return outcome.stdout + outcome.stderr
