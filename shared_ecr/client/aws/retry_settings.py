"""How often AWS is asked again: as the user has set it for every SDK of AWS, else as often as bridges a minute.

https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
"""

from typing import TYPE_CHECKING

from shared_ecr.findings.errors import UsageError
from shared_ecr.text import quoted

if TYPE_CHECKING:
    from botocore.config import _RetryDict
    from botocore.session import Session

# The first one is among them. Nine with the pauses of the mode `standard` bridge a minute of throttling.
USUAL_ATTEMPTS = 9
USUAL_MODE = "standard"
_MODES = ("legacy", "standard", "adaptive")
_ATTEMPTS_VARIABLE, _MODE_VARIABLE = "AWS_MAX_ATTEMPTS", "AWS_RETRY_MODE"


def retry_settings(session: "Session") -> "_RetryDict":
    """Return what botocore is given: the variables of the environment first, then the profile, then what is usual here.

    Raises:
        UsageError: a value is not one of these settings.
    """
    attempts = _set(session, _ATTEMPTS_VARIABLE, "max_attempts")
    mode = _set(session, _MODE_VARIABLE, "retry_mode")
    if attempts is not None and not (attempts.isascii() and attempts.isdigit() and int(attempts[:9]) >= 1):
        raise UsageError(
            f"{_ATTEMPTS_VARIABLE} (max_attempts in ~/.aws/config) is {quoted(attempts)}; write how often AWS is asked "
            "at most, 1 or more"
        )
    if mode is not None and mode.lower() not in _MODES:
        raise UsageError(
            f"{_MODE_VARIABLE} (retry_mode in ~/.aws/config) is {quoted(mode)}; write {', '.join(_MODES[:-1])} or "
            f"{_MODES[-1]}"
        )
    return {
        "mode": mode.lower() if mode is not None else USUAL_MODE,  # type: ignore[typeddict-item]  # one of them, as just seen
        "total_max_attempts": int(attempts[:9]) if attempts is not None else USUAL_ATTEMPTS,
    }


def _set(session: "Session", variable: str, key: str) -> str | None:
    """Return what the user has set, or None; botocore alone does not say whether a value is its own default."""
    import os

    value = os.environ.get(variable) or session.get_scoped_config().get(key)
    return str(value).strip() if value else None
