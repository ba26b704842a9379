"""The end of the process."""

import atexit
import os
import sys
from contextlib import suppress
from typing import NoReturn


def exit_process(code: int) -> NoReturn:
    """Exit with *code*; where nothing waits for the exit, without freeing one object after another.

    That takes as long as a request to a registry and changes nothing, as the system takes all memory back at once.
    """
    if _is_awaited():
        sys.exit(code)
    for stream in (sys.stdout, sys.stderr):
        # A failed write has been reported already, or cannot be reported.
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(code)


def _is_awaited() -> bool:
    """Whether something has to be done at the exit: what `atexit` was given, or a thread that Python waits for."""
    # `logging` and `weakref.finalize`, with which temporary folders are removed, register there.
    if atexit._ncallbacks():  # noqa: SLF001 — the only way to ask it, and as old as Python 3
        return True
    threading = sys.modules.get("threading")
    if threading is None:
        return False
    main = threading.main_thread()
    return any(thread is not main and not thread.daemon for thread in threading.enumerate())
