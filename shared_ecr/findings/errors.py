"""All errors of the package, as one tree of classes with their exit codes.

Two channels, never mixed: *problems* (`shared_ecr.findings.problems`) say what is wrong in the declaration, all of
them at once; the *errors* here are raised because something failed. Text: what was given, why it is refused,
what to do; lower case, no full stop at the end, no secrets.
"""

from enum import IntEnum

from shared_ecr.text import sentences


class ExitCode(IntEnum):
    """What the command line's exit status means. A contract: docs/reference/exit-codes.md."""

    DONE = 0
    FINDINGS = 1
    INVALID = 2
    ENVIRONMENT = 3
    REFUSED = 4
    INTERRUPTED = 130


class SharedEcrError(Exception):
    """The root of the tree; catch it to catch every error that this package raises on purpose."""

    exit_code = ExitCode.ENVIRONMENT


class InvalidValueError(SharedEcrError, ValueError):
    """A value breaks a rule of its type: an account of eleven digits, a tag with a space.

    The parts are kept apart so that the declaration can add file, line and path, and the command line the
    name of the argument.
    """

    exit_code = ExitCode.INVALID

    def __init__(self, what: str, *, code: str, why: str = "", fix: str = "", fix_in_template: str = "") -> None:
        """Keep the parts; *fix* is in the words of the declaration, *fix_in_template* in those of CloudFormation.

        Where both have the same words, *fix* is enough.
        """
        self.what, self.why, self.fix, self.code = what, why, fix, code
        self.fix_in_template = fix_in_template
        super().__init__(f"{sentences(what, why, fix)} [{code}]")


class UsageError(SharedEcrError):
    """The command line is not valid."""

    exit_code = ExitCode.INVALID


class UnavailableError(SharedEcrError):
    """Something this machine should provide is missing: credentials, a network, an engine, disk space."""

    exit_code = ExitCode.ENVIRONMENT


class RefusedError(SharedEcrError):
    """AWS or a registry refused a request."""

    exit_code = ExitCode.REFUSED
