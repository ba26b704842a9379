"""Search Docker Hub for images, as docker's own `search` does: by the index API, in one answer of at most 100.

Docker Hub documents no limit of this API, answers 429 or an empty 404 when it refuses for a while, and gives
`star_count` 0 or `pull_count` 0 where it does not count. Shape: https://github.com/docker/cli/issues/3432
"""

import json
from collections.abc import Mapping
from contextlib import closing
from urllib.parse import urlencode

from shared_ecr.client.http.endpoints import endpoint_of
from shared_ecr.client.http.retries import TransientError
from shared_ecr.client.http.transport import Transport
from shared_ecr.findings.errors import RefusedError, UnavailableError
from shared_ecr.model.names import RegistryHost
from shared_ecr.model.names.registry_host import DOCKER_HUB
from shared_ecr.records import record
from shared_ecr.text import visible

MOST_RESULTS = 100
"""As many as Docker Hub gives in one answer."""
_INDEX = "https://index.docker.io"
_OK, _NOT_FOUND, _TOO_MANY = 200, 404, 429


@record
class FoundImage:
    """One repository of Docker Hub, as the search describes it."""

    name: str
    """Without the registry: `nginx`, `bitnami/nginx`."""
    description: str
    stars: int
    pulls: int | None
    """None where the answer does not say it."""
    is_official: bool


def search(
    term: str, environ: Mapping[str, str], *, limit: int = 25, only_official: bool = False
) -> tuple[FoundImage, ...]:
    """Return at most *limit* repositories of Docker Hub that match *term*, in its own order.

    Raises:
        RefusedError: Docker Hub answers that it does not answer now.
        UnavailableError: there is no answer, or one of another shape.
    """
    # Docker Hub has no filter for official images, so the answer is filtered here.
    asked = MOST_RESULTS if only_official else limit
    found = [_image(each) for each in _results(term, asked, environ)]
    chosen = [each for each in found if each is not None and (each.is_official or not only_official)]
    return tuple(chosen[:limit])


def _results(term: str, count: int, environ: Mapping[str, str]) -> list[object]:
    endpoint = endpoint_of(RegistryHost.parse(DOCKER_HUB), environ)
    base = endpoint.url if endpoint.is_local else _INDEX
    url = f"{base}/v1/search?{urlencode({'q': term, 'n': count}, errors='surrogateescape')}"
    with closing(Transport(environ, connections=1)) as transport:
        try:
            with transport.send("GET", url, {"Accept": "application/json"}) as answer:
                content, status = answer.body, answer.status
        except TransientError as error:
            raise UnavailableError(f"Docker Hub did not answer: {error}") from error
    if status == _TOO_MANY or (status == _NOT_FOUND and not content.strip()):
        raise RefusedError(f"Docker Hub refuses searches from this address for now ({status}); try again later")
    if status != _OK:
        raise UnavailableError(f"Docker Hub answered {status} to the search")
    try:
        data = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UnavailableError("Docker Hub answered with something that is not JSON") from error
    results = data.get("results") if isinstance(data, dict) else None
    if not isinstance(results, list):
        raise UnavailableError("Docker Hub answered without a list of results")
    return results


def _image(result: object) -> FoundImage | None:
    """Read one result; None where it has no name. What would act on a terminal is escaped."""
    match result:
        case {"name": str() as name, **more} if name:
            description = more.get("description")
            return FoundImage(
                visible(name),
                visible(" ".join(description.split())) if isinstance(description, str) else "",
                _count(more.get("star_count")) or 0,
                _count(more.get("pull_count")),
                is_official=more.get("is_official") is True,
            )
        case _:
            return None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
