"""Everything that can go wrong, as one tree whose members know their exit code.

Two channels, never mixed: *problems* (`shared_ecr.problems`) say what is wrong in the declaration, all of
them at once; the *errors* here are raised because something failed. Text: what was given, why it is refused,
what to do; lower case, no full stop at the end, no secrets.
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the command line's exit status means. A contract: docs/reference/exit-codes.md."""

    DONE = 0
    FINDINGS = 1
    INVALID = 2
    ENVIRONMENT = 3
    REFUSED = 4
    INTERRUPTED = 130


class SharedEcrError(Exception):
    """The root of the tree; catch this to catch all that this package raises on purpose."""

    exit_code = ExitCode.ENVIRONMENT


class InvalidValueError(SharedEcrError, ValueError):
    """A value breaks a rule of its type: an account of eleven digits, a tag with a blank.

    The parts are kept apart so that the declaration can add file, line and path, and the command line the
    name of the argument.
    """

    exit_code = ExitCode.INVALID

    def __init__(self, what: str, *, code: str, why: str = "", fix: str = "") -> None:
        self.what, self.why, self.fix, self.code = what, why, fix, code
        super().__init__(f"{'. '.join(part for part in (what, why, fix) if part)} [{code}]")


class UsageError(SharedEcrError):
    """The command line asks for something that cannot be meant."""

    exit_code = ExitCode.INVALID


class UnavailableError(SharedEcrError):
    """Something this machine should provide is missing: credentials, a network, an engine, disk space."""

    exit_code = ExitCode.ENVIRONMENT


class RefusedError(SharedEcrError):
    """AWS or a registry answered, and said no."""

    exit_code = ExitCode.REFUSED
