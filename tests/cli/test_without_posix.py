"""Windows lacks calls that Linux and macOS have; logins must not need them. Here they are taken away."""

import json
import subprocess
import sys
import time
from pathlib import Path

from cli.user import HOST
from client.fake_registry import FakeRegistry
from client.images import image, write_layout
from shared_ecr.client.credentials.docker_config import DockerConfig, StoredLogin

# What the module `os` of Windows has not. `fcntl` stays, as filelock's lock for Windows needs Windows.
_WITHOUT = """
import os, select, signal, sys
for module, names in (
    (os, "geteuid getuid getegid getgid getpgid getpgrp setsid killpg uname fchown chown lchown fchmod mkfifo fork "
         "posix_fadvise sched_getaffinity O_CLOEXEC O_DIRECTORY O_NOFOLLOW O_NONBLOCK memfd_create"),
    (select, "poll epoll"),
    (signal, "SIGCONT SIGHUP SIGKILL SIGQUIT SIGUSR1 SIGPIPE SIGWINCH SIGALRM alarm pthread_sigmask setitimer"),
):
    for name in names.split():
        if hasattr(module, name):
            delattr(module, name)
for name in ("pwd", "grp", "termios", "resource", "syslog"):
    sys.modules[name] = None
"""


def python(program: str, home: Path, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    environ = {"HOME": str(home), "PATH": str(home / "bin"), "PYTHONPATH": ":".join(sys.path)}
    return subprocess.run(
        [sys.executable, "-c", _WITHOUT + program, *arguments],
        input=stdin, capture_output=True, text=True, env=environ, cwd=home, timeout=60,
    )  # fmt: skip


MAIN = "from shared_ecr.cli.main import main; sys.exit(main(sys.argv[1:]))"
HELPER = "from shared_ecr.cli.credential_helper import main; sys.exit(main(sys.argv[1:], os.environ))"


def test_a_login_is_stored_and_removed(tmp_path: Path) -> None:
    with FakeRegistry() as registry:
        registry.manners.passwords = {"canary"}
        words = ("login", str(registry.host), "-u", "alice", "--password-stdin")
        done = python(MAIN, tmp_path, *words, stdin="canary")
        assert (done.returncode, done.stdout) == (0, f"{registry.host}\n"), done.stderr
        config = DockerConfig.load(tmp_path / ".docker/config.json")
        assert config.login_of(str(registry.host)) == StoredLogin("alice", "canary")
        done = python(MAIN, tmp_path, "logout", str(registry.host))
        assert done.returncode == 0, done.stderr
    assert json.loads((tmp_path / ".docker/config.json").read_text()) == {}


def test_the_credential_helper_stores_and_answers_from_its_cache(tmp_path: Path) -> None:
    now = time.time()
    store = (
        "from shared_ecr.client.credentials.token_cache import CachedToken\n"
        "from shared_ecr.client.credentials.token_files import single_flight, store\n"
        f"token = CachedToken({HOST!r}, 'AWS', 'canary', ({now}, 43200.0, {now + 21600}, {now + 43200}))\n"
        f"with single_flight({HOST!r}, os.environ, 1.0):\n    store(token, os.environ)\n"
    )
    done = python(store, tmp_path)
    assert done.returncode == 0, done.stderr
    done = python(HELPER, tmp_path, "get", stdin=HOST)
    assert json.loads(done.stdout) == {"ServerURL": HOST, "Username": "AWS", "Secret": "canary"}
    assert python(HELPER, tmp_path, "erase", stdin=HOST).returncode == 0
    assert [path.suffix for path in (tmp_path / ".cache/shared-ecr").iterdir()] == [".lock"]


def test_a_push_and_a_pull_do_without_them(tmp_path: Path) -> None:
    with FakeRegistry() as registry:
        layout = write_layout(tmp_path / "app", image())
        done = python(MAIN, tmp_path, "push", str(layout), f"{registry.host}/team/app:1")
        assert done.returncode == 0, done.stderr
        done = python(MAIN, tmp_path, "pull", f"{registry.host}/team/app:1", "pulled")
        assert done.returncode == 0, done.stderr
