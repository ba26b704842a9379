"""Look at an image, or at the tags of a repository, without fetching a layer.

address      the repository as declared or deployed, or a whole reference
manifests    of the image, with what an index names
details      of one image from its configuration
referrers    what the registry holds about it
"""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from shared_ecr.client.distribution.opening import opened
from shared_ecr.client.distribution.repository import RemoteRepository
from shared_ecr.client.distribution.tags import list_tags
from shared_ecr.client.http.environment import THREADS
from shared_ecr.client.http.workers import WorkerPool
from shared_ecr.client.inspect_report import Inspected, inspected
from shared_ecr.client.sources.interface import InvalidImageError
from shared_ecr.client.sources.registry import RegistryImage
from shared_ecr.client.sources.registry_companions import Mention, mentions_of
from shared_ecr.client.targets import locate, locate_image
from shared_ecr.findings.errors import RefusedError, UnavailableError
from shared_ecr.model.names import Digest, Tag
from shared_ecr.model.names.platforms import Platform
from shared_ecr.model.names.versions import version_order

if TYPE_CHECKING:
    from shared_ecr.client.session import Session


def inspect(
    image: str, session: "Session", *, platforms: Sequence[Platform] = (), with_referrers: bool = True
) -> Inspected:
    """Look at `REPOSITORY:TAG` or `REPOSITORY@DIGEST`; with *platforms* at what is left of its index.

    Raises:
        InvalidValueError, UsageError: no image is named, or no repository of that name is known.
        RefusedError: there is no such image or platform, or the caller may not look.
        InvalidImageError: what the registry holds is not an image.
        UnavailableError: no credentials or no network.
    """
    reference = locate_image(image, session.where, session.clients)
    with opened(reference.host, reference.repository, session.credentials, session.environment) as remote:
        found = RegistryImage(remote, reference.name, platforms)
        referrers, faults = _referrers(remote, found.root.digest) if with_referrers else ((), ())
        return inspected(reference, found, remote, referrers, faults)


def tags_of(repository: str, session: "Session", *, with_digests: bool = False) -> dict[Tag, Digest | None]:
    """Return the tags of *repository*, the oldest version first; with what each names, where that is asked for.

    Raises:
        RefusedError: there is no such repository, or the caller may not list it.
        UnavailableError: no credentials or no network.
    """
    host, name = locate(repository, session.where, session.clients)
    with opened(host, name.text, session.credentials, session.environment) as remote:
        tags = sorted(list_tags(remote), key=version_order)
        named: dict[Tag, Digest | None] = dict.fromkeys(tags)

        def look(tag: Tag) -> None:
            held = remote.held(tag)
            named[tag] = held if isinstance(held, Digest) else None

        if with_digests:
            WorkerPool(THREADS).run([partial(look, tag) for tag in tags])
        return named


def _referrers(remote: RemoteRepository, digest: Digest) -> tuple[tuple[Mention, ...], tuple[str, ...]]:
    try:
        return tuple(mentions_of(remote, digest)), ()
    except (InvalidImageError, RefusedError, UnavailableError) as error:
        return (), (str(error),)
