"""Push one image to one repository of the registry: the whole road, from a name to a digest.

    request   the repository's address (deployed, else declared), its tags, its rule for moving them
    pusher    daemonless for a path, the container engine for a name it knows
    push      refuses before the first upload what the registry would refuse after the last
"""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from shared_ecr.client.addresses import Whereabouts, declared_mutability, known
from shared_ecr.client.pushers.interface import Progress, Pusher, PushRequest, PushResult
from shared_ecr.errors import InvalidValueError, UsageError
from shared_ecr.mutability import TagMutability
from shared_ecr.names import RegistryHost, RepositoryName, Tag

if TYPE_CHECKING:
    from shared_ecr.client.aws import AwsClients


def push_image(
    image: str,
    target: str,
    *,
    where: Whereabouts,
    progress: Progress,
    engine: str | None = None,
) -> PushResult:
    """Push *image* to *target* (`REPOSITORY:TAG…`, or the whole URI) and return what the registry holds now.

    Raises:
        PushRefusedError: a tag names another image and may not move; the repository is missing; access is denied.
        UnavailableError: no credentials, network, engine or image.
        InvalidValueError: a name or tag outside its grammar.
        UsageError: no tag is named, or no such repository is known.
    """
    from shared_ecr.client.aws import AwsClients  # noqa: PLC0415 — start-up time of the command line
    from shared_ecr.client.ecr_tokens import EcrTokens  # noqa: PLC0415 — as above

    clients = AwsClients()
    request = _request(image, target, where, clients)
    credentials = EcrTokens(clients)
    with _pusher(image, engine, credentials) as pusher:
        return pusher.push(request, credentials, progress)
