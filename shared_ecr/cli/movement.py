"""A command that moves images: its progress, its errors where the display prints them, and its last line."""

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from shared_ecr.cli.progress import display
from shared_ecr.findings.errors import ExitCode, SharedEcrError

if TYPE_CHECKING:
    from shared_ecr.cli.progress.counting import Counted
    from shared_ecr.cli.progress.interface import Display

_Moved = TypeVar("_Moved")


def shown(
    arguments: argparse.Namespace,
    how: str,
    move: "Callable[[Display, Counted], _Moved]",
    report: Callable[[_Moved], int],
) -> int:
    """Run *move* under the display that *arguments* ask for, then *show* on stdout; return the exit code.

    *move* gives its progress to the second of what it gets, so that Ctrl-C can say how many layers are *how*:
    `uploaded`, `downloaded`. Where stderr is for programs, an error and a last word are objects too.
    """
    from shared_ecr.cli.progress.counting import Counted

    screen = display(arguments)
    counted = Counted(screen)
    try:
        with screen:
            moved = move(screen, counted)
    except (SharedEcrError, OSError) as error:
        # Only errors pay for the import.
        from shared_ecr.cli.error_text import error_text

        screen.complained(error_text(error, verbose=arguments.verbose))
        return error.exit_code if isinstance(error, SharedEcrError) else ExitCode.ENVIRONMENT
    except KeyboardInterrupt:
        screen.complained(f"shared-ecr: {counted.last_word(how)}")
        return ExitCode.INTERRUPTED
    except SystemExit:
        # A SIGTERM; the code of the exit says so.
        screen.complained(f"shared-ecr: {counted.last_word(how)}")
        raise
    return report(moved)
