"""How an embedded AWS starts and ends.

The parent opens the listening socket, so that the port is known and taken before anything runs, and one request
sent at once waits in the socket's queue until the server answers it; when the server dies, the queue is reset.
Nothing is polled. A pipe from parent to child is the lifeline: the child ends when it does (`server`).
"""

import contextlib
import importlib.util
import os
import secrets
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from shared_ecr.findings.errors import InvalidValueError, UnavailableError
from shared_ecr.local import processes
from shared_ecr.local.instance import DEMO_ACCOUNT, DEMO_REGION, LocalAws
from shared_ecr.local.probe import is_running, pid_behind
from shared_ecr.local.spawning import LOOPBACK, listening, settings, spawn
from shared_ecr.model.names import AccountId, Region

# The start takes a third of a second; a machine under load has been seen to need five.
STARTUP_SECONDS = 30.0
# The server gives itself two seconds, then leaves.
SHUTDOWN_SECONDS = 5.0
_TAIL_LINES = 15


@contextlib.contextmanager
def running(*, account: AccountId = DEMO_ACCOUNT, region: Region = DEMO_REGION, port: int = 0) -> Iterator[LocalAws]:
    """Run an embedded AWS for the time of the context; no process is left, whatever ends it.

    Port 0 takes a free one. If this process is killed, the embedded AWS ends by itself.

    Raises:
        UnavailableError: MiniStack is not installed, the port is taken, or the server does not come up.
        InvalidValueError: the Region is not of the partition aws, the only one MiniStack knows.
    """
    with tempfile.TemporaryFile() as log, _launched(account, region, port, log, detach=False) as (aws, _):
        yield aws


def start(
    *,
    account: AccountId = DEMO_ACCOUNT,
    region: Region = DEMO_REGION,
    port: int = 0,
    log: Path | None = None,
    remember: Callable[[LocalAws], None] | None = None,
) -> LocalAws:
    """Start an embedded AWS that outlives this process; `stop` ends it.

    What it has to say is written to *log* (mode 0600), or nowhere. *remember* is called with it while it still hangs on
    this process, so that none is ever left which no one knows of. Raises as `running` does.
    """
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(_opened(log) if log else tempfile.TemporaryFile())  # noqa: SIM115 — entered
        aws, lifeline = stack.enter_context(_launched(account, region, port, file, detach=True))
        if remember:
            remember(aws)
        lifeline.write(b"f")
        return aws


def stop(aws: LocalAws) -> bool:
    """End *aws* and return whether it was running; never signals a process that does not answer as *aws*."""
    if not is_running(aws):
        return False
    processes.end(aws.pid, within_seconds=SHUTDOWN_SECONDS)
    return True


@contextlib.contextmanager
def _launched(
    account: AccountId, region: Region, port: int, log: BinaryIO, *, detach: bool
) -> Iterator[tuple[LocalAws, BinaryIO]]:
    """Spawn a server; yield it when it answers, with its lifeline. At the end it is stopped, unless it was set free."""
    _require(region)
    secret_access_key = secrets.token_urlsafe(30)
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb", buffering=0) as lifeline:
        try:
            with listening(port) as listener:
                chosen = listener.getsockname()[1]
                environment = settings(account, region, chosen, secret_access_key)
                child = spawn(listener, reading, environment, log, detach=detach)
        finally:
            os.close(reading)
        try:
            if detach:
                # What we spawned has forked the server and left.
                child.wait()
            url = f"http://{LOOPBACK}:{chosen}"
            pid = pid_behind(url, secret_access_key, STARTUP_SECONDS)
            if pid is None:
                raise UnavailableError(f"the embedded AWS did not come up. Its last words: {_tail(log)}")
            yield LocalAws(pid, url, account, region, secret_access_key), cast("BinaryIO", lifeline)
        finally:
            lifeline.close()
            if not detach:
                _await(child)


def _await(child: "subprocess.Popen[bytes]") -> None:
    """Wait for a child whose lifeline has ended; one that does not heed it is killed with all it started."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(SHUTDOWN_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _require(region: Region) -> None:
    if importlib.util.find_spec("ministack") is None:
        raise UnavailableError(
            "the embedded AWS is not installed; run pip install '.[local]' in your clone of shared-ecr"
        )
    if region.partition.name != "aws":
        raise InvalidValueError(
            f"the embedded AWS has no Region '{region}'", why="It knows the partition 'aws' alone", code="local-region"
        )


def _opened(log: Path) -> BinaryIO:
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.fdopen(os.open(log, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "r+b")


def _tail(log: BinaryIO) -> str:
    # Not by seeking: a server that is slow rather than dead continues to write where the offset is.
    written = os.pread(log.fileno(), os.fstat(log.fileno()).st_size, 0)
    lines = written.decode(errors="replace").strip().splitlines()
    return "\n".join(lines[-_TAIL_LINES:]) or "none"
