"""Signatures, checked before an image is copied or pulled: by cosign or notation, the programs that make them.

signer    whose signature counts: a key, an identity of a certificate, or notation's own trust policy
digest    the check and the copy are of one digest, so a tag that moves in between changes nothing
login     lent to the program in a private file for one command, as to a container engine
refusal   an image without such a signature is refused, and nothing of it is written

docs/adr/0035-signatures-by-their-own-programs.md says why the programs are run.
"""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from shared_ecr.client.aws.redaction import redacted
from shared_ecr.client.engines.isolation import credentials_in_text, docker_config
from shared_ecr.client.engines.loopback import spoken_host
from shared_ecr.client.engines.programs import Program
from shared_ecr.client.http.endpoints import ENDPOINT_VARIABLE
from shared_ecr.findings.errors import RefusedError, UnavailableError
from shared_ecr.model.names import Digest, ImageReference
from shared_ecr.records import record
from shared_ecr.text import visible
from shared_ecr.text.patterns import LazyPattern

if TYPE_CHECKING:
    from shared_ecr.client.session import Session

_LONGEST_REASON = 500
_PREFIX = LazyPattern(r"^(?:Error: |error during command execution: )+")


class UnverifiedImageError(RefusedError):
    """An image has no signature of the signer that is wanted."""


@record
class CosignKey:
    """Signed with the private half of a key pair: a file, a URL, or a key of a KMS (`awskms:///…`)."""

    key: str
    is_logged: bool = True
    """Whether the signature must be in the public transparency log too; those of private keys often are not."""


@record
class CosignIdentity:
    """Signed without a key that is kept: the certificate names who signed, and who confirmed that identity."""

    identity: str
    issuer: str
    is_pattern: bool = False
    """Whether the identity is a regular expression, as for workflows whose name has a tag in it."""


@record
class NotationPolicy:
    """Signed as notation's `trustpolicy.json` demands; it says for which repositories, and by whom."""


TrustedSigner = CosignKey | CosignIdentity | NotationPolicy


@record
class SignatureCheck:
    """Asks the signer's program about one image after the other; may be used by several threads."""

    signer: TrustedSigner
    session: "Session"

    def verify(self, reference: ImageReference, digest: Digest, otherwise: str = "nothing of it was written") -> None:
        """Return when the image *digest* of the repository of *reference* has the signature that is wanted.

        *otherwise* is what the error says of the image besides.

        Raises:
            UnverifiedImageError: it has not, or the program cannot know.
            UnavailableError: the program is missing, cannot be run or does not answer.
        """
        environ = self.session.environ
        host = spoken_host(reference.host, environ.get(ENDPOINT_VARIABLE))
        credentials = self.session.credentials.credentials_for(reference.host)
        image = f"{host}/{reference.repository}@{digest}"
        program = _program(self.signer, dict(environ))
        with docker_config(host, credentials, environ) as lent:
            lending = Program(program.name, program.executable, {**environ, **lent.variables})
            finished = lending.ask(
                [*_arguments(self.signer, is_loopback=host.is_loopback), image],
                secrets=credentials_in_text(credentials),
            )
        if finished.code == 0:
            return
        lines = [line.strip() for line in (finished.complaints or finished.output).splitlines() if line.strip()]
        # Both programs say it last, behind a word for an error.
        last = _PREFIX.sub("", lines[-1]) if lines else f"exit code {finished.code}"
        reason = visible(redacted(last))[:_LONGEST_REASON]
        raise UnverifiedImageError(
            f"{reference.repository_uri}@{digest} is not verified, and {otherwise}: "
            f"{program.name}: {reason.rstrip('.')}"
        )


def _program(signer: TrustedSigner, environ: dict[str, str]) -> Program:
    match signer:
        case CosignKey() | CosignIdentity():
            name, page = "cosign", "https://docs.sigstore.dev/cosign/system_config/installation/"
        case NotationPolicy():
            name, page = "notation", "https://notaryproject.dev/docs/user-guides/installation/cli/"
        case _:
            assert_never(signer)
    found = shutil.which(name, path=environ.get("PATH", ""))
    if found is None:
        raise UnavailableError(
            f"signatures are checked by the program {name}, which is not on PATH; install it: {page}"
        )
    return Program(name, Path(found), environ)


def _arguments(signer: TrustedSigner, *, is_loopback: bool) -> list[str]:
    """Return what the program gets in front of the image; an option and its value are one word, whatever the value.

    https://github.com/sigstore/cosign/blob/main/doc/cosign_verify.md,
    https://github.com/notaryproject/notation/blob/main/specs/commandline/verify.md
    """
    match signer:
        case CosignKey(key, is_logged):
            return ["verify", f"--key={key}", *([] if is_logged else ["--insecure-ignore-tlog=true"])]
        case CosignIdentity(identity, issuer, is_pattern):
            option = "--certificate-identity-regexp" if is_pattern else "--certificate-identity"
            return ["verify", f"{option}={identity}", f"--certificate-oidc-issuer={issuer}"]
        case NotationPolicy():
            return ["verify", *(["--insecure-registry"] if is_loopback else [])]
        case _:
            assert_never(signer)
