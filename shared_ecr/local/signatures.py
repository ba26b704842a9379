"""Signature Version 4 of requests to the embedded AWS.

MiniStack checks signatures only together with IAM policies, which would refuse what CloudFormation does on its own.
So its verification is used alone. Accepted keys are the twelve digits of any account with the secret access key that
`local start` made, the keys of roles that were assumed, and the keys of IAM users.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
"""

from collections.abc import Mapping

from shared_ecr.local import hooks
from shared_ecr.text.patterns import LazyPattern

QueryParameters = Mapping[str, list[str]]
_ACCOUNT = LazyPattern(r"[0-9]{12}")
UNSIGNED = (
    "the request is not signed; take the access key from 'shared-ecr local start', which prints it for your shell"
)
UNKNOWN_KEY = (
    "the access key is not one of this embedded AWS; take AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY from "
    "'shared-ecr local start'"
)
MISMATCH = (
    "the signature does not match: AWS_SECRET_ACCESS_KEY is not the one that 'shared-ecr local start' printed for "
    "this embedded AWS"
)


class Signatures:
    """Verifies that a request was signed by someone who knows a secret access key of this AWS."""

    def __init__(self, secret_access_key: str) -> None:
        self._secret_access_key = secret_access_key

    def fault(
        self, method: str, raw_path: str, query: QueryParameters, headers: Mapping[str, str], body: bytes
    ) -> str | None:
        """Return why the request is refused, or None for a good signature in its header or in its query."""
        presigned = "X-Amz-Signature" in query
        if not presigned and not headers.get("authorization", "").startswith("AWS4-HMAC-SHA256 "):
            return UNSIGNED
        parsed = (
            hooks.PARSE_QUERY_SIGNATURE.read()(query) if presigned else hooks.PARSE_HEADER_SIGNATURE.read()(headers)
        )
        if isinstance(parsed, tuple):
            return str(parsed[1])
        secret = self._secret_of(parsed.access_key_id)
        if secret is None:
            return UNKNOWN_KEY
        failure = hooks.SIGNATURE_FAILURE.read()(
            parsed, secret, method, raw_path, query, headers, body, presigned=presigned
        )
        return MISMATCH if failure else None

    def _secret_of(self, access_key_id: str) -> str | None:
        if _ACCOUNT.fullmatch(access_key_id):
            return self._secret_access_key
        session = hooks.STS_SESSIONS.read().get(access_key_id)
        if session is not None:
            return session.get("SecretAccessKey") or None
        for (_account, key), record in hooks.IAM_ACCESS_KEYS.read().to_dict().items():
            if key == access_key_id and record.get("Status") == "Active":
                return record.get("SecretAccessKey") or None
        return None
