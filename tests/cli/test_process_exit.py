"""How the process ends: at once, unless something waits for its end."""

import subprocess
import sys

import pytest

RUN = "import sys; from shared_ecr.cli.main import run; sys.argv = ['shared-ecr', *sys.argv[1:]]; run()"
AT_EXIT = "import atexit; atexit.register(print, 'done at the exit'); "
# It ends after the command, and prints then.
THREAD = "import threading, time; threading.Thread(target=lambda: (time.sleep(1), print('done at the exit'))).start(); "
FINALIZER = "import weakref; kept = type('Kept', (), {})(); weakref.finalize(kept, print, 'done at the exit'); "


def ended(program: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("waiting", [AT_EXIT, THREAD, FINALIZER], ids=["atexit", "a thread", "a finalizer"])
def test_what_waits_for_the_exit_is_done(waiting: str) -> None:
    assert "done at the exit" in ended(waiting + RUN, "--version").stdout


@pytest.mark.parametrize(("words", "code"), [(["schema"], 0), (["check", "/absent.yaml"], 2), (["nonsense"], 2)])
def test_the_exit_code_and_the_output_are_those_of_an_exit_that_frees_everything(words: list[str], code: int) -> None:
    quick, whole = ended(RUN, *words), ended("import atexit; atexit.register(int); " + RUN, *words)
    assert quick.returncode == whole.returncode == code
    assert (quick.stdout, quick.stderr) == (whole.stdout, whole.stderr)
    assert quick.stdout + quick.stderr


def test_an_exit_that_nothing_waits_for_frees_nothing() -> None:
    freed = "import sys; sys.modules['kept'] = type('K', (), {'__del__': lambda self: print('freed')})(); "
    assert "freed" not in ended(freed + RUN, "schema").stdout
    assert "freed" in ended("import atexit; atexit.register(int); " + freed + RUN, "schema").stdout
