"""Ending a process that is not our child."""

import contextlib
import os
import signal
import time
from pathlib import Path

# Short against the two seconds a server may take, long against the cost of a look.
_LOOK_EVERY_SECONDS = 0.02


def end(pid: int, within_seconds: float) -> None:
    """Ask the process to end, and kill it with its session when it is still there after *within_seconds*."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    latest = time.monotonic() + within_seconds
    while is_alive(pid):
        if time.monotonic() > latest:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
            return
        time.sleep(_LOOK_EVERY_SECONDS)


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that is dead and waits for its parent to notice does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return not _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    """Read the state from Linux's /proc; elsewhere every orphan is adopted by an init that notices."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return False
