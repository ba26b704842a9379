"""How a fake registry behaves when nothing goes wrong: as the specification says, or as ECR does."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from client.faults import Reply


@dataclass
class Manners:
    """How this registry behaves when nothing goes wrong."""

    passwords: set[str] | None = None
    """Those it accepts for anyone; None: everyone may have access."""
    challenge: str = 'Basic realm="fake"'
    """A `Bearer` one makes it accept the tokens that its own /token hands out."""
    refusal: Reply | None = None
    """What it says to an expired login in place of 401: ECR's 403."""
    location: Callable[[str], str] = field(default=lambda path: path)
    """How it names the address of an upload."""
    blob_address: str | None = None
    """Where it redirects those who read blobs; that server answers /signed/DIGEST."""
    digest_header: bool = True
    cuts_missing_repositories: bool = False
    chunk_status: int = 201
    """ECR answers 201 to PATCH, the specification wants 202."""
    knows_empty_repositories: bool = False
    """ECR lists no tags of a repository without images; others have never heard of it."""
    referrers: str = "kept"
    """`kept`: it lists what is about an image; `unknown`: it is older than that; `refused`: 405, as ECR at times."""
    manifests_a_second: int | None = None
    """How many manifests it takes in any second of `clock` before it answers 429."""
    clock: Callable[[], float] = time.monotonic
    conditions: bool = True
    """Whether it gives manifests an ETag and obeys conditions on it."""
    deletes_tags: bool = True
    """Whether it deletes a tag; many delete by digest alone."""
    catalog_page: int = 1000
    """How many repositories it lists at once."""
