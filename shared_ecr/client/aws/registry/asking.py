"""Ask AWS at a pace; what it denies is remembered and the rest continues."""

import threading
from collections.abc import Callable
from typing import Any

from shared_ecr.client.aws.faults import AwsDeniedError, AwsRefusedError, asking_aws
from shared_ecr.client.aws.request_pace import THROTTLING, RequestPace
from shared_ecr.documents.live import DeniedRead

# Each round is eight repetitions of botocore, which take a minute.
_ROUNDS = 15


class PacedQuestions:
    """The questions to one registry."""

    def __init__(self, pace: RequestPace) -> None:
        self.pace = pace
        self._lock = threading.Lock()
        self.unread: list[DeniedRead] = []

    def ask(
        self, action: str, call: Callable[[], Any], *, repository: str = "", absent: frozenset[str] = frozenset()
    ) -> Any:
        """Return the answer to *action*; None where there is nothing (*absent*), or where AWS denies it.

        Raises:
            UnavailableError: no credentials, no network, or throttled to the end.
            AwsRefusedError: another answer that is an error.
        """
        place = f" of {repository}" if repository else ""
        try:
            with asking_aws(f"{action}{place}"):
                return self._patiently(call)
        except AwsDeniedError as denied:
            self.note(repository, action, str(denied))
        except AwsRefusedError as refused:
            if refused.code not in absent:
                raise
        return None

    def _patiently(self, call: Callable[[], Any]) -> Any:
        """Call again, ever more slowly, where botocore has given up because AWS throttles."""
        from botocore.exceptions import ClientError

        for _ in range(_ROUNDS):
            self.pace.wait()
            try:
                return call()
            except ClientError as fault:
                if fault.response.get("Error", {}).get("Code") not in THROTTLING:
                    raise
                self.pace.slow_down()
        self.pace.wait()
        return call()

    def note(self, repository: str, action: str, why: str) -> None:
        """Remember that something was not read."""
        with self._lock:
            self.unread.append(DeniedRead(repository, action, why))
