"""Ask docker's credential helpers: programs `docker-credential-NAME` that keep logins in a keychain or fetch them.

Source: https://github.com/docker/docker-credential-helpers#development; what they print is a secret and is shown to
no one but its error text, redacted.
"""

import json
import shutil
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress

from shared_ecr.client.aws.redaction import redacted
from shared_ecr.client.bounded_runs import NoAnswerError, ProgramAnswer, TooMuchOutputError, run_bounded
from shared_ecr.client.credentials.environment import child_environ
from shared_ecr.client.credentials.interface import Credentials
from shared_ecr.findings.errors import UnavailableError
from shared_ecr.records import field, record
from shared_ecr.text import quoted, visible
from shared_ecr.text.patterns import LazyPattern

PREFIX = "docker-credential-"
# No path, no option, no blank: the name comes from a file and becomes that of a program.
_NAME = LazyPattern(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
# Our own helper asks this very code; asked from here it would only ask back.
OWN_NAME = "shared-ecr"
# Set for every helper that we start. If the helper calls us, we see the variable and do not call a helper again.
ASKED_VARIABLE = "SHARED_ECR_ASKED_BY_HELPER"
# A keychain may wait for someone to type its password; no one waits longer than this for a pull.
ANSWER_SECONDS = 60.0
# The sentence of docker's own library, which every helper made with it prints.
# https://github.com/docker/docker-credential-helpers/blob/master/credentials/error.go
_NOT_FOUND = "credentials not found in native keychain"
# After so long a person wonders what is waited for.
NOTICE_SECONDS = 5.0
MAX_COMPLAINT = 300
# A login has a token of some kilobytes; a keychain has no more to say.
MAX_OUTPUT = 1024 * 1024


@record
class HelperProgram:
    """One helper, as a configuration file names it."""

    name: str
    named_by: str
    """Which entry of which file names it, for messages."""
    environ: Mapping[str, str] = field(repr=False)
    seconds: float = ANSWER_SECONDS

    def get(self, server: str) -> Credentials | None:
        """Ask for the login of *server*, as docker would; None where the helper has none.

        Raises:
            UnavailableError: the name cannot be one, there is no such program, or it fails, hangs or answers nonsense.
        """
        if not _NAME.fullmatch(self.name):
            raise UnavailableError(
                f"{self.named_by} is {quoted(self.name)}, which is not the name of a credential helper"
            )
        if self.name == OWN_NAME or self.environ.get(ASKED_VARIABLE):
            return None
        return self._read(self._asked(server))

    def _asked(self, server: str) -> ProgramAnswer:
        """Run `get` and return its exit code, what it printed, and its complaints."""
        executable = shutil.which(f"{PREFIX}{self.name}", path=self.environ.get("PATH", ""))
        if executable is None:
            raise self._failed("is not on PATH")
        notice = threading.Timer(NOTICE_SECONDS, self._report_waiting)
        notice.daemon = True
        with suppress(RuntimeError):
            # Where no thread can be started, there is no notice.
            notice.start()
        try:
            answer = run_bounded(
                [executable, "get"],
                given=server.encode(),
                environ={**child_environ(self.environ), ASKED_VARIABLE: "1"},
                seconds=self.seconds,
                at_most=MAX_OUTPUT,
            )
        except NoAnswerError:
            raise self._failed(f"did not answer within {self.seconds:g} s") from None
        except TooMuchOutputError:
            raise self._failed(f"printed over {MAX_OUTPUT} bytes, which is not a login") from None
        except OSError as fault:
            raise self._failed(f"cannot be run: {fault.strerror or fault}") from fault
        finally:
            notice.cancel()
        return answer

    def _report_waiting(self) -> None:
        sys.stderr.write(
            f"waiting for {PREFIX}{self.name}, which {self.named_by} names; it may be asking for a password, and has "
            f"{self.seconds:g} s\n"
        )

    def _read(self, done: ProgramAnswer) -> Credentials | None:
        if done.code != 0:
            # The protocol has errors on standard output; what crashes complains on the other.
            said = done.output.decode(errors="replace").strip() or done.complaints.decode(errors="replace").strip()
            if said.lower() == _NOT_FOUND:
                return None
            raise self._failed(f"failed with exit code {done.code}{': ' if said else ''}{_shown(said)}")
        try:
            answer = json.loads(done.output)
            username, secret = answer["Username"], answer["Secret"]
        except (ValueError, RecursionError, LookupError, TypeError):
            # The text of these exceptions quotes the answer.
            raise self._failed("answered with something else than a login") from None
        if not isinstance(username, str) or not isinstance(secret, str):
            raise self._failed("answered with something else than a login")
        return Credentials(username, secret) if secret else None

    def _failed(self, what: str) -> UnavailableError:
        return UnavailableError(
            f"{PREFIX}{self.name} {what}. {self.named_by} names it: repair it, or take the entry out and log in again"
        )


def _shown(text: str) -> str:
    """Render what a program complained of for an error: one bounded line without secrets."""
    line = visible(redacted(" ".join(text.split()))).rstrip(".")
    return line if len(line) <= MAX_COMPLAINT else f"{line[:MAX_COMPLAINT]}…"
