"""Authorization tokens as ECR gives them: random, of one account and Region, good for twelve hours.

https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html
"""

import base64
import binascii
import secrets
from datetime import datetime, timedelta

from shared_ecr.local.clock import Clock
from shared_ecr.model.names import EcrRegistry
from shared_ecr.records import field, record

LIFETIME = timedelta(hours=12)
USERNAME = "AWS"
# ECR's passwords are well over a thousand characters. A short one would hide a client that cuts long ones.
_RANDOM_BYTES = 1350


@record
class Token:
    """One issued token."""

    password: str = field(repr=False)
    registry: EcrRegistry
    expires_at: datetime

    @property
    def wire(self) -> str:
        """What `GetAuthorizationToken` answers, and what follows `Basic` in the header."""
        return base64.b64encode(f"{USERNAME}:{self.password}".encode()).decode("ascii")


class Tokens:
    """All tokens issued since the start, expired ones too: they are refused in other words."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._issued: dict[str, Token] = {}

    def issue(self, registry: EcrRegistry) -> Token:
        """Make a new token, never one given before."""
        token = Token(secrets.token_urlsafe(_RANDOM_BYTES), registry, self._clock.now() + LIFETIME)
        self._issued[token.password] = token
        return token

    def presented(self, authorization: str | None) -> Token | None:
        """Return the token in an `Authorization` header, or None for anything that was never issued."""
        scheme, _, encoded = (authorization or "").partition(" ")
        if scheme.lower() != "basic":
            return None
        try:
            username, _, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
        return self._issued.get(password) if username == USERNAME else None

    def is_expired(self, token: Token) -> bool:
        """Whether *token*'s time is over."""
        return self._clock.now() >= token.expires_at
