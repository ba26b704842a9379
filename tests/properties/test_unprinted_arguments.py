"""Whatever is typed in the wrong place of a command line, and wherever it is put: an error does not repeat it."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from cli.command_line import shared_ecr
from shared_ecr.cli.common_options import commands_of
from shared_ecr.cli.main import build_parser

COMMANDS = sorted(commands_of(build_parser()))
# What does not look like an option's name: such a word may be shown, so that people see which one is unknown.
secrets = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=8, max_size=40).filter(
    lambda text: not re.match(r"--[a-z]", text) and not re.search(r"[\\/'\"]", text)
)
options = st.sampled_from(
    ["-p", "--password", "--passwd", "--pass", "--token", "--secret", "--format", "--jobs", "--progress", "-x"]
)


@settings(max_examples=300, deadline=None)
@given(command=st.sampled_from(COMMANDS), option=options, secret=secrets, joined=st.booleans(), first=st.booleans())
def test_a_value_behind_a_wrong_option_is_not_repeated(
    *, command: str, option: str, secret: str, joined: bool, first: bool
) -> None:
    value = [f"{option}={secret}"] if joined else [option, secret]
    words = [*value, *command.split()] if first else [*command.split(), *value]
    # `--` ends the options, and `local run` takes the rest as a command to run.
    if "--" in words or command.startswith("local"):
        return
    outcome = shared_ecr(*words, "--no-such-option-at-all")
    assert outcome.code == 2
    assert secret not in outcome.stdout + outcome.stderr
