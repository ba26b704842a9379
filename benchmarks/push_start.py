"""Run our console script with the words of this command, end it at its first connection: this is the start of a push.

It has the same imports, reads the same command line and opens the same image as a push; only the registry is missing.
"""

import socket

from shared_ecr.cli.main import run


class StoppedAtConnectionError(SystemExit):
    """What ends the command; its exit code is 0."""


def connect(*_: object) -> None:
    """Stop where a push would wait for its registry."""
    raise StoppedAtConnectionError(0)


if __name__ == "__main__":
    socket.socket.connect = connect  # type: ignore[method-assign]  # the place where the start has ended
    run()
