"""Run the command line of an engine: an argument vector, never a shell, and every line without secrets."""

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from shared_ecr.client.aws.redaction import hidden, redacted
from shared_ecr.client.bounded_runs import NoAnswerError, TooMuchOutputError, run_bounded
from shared_ecr.client.credentials.environment import child_environ
from shared_ecr.client.engines.interface import EngineOutput
from shared_ecr.findings.errors import UnavailableError
from shared_ecr.records import field, record

# An engine that does not answer a question in this time has lost its daemon or waits for someone at a keyboard.
ANSWER_SECONDS = 120
# The answers are identifiers, versions and lists of them.
MAX_ANSWER = 16 * 1024 * 1024


@record
class Finished:
    """How a command ended and what it printed, the secrets it was given replaced."""

    code: int
    output: str
    complaints: str = ""
    """Standard error, where it was kept apart."""

    @property
    def text(self) -> str:
        """All that was printed."""
        return f"{self.output}\n{self.complaints}"


@record
class CommandExtras:
    """What one command gets besides its arguments; nothing of it outlives the command."""

    arguments: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    descriptors: tuple[int, ...] = ()


NOTHING = CommandExtras()


@record
class Program:
    """The executable of an engine, and the environment its commands run in."""

    name: str
    executable: Path
    environ: Mapping[str, str] = field(repr=False)

    def ask(self, arguments: Sequence[str], *, stdin: str = "", secrets: Sequence[str] = ()) -> Finished:
        """Run a command that answers soon, *stdin* typed into it.

        Raises:
            UnavailableError: it cannot be run, or does not answer.
        """
        try:
            done = run_bounded(
                [str(self.executable), *arguments],
                given=stdin.encode(),
                environ=child_environ(self.environ),
                seconds=ANSWER_SECONDS,
                at_most=MAX_ANSWER,
            )
        except NoAnswerError:
            raise UnavailableError(
                f"{self.name} {arguments[0]} did not answer within {ANSWER_SECONDS} s; is its daemon running?"
            ) from None
        except TooMuchOutputError:
            raise UnavailableError(
                f"{self.name} {arguments[0]} printed over {MAX_ANSWER} bytes, and was ended"
            ) from None
        except OSError as fault:
            raise self._not_runnable(fault) from fault
        output, complaints = (
            hidden(part.decode(errors="replace"), *secrets) for part in (done.output, done.complaints)
        )
        return Finished(done.code, output, complaints)

    def follow(
        self, arguments: Sequence[str], said: EngineOutput, *, lent: CommandExtras, secrets: Sequence[str]
    ) -> Finished:
        """Run a command that takes its time, showing each line as it comes; it ends when we are interrupted.

        Raises:
            UnavailableError: it cannot be run.
        """
        lines: list[str] = []
        try:
            child = subprocess.Popen(  # noqa: S603 — an argument vector, the executable found on PATH or named by the user
                [str(self.executable), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                env={**child_environ(self.environ), **lent.variables},
                pass_fds=lent.descriptors,
            )
        except OSError as fault:
            raise self._not_runnable(fault) from fault
        with child:
            try:
                for raw in child.stdout or ():
                    line = redacted(raw.rstrip(), *secrets)
                    lines.append(line)
                    said(line)
            except BaseException:
                child.terminate()
                raise
        return Finished(child.returncode, "\n".join(lines))

    def _not_runnable(self, fault: OSError) -> UnavailableError:
        return UnavailableError(f"{self.name} cannot be run as {self.executable}: {fault.strerror or fault}")
