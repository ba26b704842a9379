"""Tokens of OIDC providers, as CI systems give them to their jobs, for the embedded AWS.

AWS verifies a token by the keys that its issuer publishes. No issuer is asked here: a token is good when it was signed
(HS256) with the secret access key of this start, so that only who may use the embedded AWS can make one, while the
claims can be those of any issuer.
https://datatracker.ietf.org/doc/html/rfc7519
"""

import base64
import hashlib
import hmac
import json
from datetime import datetime, timedelta
from typing import Any

from shared_ecr.records import record

LIFETIME = timedelta(minutes=10)
DEFAULT_AUDIENCE = "sts.amazonaws.com"
_HEADER = {"alg": "HS256", "typ": "JWT"}


class OidcTokenError(Exception):
    """Why a token is not accepted, by the code that STS has for it."""

    def __init__(self, code: str, message: str) -> None:
        self.code, self.message = code, message
        super().__init__(message)


@record
class OidcClaims:
    """What a token says."""

    issuer: str
    """Without `https://`, as condition keys and the ARN of a provider have it."""
    subject: str
    audience: str = DEFAULT_AUDIENCE


def issue(claims: OidcClaims, secret_access_key: str, now: datetime) -> str:
    """Return a token with *claims*, which expires ten minutes after *now*."""
    payload = {
        "iss": f"https://{claims.issuer}",
        "sub": claims.subject,
        "aud": claims.audience,
        "iat": int(now.timestamp()),
        "exp": int((now + LIFETIME).timestamp()),
    }
    signed = f"{_encoded(_HEADER)}.{_encoded(payload)}"
    return f"{signed}.{_signature(signed, secret_access_key)}"


def verified(token: str, secret_access_key: str, now: datetime) -> OidcClaims:
    """Return what *token* says.

    Raises:
        OidcTokenError: it is not a token of this embedded AWS, or it has expired.
    """
    signed, _, signature = token.rpartition(".")
    if not hmac.compare_digest(_signature(signed, secret_access_key).encode(), signature.encode()):
        raise OidcTokenError(
            "InvalidIdentityToken",
            "The token is not signed with the key of this embedded AWS; make one with 'shared-ecr local oidc-token'",
        )
    payload: dict[str, Any] = json.loads(_decoded(signed.partition(".")[2]))
    if now.timestamp() >= payload["exp"]:
        raise OidcTokenError("ExpiredTokenException", "The token has expired")
    return OidcClaims(payload["iss"].removeprefix("https://"), payload["sub"], payload["aud"])


def _signature(signed: str, secret_access_key: str) -> str:
    return _base64(hmac.new(secret_access_key.encode(), signed.encode(), hashlib.sha256).digest())


def _encoded(document: dict[str, Any]) -> str:
    return _base64(json.dumps(document, separators=(",", ":")).encode())


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
