"""argparse repeats what it cannot use; a password typed in the wrong place must not reach the log of a CI job."""

import os
import struct
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

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
        ("retire", f"--quiet={SECRET}", "team/app"),
        ("who", "--days", SECRET),
        ("scan", "--wait", SECRET, "a:1"),
        ("cost", "--price", SECRET),
        ("login", "--username", "me", "--password-stdin", f"me:{SECRET}@ghcr.io"),
        ("login", f"https://me:{SECRET}@ghcr.io/v2/"),
        ("logout", f"me:{SECRET}@ghcr.io"),
        ("logout", f"https://me:{SECRET}@ghcr.io"),
        ("tags", f"me:{SECRET}@ghcr.io/team/app"),
        ("pull", f"https://me:{SECRET}@ghcr.io/team/app:1", "layout"),
        ("push", "a", f"me:{SECRET}@127.0.0.1:5000/team/app:1"),
        ("catalog", f"me:{SECRET}@ghcr.io"),
        ("tags", f"ghcr.io?key={SECRET}/team/app"),
        ("tags", f"ghcr.io/team/app?key={SECRET}"),
        ("login", "-u", "me", "--password-stdin", f"ghcr.io?key={SECRET}"),
        ("logout", f"ghcr.io/v2/?key={SECRET}"),
        ("copy", f"ghcr.io/team/app:1?key={SECRET}", "quay.io/team/app"),
        ("inspect", f"https://ghcr.io/v2/app?key={SECRET}"),
        ("catalog", f"ghcr.io?key={SECRET}"),
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


def write_catalogue(folder: Path, translated: Mapping[str, str]) -> None:
    """Write a catalogue of German, as https://www.gnu.org/software/gettext/manual/html_node/MO-Files.html describes."""
    texts = {"": "Content-Type: text/plain; charset=UTF-8\n", **translated}
    keys = sorted(texts)
    first_byte = 28 + 16 * len(texts)
    rows = content = b""
    for text in (*keys, *(texts[key] for key in keys)):
        rows += struct.pack("<2I", len(text.encode()), first_byte + len(content))
        content += text.encode() + b"\0"
    header = struct.pack("<7I", 0x950412DE, 0, len(texts), 28, 28 + 8 * len(texts), 0, 0)
    file = folder / "de" / "LC_MESSAGES" / "messages.mo"
    file.parent.mkdir(parents=True)
    file.write_bytes(header + rows + content)


def test_a_catalogue_of_translations_does_not_bring_a_value_back(tmp_path: Path) -> None:
    write_catalogue(tmp_path, {"ignored explicit argument %r": "der Wert %r ist zu viel"})
    program = (
        f"import gettext; gettext.bindtextdomain('messages', {str(tmp_path)!r})\n"
        "assert gettext.gettext('ignored explicit argument %r').startswith('der')\n"
        f"from shared_ecr.cli.main import main; main(['push', '--dry-run={SECRET}'])"
    )
    environ = {**os.environ, "LANGUAGE": "de"}

    done = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True)

    assert SECRET not in done.stderr
    assert done.stderr.endswith("this option takes no value\n")
