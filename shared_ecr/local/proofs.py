"""Proofs that a process knows the secret access key of an embedded AWS, without sending the key."""

import hashlib
import hmac

PROOF_HEADER = "x-shared-ecr-proof"


def proof_of(secret_access_key: str, statement: str) -> str:
    """Return what only a process that knows the key can compute for *statement*."""
    return hmac.new(secret_access_key.encode(), statement.encode(), hashlib.sha256).hexdigest()


def is_proof(secret_access_key: str, statement: str, presented: str) -> bool:
    """Whether *presented* is the proof for *statement*."""
    return hmac.compare_digest(proof_of(secret_access_key, statement).encode(), presented.encode())
