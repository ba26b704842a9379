import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cli.command_line import shared_ecr
from shared_ecr.cli import check
from shared_ecr.cli.main import COMMANDS
from shared_ecr.findings.errors import ExitCode, RefusedError, SharedEcrError, UnavailableError

COMMAND = [sys.executable, "-m", "shared_ecr.cli"]
HEAVY = ("boto3", "botocore", "urllib3", "aws_cdk", "jsii", "yaml", "ministack")


def imported_by(*arguments: str) -> set[str]:
    """Return which heavy packages a command imports."""
    program = (
        "import sys\nfrom shared_ecr.cli.main import main\n"
        f"try:\n    main({list(arguments)!r})\nexcept SystemExit:\n    pass\n"
        f"sys.stderr.write(' '.join(name for name in {HEAVY!r} if name in sys.modules))\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(run.stderr.split())


def test_help_imports_nothing_heavy() -> None:
    assert imported_by("--help") == set()


def test_help_imports_no_part_of_the_model_but_names() -> None:
    program = (
        "import sys\nfrom shared_ecr.cli.main import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit:\n    pass\n"
        "sys.stderr.write(' '.join(name for name in sys.modules if name.startswith('shared_ecr.')))\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    rooms = {".".join(name.split(".")[:3]) for name in run.stderr.split() if not name.startswith("shared_ecr.cli")}
    assert {room for room in rooms if room.startswith("shared_ecr.model.")} <= {
        "shared_ecr.model.names",
        "shared_ecr.model.text_grammar",
    }
    assert {room.split(".")[1] for room in rooms} <= {"findings", "model", "records", "text"}


def test_a_command_imports_no_other() -> None:
    program = (
        "import sys\nfrom shared_ecr.cli.main import main\n"
        "try:\n    main(['uri', '--help'])\nexcept SystemExit:\n    pass\n"
        "sys.stderr.write(' '.join(name for name in sys.modules if name.startswith('shared_ecr.cli.')))\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    needed = {"main", "common_options", "examples", "parser", "process_exit", "streams", "uri", "options"}
    assert set(run.stderr.split()) == {f"shared_ecr.cli.{name}" for name in needed}


@pytest.mark.parametrize("words", [["--help"], ["--help", "push"], ["--verbose", "--help"]], ids=" ".join)
def test_help_lists_every_command(words: list[str]) -> None:
    listed = shared_ecr(*words).stdout
    assert set(COMMANDS) - {line.split()[0] for line in listed.splitlines() if line.strip()} == set()


def test_no_help_shows_a_description_that_is_missing() -> None:
    assert "None" not in shared_ecr("--help").stdout


def test_an_interrupt_before_the_command_began_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("shared_ecr.cli.main.build_parser", interrupted)
    assert shared_ecr("push").code == ExitCode.INTERRUPTED


def test_the_uri_of_a_declared_repository_needs_yaml_alone(tmp_path: Path) -> None:
    path = tmp_path / "registry.yaml"
    path.write_text('version: 1\nregistry: {account: "111111111111", regions: [us-east-1]}\nrepositories: {ab: {}}\n')
    assert imported_by("uri", "ab", "--file", str(path)) == {"yaml"}


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UnavailableError("no network"), ExitCode.ENVIRONMENT),
        (RefusedError("no"), ExitCode.REFUSED),
        (OSError(28, "No space left on device"), ExitCode.ENVIRONMENT),
        (KeyboardInterrupt(), ExitCode.INTERRUPTED),
    ],
    ids=["unavailable", "refused", "disk full", "interrupted"],
)
def test_an_error_is_one_line_and_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, code: ExitCode
) -> None:
    def fail(_: object) -> int:
        raise error

    monkeypatch.setattr(check, "run", fail)
    outcome = shared_ecr("check")
    assert (outcome.code, outcome.stdout) == (code, "")
    assert outcome.stderr.count("\n") == 1


def test_what_is_behind_an_error_is_shown_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> int:
        try:
            raise TimeoutError("read timed out")
        except TimeoutError as cause:
            raise UnavailableError("no answer") from cause

    monkeypatch.setattr(check, "run", fail)
    assert "read timed out" in shared_ecr("--verbose", "check").stderr
    assert "read timed out" not in shared_ecr("check").stderr


def test_every_error_of_the_package_has_an_exit_code_of_the_contract() -> None:
    def below(kind: type[SharedEcrError]) -> set[type[SharedEcrError]]:
        return {kind}.union(*(below(each) for each in kind.__subclasses__()))

    assert all(kind.exit_code in set(ExitCode) for kind in below(SharedEcrError))


@pytest.mark.parametrize("arguments", [(), ("no-such-command",), ("uri",), ("push", "image")])
def test_a_command_that_cannot_be_meant_exits_2(arguments: tuple[str, ...]) -> None:
    assert shared_ecr(*arguments).code == ExitCode.INVALID


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    many = "".join(f"  team/app-{number}: {{}}\n" for number in range(99))
    path = tmp_path / "registry.yaml"
    path.write_text(f'version: 1\nregistry: {{account: "111111111111", regions: [us-east-1]}}\nrepositories:\n{many}')
    shell = f"{' '.join(COMMAND)} repositories --file {path} --format json | head -1"
    run = subprocess.run(["bash", "-o", "pipefail", "-c", shell], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")


def test_a_termination_unwinds_and_exits_143() -> None:
    program = (
        "import os, signal, sys\nfrom shared_ecr.cli import check, main\n"
        "def wait(_):\n    try:\n        os.kill(os.getpid(), signal.SIGTERM)\n        signal.pause()\n"
        "    finally:\n        print('unwound')\n"
        "check.run = wait\nsys.argv = ['shared-ecr', 'check']\nmain.run()\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert (run.returncode, run.stdout) == (128 + signal.SIGTERM, "unwound\n")
