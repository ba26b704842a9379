"""The server's process: the socket it listens on, the environment it sees, and how it is spawned."""

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import BinaryIO

from shared_ecr.findings.errors import UnavailableError
from shared_ecr.model.names import AccountId, Region

LOOPBACK = "127.0.0.1"
# Requests that may wait while the server imports MiniStack.
_QUEUE = 128


def listening(port: int) -> socket.socket:
    """Open the socket, on the loopback interface alone; port 0 takes a free one."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, port))
        listener.listen(_QUEUE)
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or str(error)
        raise UnavailableError(
            f"port {port} of {LOOPBACK} cannot be had ({reason}); choose another, or 0 for a free one"
        ) from error
    return listener


def spawn(
    listener: socket.socket, lifeline: int, environment: dict[str, str], log: BinaryIO, *, detach: bool
) -> "subprocess.Popen[bytes]":
    """Start the server in a session of its own: a Ctrl-C at the terminal is for us, who then end it in order."""
    server = [sys.executable, "-P", "-m", "shared_ecr.local.server"]
    given = ["--listener", str(listener.fileno()), "--lifeline", str(lifeline)]
    return subprocess.Popen(  # noqa: S603 — our own interpreter and module
        [*server, *given, *(["--detach"] if detach else [])],
        env=environment,
        cwd="/",
        pass_fds=(listener.fileno(), lifeline),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )


def settings(account: AccountId, region: Region, port: int, secret_access_key: str) -> dict[str, str]:
    """Return the whole environment of the server: nothing of ours may turn on persistence, TLS or a container."""
    package_root = str(Path(__file__).resolve().parents[2])
    kept = {name: os.environ[name] for name in ("PATH", "TMPDIR", "LANG", "VIRTUAL_ENV") if name in os.environ}
    inherited = filter(None, os.environ.get("PYTHONPATH", "").split(":"))
    search = [package_root, *(str(Path(path).resolve()) for path in inherited)]
    return kept | {
        "PYTHONPATH": ":".join(search),
        "BIND_HOST": LOOPBACK,
        "GATEWAY_PORT": str(port),
        "MINISTACK_ACCOUNT_ID": account.digits,
        "MINISTACK_REGION": region.name,
        # What callers sign with; MiniStack hands it on to the Lambda functions that it runs.
        "AWS_SECRET_ACCESS_KEY": secret_access_key,
        "LOG_LEVEL": "WARNING",
        # It would listen on more ports, and clear up containers of earlier runs, where a container engine is.
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        "DOCKER_HOST": "unix:///nonexistent/docker.sock",
    }
