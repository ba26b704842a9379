"""`--verify` and what belongs to it: whose signature an image must have before it is copied or pulled."""

import argparse
from typing import TYPE_CHECKING

from shared_ecr.findings.errors import UsageError

if TYPE_CHECKING:
    from shared_ecr.client.signatures import TrustedSigner


def add_signature_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    group = parser.add_argument_group("signatures")
    group.add_argument(
        "--verify",
        choices=("cosign", "notation"),
        help="refuse an image without a valid signature, checked by this program; for notation, its trust policy names "
        "the signers",
    )
    group.add_argument(
        "--verify-key", metavar="KEY", help="with cosign: the public key, as a file, a URL or a KMS URI (awskms:///…)"
    )
    group.add_argument(
        "--verify-without-log",
        action="store_true",
        help="with --verify-key: accept a signature that is not in the public transparency log, such as one of a "
        "private image",
    )
    group.add_argument(
        "--verify-identity", metavar="NAME", help="with cosign, without a key: the identity in the signing certificate"
    )
    group.add_argument(
        "--verify-identity-pattern",
        metavar="REGEX",
        help="the identity as a regular expression in Go's syntax, from ^ to $",
    )
    group.add_argument(
        "--verify-issuer",
        metavar="URL",
        help="the issuer that confirmed the identity, such as https://token.actions.githubusercontent.com",
    )


def trusted_signer(arguments: argparse.Namespace) -> "TrustedSigner | None":
    """Return whose signature counts, or None where none is asked for.

    Raises:
        UsageError: it is not said whose signature counts, or twice.
    """
    key, issuer = arguments.verify_key, arguments.verify_issuer
    name, pattern = arguments.verify_identity, arguments.verify_identity_pattern
    is_logged = not arguments.verify_without_log
    given = [each for each in (key, issuer, name, pattern) if each is not None]
    if arguments.verify is None and is_logged and not given:
        return None
    if not is_logged and (arguments.verify != "cosign" or not key):
        raise UsageError(
            "--verify-without-log needs --verify cosign with --verify-key; without a key, the log is what proves when "
            "the certificate was used"
        )
    # Only a check pays for the import.
    from shared_ecr.client.signatures import CosignIdentity, CosignKey, NotationPolicy

    match arguments.verify:
        case "cosign" if key and len(given) == 1:
            return CosignKey(key, is_logged)
        case "cosign" if issuer and len(given) == 2 and (name or pattern):  # noqa: PLR2004 — the issuer and one more
            return CosignIdentity(name or pattern, issuer, is_pattern=bool(pattern))
        case "cosign":
            raise UsageError(
                "--verify cosign needs either --verify-key, or --verify-issuer with --verify-identity or "
                "--verify-identity-pattern: a signature proves nothing if anyone can be its signer"
            )
        case "notation" if not given:
            return NotationPolicy()
        case "notation":
            raise UsageError(
                "--verify notation takes its signers from notation's trust policy (trustpolicy.json); leave out the "
                "other --verify options"
            )
        case _:
            raise UsageError("the other --verify options need --verify cosign; without it nothing would be checked")
