"""How an error is reported on stderr: one line, and with `--verbose` its cause."""

import traceback
from pathlib import Path

from shared_ecr.text import visible

_PACKAGE = Path(__file__).parents[1]


def error_text(error: Exception, *, verbose: bool, about: str = "") -> str:
    """Return the line for *error*; *about* says which of several things it happened to."""
    from shared_ecr.findings.problems import InvalidDeclarationError

    what = _of_the_system(error) if isinstance(error, OSError) else str(error)
    text = f"{about}: {what}" if about else what
    # What begins with FILE:LINE:COL keeps it in front, so that editors find the place.
    is_placed = isinstance(error, InvalidDeclarationError) or getattr(error, "is_placed", False)
    line = harmless(text if is_placed else f"shared-ecr: {text}")
    # An error that is raised "from None" hides one that may quote a secret; `__context__` still has that one.
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if not verbose or cause is None:
        return line
    return f"{line}\n  because: {type(cause).__name__}: {harmless(_redacted(str(cause)))}"


def harmless(text: str) -> str:
    """Escape what moves a cursor or colours a terminal: the name of a file may have any character. Lines stay."""
    return "\n".join(map(visible, text.split("\n")))


def _of_the_system(fault: OSError) -> str:
    """Return what the system says, with the file and without the number of the error."""
    if not fault.strerror:
        return str(fault)
    return f"{fault.filename}: {fault.strerror}" if fault.filename is not None else fault.strerror


def unexpected_error_text(error: Exception, *, verbose: bool) -> str:
    """Return the line for an error that this package did not foresee.

    Its own text is shown with `verbose` alone: an unexpected text may quote a secret.
    """
    if isinstance(error, MemoryError):
        return "shared-ecr: there is not enough memory; free some, or raise the limit of this process [out-of-memory]"
    if isinstance(error, RuntimeError) and "new thread" in str(error):
        return "shared-ecr: no thread can be started; raise the limit of processes or of memory (ulimit) [no-threads]"
    if isinstance(error, UnicodeError):
        what = "a text cannot be written or read in the encoding in use; set PYTHONIOENCODING=utf-8"
    else:
        what = f"an unexpected error ({type(error).__name__}{_place(error)}); please report it"
    if not verbose:
        return f"shared-ecr: {what}. Repeat the command with --verbose to see where it happened [unexpected]"
    return f"shared-ecr: {what} [unexpected]\n{_redacted(''.join(traceback.format_exception(error)).rstrip())}"


def _redacted(text: str) -> str:
    """Return *text*, which other programs wrote, without the value after the name of a secret."""
    from shared_ecr.client.aws.redaction import redacted

    return redacted(text)


def _place(error: Exception) -> str:
    """Name the last line of this package on the way to *error*."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(_PACKAGE)]
    if not ours:
        return ""
    return f" at {Path(ours[-1].filename).relative_to(_PACKAGE.parent).as_posix()}:{ours[-1].lineno}"
