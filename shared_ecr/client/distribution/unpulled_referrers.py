"""What is about an image and is not pulled with it: signatures, SBOMs, attestations. A pull only says that they exist.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers
"""

from shared_ecr.client.distribution.repository import OK, RemoteRepository
from shared_ecr.client.http.retries import TransientError
from shared_ecr.client.sources.manifests import OCI_INDEX, json_object
from shared_ecr.findings.errors import SharedEcrError
from shared_ecr.model.names import Digest
from shared_ecr.text import counted

# Before registries kept referrers, cosign stored a signature under such a tag.
# https://github.com/sigstore/cosign/blob/main/specs/SIGNATURE_SPEC.md
_OF_COSIGN = "sha256-{}.sig"


def unpulled_referrers(remote: RemoteRepository, digest: Digest) -> str:
    """Return a note about what the registry has about *digest*, by two small requests; nothing where it has nothing.

    A registry that does not answer is not asked again: the image is whole without them.
    """
    try:
        listed = _listed(remote, digest)
    except TransientError:
        return ""
    if not listed and not _has_cosign_tag(remote, digest):
        return ""
    what = counted(listed, "referrer") if listed else "a signature"
    return (
        f"not pulled: {what} of this image (signatures, SBOMs, attestations); 'shared-ecr copy' takes them along to "
        "another registry"
    )


def _listed(remote: RemoteRepository, digest: Digest) -> int:
    try:
        answer = remote.exchange.ask("GET", f"{remote.url}/referrers/{digest}", {"Accept": OCI_INDEX})
        entries = json_object(answer.body, "referrers").get("manifests") if answer.status == OK else None
    except SharedEcrError:
        return 0
    return len(entries) if isinstance(entries, list) else 0


def _has_cosign_tag(remote: RemoteRepository, digest: Digest) -> bool:
    try:
        return remote.exchange.ask("HEAD", f"{remote.url}/manifests/{_OF_COSIGN.format(digest.hex)}").status == OK
    except (SharedEcrError, TransientError):
        return False
