"""Read digests from what engines answer."""

from pathlib import Path

from shared_ecr.model.names import Digest
from shared_ecr.text.patterns import LazyPattern

_DIGEST = LazyPattern(r"(?:sha256:)?([0-9a-f]{64})")


def digest_of(text: object) -> Digest | None:
    """Read an image id or digest, which podman writes without its algorithm; None where it is neither."""
    found = _DIGEST.fullmatch(text) if isinstance(text, str) else None
    return Digest(f"sha256:{found[1]}") if found else None


def digests_among(names: object) -> frozenset[Digest]:
    """Read the digests of names such as `HOST/REPOSITORY@sha256:…`."""
    if not isinstance(names, list):
        return frozenset()
    found = (digest_of(name.rpartition("@")[2]) for name in names if isinstance(name, str))
    return frozenset(digest for digest in found if digest)


def written_digest(path: Path) -> Digest | None:
    """Read the digest that `--digestfile` wrote; None where it did not."""
    try:
        return digest_of(path.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        return None
