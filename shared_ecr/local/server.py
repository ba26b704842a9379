"""The process of the embedded AWS: `python -m shared_ecr.local.server`, started by `launching`.

It gets a listening socket and a lifeline, the reading end of a pipe. As long as the lifeline holds, it serves;
at its end, which comes with the end of the parent however that dies, it ends too. One byte on the lifeline sets
it free: then only a signal ends it. MiniStack reads its settings from the environment when it is imported. The secret
access key comes the same way: arguments are visible to every user of the machine, the environment is not.
"""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Sequence

from shared_ecr.findings.errors import SharedEcrError
from shared_ecr.local.clock import Clock

# An upload that is under way when the end comes is not worth waiting for: its state dies with the process.
_GRACE_SECONDS = 0.2
# Python 3.12 waits for idle connections of clients when a server closes, and MiniStack has threads of its own.
_LAST_MOMENT_SECONDS = 2.0


def main(arguments: Sequence[str]) -> int:
    """Serve until the lifeline ends or a signal comes; return 3 where MiniStack cannot be extended."""
    parser = argparse.ArgumentParser(prog="shared_ecr.local.server", allow_abbrev=False)
    parser.add_argument("--listener", type=int, required=True, help="file descriptor of the listening socket")
    parser.add_argument("--lifeline", type=int, required=True, help="file descriptor whose end is the end")
    parser.add_argument("--detach", action="store_true", help="leave the parent's family of processes")
    options = parser.parse_args(arguments)
    if options.detach:
        _leave_family()
    try:
        asyncio.run(_serve(options.listener, options.lifeline, os.environ["AWS_SECRET_ACCESS_KEY"]))
    except SharedEcrError as error:
        print(error, file=sys.stderr)  # noqa: T201 — this process's only reader is the parent, who shows its log
        return error.exit_code
    return 0


def _leave_family() -> None:
    """Become an orphan in a session of its own, so that the parent need not wait for a process that it has released."""
    if os.fork():
        os._exit(0)
    os.setsid()


async def _serve(listener: int, lifeline: int, secret_access_key: str) -> None:
    # Imported here because their import costs most of the start, and a detaching parent waits until the fork.
    from hypercorn.asyncio import serve  # noqa: PLC0415 — see above
    from hypercorn.config import Config  # noqa: PLC0415 — see above
    from ministack.app import app  # noqa: PLC0415 — see above

    from shared_ecr.local import extensions  # noqa: PLC0415 — see above
    from shared_ecr.local.control import Control  # noqa: PLC0415 — see above
    from shared_ecr.local.request_gate import RequestGate  # noqa: PLC0415 — see above
    from shared_ecr.local.signatures import Signatures  # noqa: PLC0415 — see above

    clock = Clock()
    extensions.install(clock, secret_access_key)
    config = Config()
    config.bind = [f"fd://{listener}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = _GRACE_SECONDS
    config.loglevel = "WARNING"
    control = Control(app, secret_access_key=secret_access_key, clock=clock)
    await serve(
        RequestGate(control, Signatures(secret_access_key)),  # type: ignore[arg-type]  # hypercorn's own dicts
        config,
        shutdown_trigger=_end_of(lifeline).wait,
    )


def _end_of(lifeline: int) -> asyncio.Event:
    """Return an event that is set when the lifeline ends or a signal comes."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()

    def end() -> None:
        ended.set()
        loop.call_later(_LAST_MOMENT_SECONDS, os._exit, 0)

    def heard() -> None:
        loop.remove_reader(lifeline)
        if not os.read(lifeline, 1):
            end()

    loop.add_reader(lifeline, heard)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
    return ended


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
