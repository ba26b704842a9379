"""ECR's tokens through the cache on disk: one process asks for all, at half a token's life, and not while AWS fails."""

import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime

from shared_ecr.client.credentials.issuing import IssuedToken
from shared_ecr.client.credentials.token_cache import DISABLE_VARIABLE, CachedToken, cached
from shared_ecr.client.credentials.token_files import single_flight, store
from shared_ecr.findings.errors import SharedEcrError, UnavailableError
from shared_ecr.model.names import RegistryHost

# AWS's client gives up after a minute of throttling; a process that has waited longer asks AWS itself.
PATIENCE_SECONDS = 90.0
# While AWS fails, a token that is still good is used for so long before AWS is asked again, which takes its time.
SECONDS_BEFORE_ANOTHER_TRY = 300.0

Issue = Callable[[], IssuedToken]
MessageSink = Callable[[str], None]


def token_for(host: RegistryHost, issue: Issue, environ: Mapping[str, str], said: MessageSink) -> CachedToken:
    """Return a token for *host*: the cached one while it has half its life to live, else what *issue* brings.

    Where *issue* fails, a token that ECR still accepts is as good as a new one, and *said* hears of it. *said* also
    hears when there can be no cache; then AWS is asked each time.

    Raises:
        AwsRefusedError: the caller may not have a token.
        UnavailableError: no AWS credentials or no network, and no token that is still good.
    """
    with ExitStack() as stack:
        try:
            stack.enter_context(single_flight(host.text, environ, PATIENCE_SECONDS))
        except UnavailableError as fault:
            said(f"warning: the token for {host} is not cached: {fault} ({DISABLE_VARIABLE}=1 does without a cache)")
            return _issued(host, issue)
        # Another process may have asked while this one waited.
        held = cached(host.text, environ)
        if held and held.is_fresh(time.time()):
            return held
        try:
            token = _issued(host, issue)
        except SharedEcrError as fault:
            if held is None or not held.is_valid(time.time()):
                raise
            said(f"warning: {fault}; the token that {host} gave before is still good and is used")
            token = held.with_renewal_at(time.time() + SECONDS_BEFORE_ANOTHER_TRY)
        try:
            store(token, environ)
        except UnavailableError as fault:
            said(f"warning: the token for {host} is not cached: {fault}")
        return token


def _issued(host: RegistryHost, issue: Issue) -> CachedToken:
    """Ask, and note this machine's time of the answer."""
    issued = issue()
    now = time.time()
    credentials, lifetime = issued.credentials, issued.lifetime(datetime.fromtimestamp(now, UTC)).total_seconds()
    expires_at = credentials.expires_at.timestamp() if credentials.expires_at else now + lifetime
    return CachedToken(
        host.text, credentials.username, credentials.password, (now, lifetime, now + lifetime / 2, expires_at)
    )
