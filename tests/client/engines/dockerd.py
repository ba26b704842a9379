"""A real dockerd of one test run: its own data, socket and configuration, no network, none of the kernel's tables."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

# vfs needs nothing of the file system below it; a container of the field seldom has more to give.
FLAGS = [
    "--iptables=false", "--ip6tables=false", "--bridge=none", "--ip-forward=false", "--userland-proxy=false",
    "--storage-driver=vfs",
]  # fmt: skip
READY_SECONDS = 30.0


class NoDockerdError(Exception):
    """It does not start here; the text says why."""


def missing() -> str | None:
    """Say why none can be started."""
    program = next((name for name in ("dockerd", "docker") if not shutil.which(name)), None)
    if program:
        return f"{program} is not installed"
    return None if os.geteuid() == 0 else "dockerd needs root"


@contextmanager
def running_dockerd(folder: Path, environ: Mapping[str, str]) -> Iterator[Path]:
    """Run a daemon with its data in *folder* until the block is left; *environ* is added to its environment.

    Raises:
        NoDockerdError: it ends, or does not answer in time.
    """
    # A socket's path has at most 107 characters.
    with tempfile.TemporaryDirectory(prefix="d", dir="/tmp") as short, (folder / "log").open("wb") as log:
        socket, settings = Path(short, "d.sock"), Path(short, "daemon.json")
        # Whatever this machine's own daemon is shown does not matter here.
        settings.write_text("{}")
        daemon = subprocess.Popen(
            ["dockerd", *FLAGS, f"--data-root={folder}/data", f"--exec-root={short}/exec", f"--pidfile={short}/pid",
             f"--config-file={settings}", "-H", f"unix://{socket}"],
            stdout=log, stderr=subprocess.STDOUT, env={**os.environ, **environ},
        )  # fmt: skip
        try:
            asked = ["docker", "-H", f"unix://{socket}", "version"]
            deadline = time.monotonic() + READY_SECONDS
            while subprocess.run(asked, capture_output=True, check=False).returncode:
                if daemon.poll() is not None or time.monotonic() > deadline:
                    raise NoDockerdError((folder / "log").read_text()[-300:])
                time.sleep(0.1)
            yield socket
        finally:
            daemon.terminate()
            daemon.wait()
