"""Where botocore's judgement, which answer another attempt may better, is not ours.

`LimitExceededException` is on botocore's list of throttles; at ECR it is a quota that is used up, and nine attempts
find it used up. A success whose body is not JSON, as after a proxy that broke it, is taken for an empty answer.
https://docs.aws.amazon.com/AmazonECR/latest/APIReference/CommonErrors.html
"""

import json
import random
from functools import partial
from typing import TYPE_CHECKING, Any

from shared_ecr.client.aws.retry_settings import retry_settings

if TYPE_CHECKING:
    from botocore.model import OperationModel
    from botocore.session import Session

_FINAL = frozenset({"LimitExceededException"})
_OK = 200
# Breaks of that kind are short; the attempts together wait for half a minute at most.
MAX_ATTEMPTS, LONGEST_PAUSE = 6, 8.0

_dice = random.SystemRandom()


def correct_repetitions(session: "Session") -> None:
    """Have every client that *session* makes from now on repeat what may pass and nothing else.

    Raises:
        UsageError: the user's settings of attempts cannot be read.
    """
    most = min(MAX_ATTEMPTS, retry_settings(session)["total_max_attempts"])
    session.get_component("event_emitter").register_first("needs-retry", partial(_judge, most))


def _judge(
    most: int, *, response: tuple[Any, dict[str, Any]] | None, operation: "OperationModel", attempts: int, **_: object
) -> float | None:
    """Return the seconds after which to ask again, or None to leave it to botocore; raise what is final."""
    if response is None:
        return None
    raw, parsed = response
    if str(parsed.get("Error", {}).get("Code")) in _FINAL:
        from botocore.exceptions import ClientError

        raise ClientError(parsed, operation.name)  # type: ignore[arg-type]  # what botocore itself makes of the answer
    if raw.status_code != _OK or parsed.keys() - {"ResponseMetadata"} or _is_document(raw.content, operation):
        return None
    if attempts >= most:
        from botocore.parsers import ResponseParserError

        raise ResponseParserError(f"the answer to {operation.name} is not JSON")
    return min(LONGEST_PAUSE, 2.0 ** (attempts - 1)) * _dice.random()


def _is_document(content: bytes, operation: "OperationModel") -> bool:
    """Whether *content* can be read; other forms than JSON are refused by botocore's own parsers."""
    if operation.service_model.metadata["protocol"] != "json" or not content:
        return True
    try:
        json.loads(content)
    except (ValueError, RecursionError):
        return False
    return True
