import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from cli.command_line import shared_ecr
from shared_ecr.cli.common_options import commands_of
from shared_ecr.cli.completion import SHELLS
from shared_ecr.cli.main import COMMANDS, build_parser


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_knows_every_command_and_its_options(shell: str) -> None:
    pytest.importorskip("shtab")
    done = shared_ecr("completion", shell)
    assert done.code == 0, done.stderr
    assert [command for command in COMMANDS if command not in done.stdout] == []
    assert "--credential-helper" in done.stdout


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@pytest.mark.parametrize(
    ("typed", "offered"),
    [(("pu",), {"push", "pull"}), (("login", "--pass"), {"--password-stdin"}), (("access", "w"), {"why"})],
)
def test_bash_completes_what_is_typed(tmp_path: Path, typed: tuple[str, ...], offered: set[str]) -> None:
    pytest.importorskip("shtab")
    (tmp_path / "script").write_text(shared_ecr("completion", "bash").stdout)
    words = " ".join(("shared-ecr", *typed))
    lines = (
        f"source {tmp_path}/script\nCOMP_WORDS=({words})\nCOMP_CWORD={len(typed)}\n"
        "$(complete -p shared-ecr | sed 's/.*-F \\([^ ]*\\).*/\\1/')\nprintf '%s\\n' \"${COMPREPLY[@]}\"\n"
    )
    done = subprocess.run(["bash", "-c", lines], capture_output=True, text=True)
    assert set(done.stdout.split()) == offered, done.stderr


def test_without_the_library_the_cure_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "shtab", None)
    done = shared_ecr("completion", "bash")
    assert done.code == 3
    assert "pip install '.[completion]' in your clone" in done.stderr


def test_the_manual_has_every_command_and_every_option_of_it() -> None:
    page = shared_ecr("man").stdout.replace("\\-", "-")
    for name, command in commands_of(build_parser()).items():
        assert f"\n.SS shared-ecr {name}\n" in page
        shown = [action for action in command._actions if action.help != "==SUPPRESS=="]
        assert [option for action in shown for option in action.option_strings if option not in page] == []


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_groff_finds_nothing_wrong_with_the_manual() -> None:
    done = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", "-Kutf8"], input=shared_ecr("man").stdout, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
def test_bash_completes_the_names_of_files_where_one_is_expected(tmp_path: Path) -> None:
    pytest.importorskip("shtab")
    script = shared_ecr("completion", "bash").stdout
    for option in ("fate___file", "check_pos_0", "push_pos_0", "pull_pos_1", "review_pos_0"):
        assert f"_shtab_shared_ecr_{option}_COMPGEN=_shtab_compgen_files" in script
