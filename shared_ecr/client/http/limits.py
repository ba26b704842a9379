"""Limits on pulls, as registries show of them: what is used up for hours is shown at once and not waited for.

Source: https://docs.docker.com/docker-hub/usage/pulls/#view-pull-rate-and-limit,
https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/03/
"""

import re

from shared_ecr.client.http.retries import THROTTLED, seconds_to_wait
from shared_ecr.client.http.transport import HttpResponse
from shared_ecr.findings.errors import RefusedError
from shared_ecr.model.names import RegistryHost
from shared_ecr.records import record
from shared_ecr.text import counted
from shared_ecr.text.patterns import LazyPattern

# `100;w=21600`: so many, in so many seconds.
_COUNT = LazyPattern(r"\s*([0-9]{1,9})(?:\s*[;,].*?\bw=([0-9]{1,9}))?", re.IGNORECASE)
# Docker Hub's sentence, which proxies between that drop headers leave as it is.
_TOLD = b"pull rate limit"
MINUTE, HOUR = 60, 3600


class LimitReachedError(RefusedError):
    """A registry refuses further images to this caller for now."""


@record
class Limit:
    """How many pulls are allowed, and that none is left."""

    allowed: int | None
    """None where only the text of the answer shows of a limit."""
    window_seconds: int | None
    """In how long; None where the registry does not say."""
    wait_seconds: float | None
    """After how long it wants to be asked again; None where it does not say."""

    @classmethod
    def read(cls, answer: HttpResponse) -> "Limit | None":
        """Read the limit that *answer* shows as used up; None where it is no 429, or there are pulls left.

        A 429 that says nothing of a limit is about requests a second; waiting is enough.
        """
        if answer.status != THROTTLED:
            return None
        allowed = _COUNT.match(answer.header("RateLimit-Limit") or "")
        left = _COUNT.match(answer.header("RateLimit-Remaining") or "")
        if (left and int(left[1]) > 0) or not (allowed or _TOLD in answer.body.lower()):
            return None
        window = int(allowed[2]) if allowed and allowed[2] else None
        return cls(int(allowed[1]) if allowed else None, window, seconds_to_wait(answer.header("Retry-After")))

    def error(self, host: RegistryHost, username: str | None) -> LimitReachedError:
        """Say what the limit is, for whom, and what raises it; *username* is None for one who is not logged in."""
        within = f" in {_duration(self.window_seconds)}" if self.window_seconds else ""
        again = f"; it wants to be asked again in {_duration(self.wait_seconds)}" if self.wait_seconds else ""
        pulls = f"{self.allowed} pulls{within}" if self.allowed is not None else "a limited number of pulls"
        what = f"{host} gives {pulls} to"
        if username is None:
            return LimitReachedError(
                f"{what} one address without a login, and they are used up{again}. Logging in raises the limit; "
                "a mirror or a pull-through cache in ECR needs none"
            )
        return LimitReachedError(
            f"{what} the account {username}, and they are used up{again}. Another plan of that account raises the "
            "limit; a mirror or a pull-through cache in ECR needs none"
        )


def _duration(seconds: float) -> str:
    """Write a time as people say it: `6 hours`, `90 minutes`."""
    for unit, name in ((HOUR, "hour"), (MINUTE, "minute")):
        if seconds >= unit and seconds % unit == 0:
            return counted(int(seconds // unit), name)
    return f"{seconds / MINUTE:.0f} minutes" if seconds >= 2 * MINUTE else f"{seconds:.0f} seconds"
