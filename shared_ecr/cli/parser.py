"""The argument parser of every command: long options are written in full, and no error repeats a value.

An argument can be a password that was typed in the wrong place, and stderr ends in the log of a CI job. argparse
repeats what it cannot use, so its messages are rewritten here before they are printed.
"""

import argparse
import os
import re
import sys
from collections.abc import Iterable
from typing import Any, NoReturn

from shared_ecr.text import did_you_mean, nearest
from shared_ecr.text.patterns import LazyPattern

# argparse looks for a translation of each of its sentences. What is rewritten here is English, so a catalogue of the
# machine that has one of them would bring a value into an error; and the search imports `locale`.
argparse._ = lambda text: text  # type: ignore[attr-defined]  # its types do not have the name of its translations
# What argparse says in front of or behind a value, and what is said instead (Lib/argparse.py, Python 3.11 to 3.14).
_REWRITTEN = (
    (LazyPattern(r"invalid choice: .* \(choose from (.*)\)\Z", re.DOTALL), r"choose one of \1"),
    (LazyPattern(r"ignored explicit argument .*\Z", re.DOTALL), "this option takes no value"),
    (LazyPattern(r"invalid (\w+) value: .*\Z", re.DOTALL), r"the value is not a valid \1"),
    (LazyPattern(r"ambiguous option: .* could match (.*)\Z", re.DOTALL), r"ambiguous option; it could match \1"),
)
# The columns at the right that argparse leaves free, and the width of what is no terminal.
_MARGIN, _USUAL_COLUMNS = 2, 80
# The name of an option as people write it. Anything else that begins with a hyphen may be a secret.
_LONG_OPTION = LazyPattern(r"--[a-z][a-z-]{0,30}(?==|\Z)")


# What people type who know docker, crane, skopeo, the AWS CLI or git, and what does it here.
ELSEWHERE = {
    "apply": "'cdk deploy' deploys the declaration; 'shared-ecr review' says beforehand what it changes",
    "auth": "'shared-ecr login' logs in",
    "build": "shared-ecr builds no images; build with docker or buildah, then 'shared-ecr push'",
    "put-lifecycle-policy": "a lifecycle policy belongs to the declaration; 'shared-ecr fate' previews it",
    "rm": "'shared-ecr delete' deletes images",
    "rmi": "'shared-ecr delete' deletes images",
    "batch-delete-image": "'shared-ecr delete' deletes images",
    "cp": "'shared-ecr copy' copies images between registries",
    "create": "a repository is created by declaring it and deploying, or by 'shared-ecr push --create'",
    "create-repository": "a repository is created by declaring it and deploying, or by 'shared-ecr push --create'",
    "deploy": "'cdk deploy' deploys the declaration; 'shared-ecr review' says beforehand what it changes",
    "describe-images": "'shared-ecr images' reads the images of repositories",
    "describe-repositories": "'shared-ecr repositories' lists the repositories",
    "delete-repository": "a repository is removed from the declaration; 'shared-ecr retire' says whether that is safe",
    "diff": "'shared-ecr review --against BEFORE' compares two deployments",
    "digest": "'shared-ecr inspect' prints the digest of an image",
    "destroy": "'cdk destroy' deletes the stacks; repositories stay unless the declaration says otherwise",
    "get-login": "'shared-ecr login' logs in",
    "get-login-password": "'shared-ecr login' logs in",
    "image": "'shared-ecr images' reads the images of repositories, 'shared-ecr inspect' one of them",
    "lint": "'shared-ecr check' checks a declaration, 'shared-ecr access lint' its policies",
    "list": "'shared-ecr repositories' lists the repositories, 'shared-ecr tags' the tags of one",
    "list-images": "'shared-ecr images' reads the images of repositories, 'shared-ecr tags' the tags of one",
    "ls": "'shared-ecr repositories' lists the repositories, 'shared-ecr tags' the tags of one",
    "manifest": "'shared-ecr inspect --raw' prints a manifest",
    "plan": "'shared-ecr review --against BEFORE' says what a deployment changes",
    "ps": "shared-ecr runs no containers; 'docker ps' lists them",
    "run": "shared-ecr runs no containers; 'shared-ecr pull --engine docker' fetches an image for 'docker run'",
    "save": "'shared-ecr pull' writes an image to disk",
    "set-repository-policy": "a repository policy belongs to the declaration; 'shared-ecr access' evaluates it",
    "sync": "'shared-ecr mirror' copies what the declaration lists under mirrors",
    "validate": "'shared-ecr check' checks a declaration",
    "version": "'shared-ecr --version' prints the version",
}


# Options of other programs, and the option that does it here where a command has it.
_OPTIONS_ELSEWHERE = {"--out": "--save", "--output": "--save", "--output-file": "--save", "--config": "--file"}


class _SizedHelp(argparse.HelpFormatter):
    """Help as wide as the terminal."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        # argparse makes a formatter for each argument that is added. Without a width, it imports shutil, and with it
        # the modules of four compressions.
        options.setdefault("width", _terminal_columns() - _MARGIN)
        super().__init__(*arguments, **options)


class HelpAsWritten(_SizedHelp, argparse.RawDescriptionHelpFormatter):
    """Help whose description and examples keep their line ends; a text of one line is wrapped."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if "\n" in text.strip():
            return super()._fill_text(text, width, indent)
        return argparse.HelpFormatter._fill_text(self, text, width, indent)  # noqa: SLF001 — argparse has no other way


class _HelpWithExamples(_SizedHelp):
    """Help whose examples keep their line ends; everything else is wrapped."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if text.startswith("examples:"):
            return "".join(f"{indent}{line}" for line in text.splitlines(keepends=True))
        return super()._fill_text(text, width, indent)


def _terminal_columns() -> int:
    """Return what `shutil.get_terminal_size().columns` returns."""
    try:
        columns = int(os.environ["COLUMNS"])
    except (KeyError, ValueError):
        columns = 0
    if columns > 0:
        return columns
    if sys.__stdout__ is None:
        return _USUAL_COLUMNS
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or _USUAL_COLUMNS
    except (ValueError, OSError):
        return _USUAL_COLUMNS


class CommandParser(argparse.ArgumentParser):
    """An `ArgumentParser` that accepts no abbreviation and never prints a value that it was given."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        options.setdefault("allow_abbrev", False)
        options.setdefault("formatter_class", _HelpWithExamples)
        super().__init__(*arguments, **options)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:  # pyright: ignore[reportIncompatibleMethodOverride]  # argparse declares overloads that differ in their types alone
        """Parse, and refuse at once what this parser does not know: its own usage is the one that helps."""
        words = sys.argv[1:] if args is None else list(args)
        if self._subparsers is not None and words:
            self._refuse_option_of_a_command(words[0])
        parsed, unknown = super().parse_known_args(words, namespace)
        if unknown:
            self.error(self._unknown(unknown))
        return parsed, unknown

    def _refuse_option_of_a_command(self, word: str) -> None:
        """Refuse an option in front of the command: its value would be taken for the command."""
        name = _LONG_OPTION.match(word)
        if name is None or name[0] in self._option_string_actions:
            return
        said = self._unknown_option(word)
        behind = f"write an option of a command after the command's name: {self.prog} COMMAND {name[0]}"
        self.error(said if "?" in said else f"{said} here; {behind}")

    def _get_values(self, action: argparse.Action, arg_strings: Any) -> Any:
        """Refuse an empty value of an option: a variable of a CI job that is not set would choose something else.

        An option whose default is empty chooses nothing by it, and one with a type reads its own values.
        """
        is_text = bool(action.option_strings) and action.type is None and action.default != ""
        if is_text and any(isinstance(text, str) and not text.strip() for text in arg_strings):
            raise argparse.ArgumentError(action, "it is empty; check that the variable is set")
        return super()._get_values(action, arg_strings)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Refuse a value that is not a choice; a command that is close to one is answered with it."""
        choices = action.choices
        if choices is not None and isinstance(value, str) and value not in choices:
            is_command = isinstance(action, argparse._SubParsersAction)  # noqa: SLF001 — no public name
            hint = (ELSEWHERE.get(value.lower(), "") if is_command and " " not in self.prog else "") or did_you_mean(
                value, choices
            )
            what = "unknown command" if is_command else f"choose one of {', '.join(map(str, choices))}"
            more = f"'{self._listing()}' lists the commands" if is_command and not hint else ""
            raise argparse.ArgumentError(action, ". ".join(filter(None, (what, hint, more))))
        super()._check_value(action, value)

    def _listing(self) -> str:
        program, _, command = self.prog.partition(" ")
        return f"{program} help{f' {command}' if command else ''}"

    def error(self, message: str) -> NoReturn:
        """Print the usage and *message* without the values in it, and exit with 2."""
        for pattern, instead in _REWRITTEN:
            message = pattern.sub(instead, message)
        super().error(message)

    def _unknown(self, words: Iterable[str]) -> str:
        """Name the options among *words* that do not exist; the other words are counted, not repeated."""
        said = list(dict.fromkeys(filter(None, map(self._unknown_option, words))))
        if said:
            return "; ".join(said)
        return "there are more arguments than this command takes (their values are not repeated here)"

    def _unknown_option(self, word: str) -> str:
        if not word.startswith("-") or word == "-":
            return ""
        name = _LONG_OPTION.match(word)
        if name is None:
            return f"unknown option {word[:2]}" if word[1].isalpha() else "an unknown option"
        options = [option for option in self._option_string_actions if option.startswith("--")]
        elsewhere = _OPTIONS_ELSEWHERE.get(name[0])
        known = elsewhere if elsewhere in options else nearest(name[0], options)
        said = f"unknown option {name[0]}"
        if known:
            return f"{said}. Did you mean '{known}'?"
        takes_file = any(action.metavar == "FILE" for action in self._get_positional_actions())
        return f"{said}; write FILE without an option" if takes_file and name[0] == "--file" else said


class RefusedPassword(argparse.Action):
    """`-p` and `--password`: refused without a look at the value, which every process of the machine can read."""

    def __init__(self, option_strings: Any, dest: str, **options: Any) -> None:
        super().__init__(option_strings, dest, nargs="?", default=argparse.SUPPRESS, **options)

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        """Refuse, and say where a password is read from."""
        parser.error(
            "a password is not accepted as an argument, because other processes can read it and CI logs keep it; write "
            "it to standard input with --password-stdin, and change the password if this command line was logged"
        )
