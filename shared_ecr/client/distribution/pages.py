"""Lists that come page after page: where the next one is, which only the registry itself may have.

Source: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-tags, RFC 8288 for `Link`.
"""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import urljoin, urlsplit

from shared_ecr.client.distribution.repository import OK, RemoteRepository
from shared_ecr.client.http.challenges import MAX_HEADER
from shared_ecr.client.http.endpoints import origin
from shared_ecr.client.http.exchange import NO_HEADERS
from shared_ecr.client.http.transport import HttpResponse
from shared_ecr.findings.errors import RefusedError, UnavailableError
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

# Docker Hub's fullest repositories have some ten thousand tags; a list without end is not a list.
MAX_PAGES = 500
_LINK = LazyPattern(r"<([^<>]*)>((?:\s*;\s*[^,;<]*)*)")
_NEXT = LazyPattern(r';\s*rel\s*=\s*"?next"?\s*(?:;|$)', re.IGNORECASE)


def pages(
    remote: RemoteRepository, path: str, list_name: str, headers: Mapping[str, str] = NO_HEADERS
) -> Iterator[HttpResponse]:
    """Yield the pages of the list at *path* below the repository; an answer that is not a page is the last one.

    Raises:
        RefusedError: the next page is on another host or at another address, or the list leads in a circle.
        UnavailableError: the registry could not be reached, or takes too long for the whole list.
    """
    place = f"{remote.exchange.registry}/{remote.name}: {list_name}"
    asked: set[str] = set()
    exchange = remote.exchange
    deadline = exchange.now() + exchange.limits.list_of_pages
    url: str | None = f"{remote.url}{path}" if path.startswith("?") else f"{remote.url}/{path}"
    while url is not None:
        if url in asked or len(asked) >= MAX_PAGES:
            raise RefusedError(f"{place} has no end; {len(asked)} pages were read")
        if exchange.now() > deadline:
            seconds = exchange.limits.list_of_pages
            raise UnavailableError(f"{place} comes too slowly: {len(asked)} pages came in {seconds:.0f} s")
        asked.add(url)
        answer = remote.ask("GET", url, f"read {list_name}", headers)
        yield answer
        url = _next(remote, url, answer, place) if answer.status == OK else None


def _next(remote: RemoteRepository, url: str, answer: HttpResponse, place: str) -> str | None:
    """Return where the list continues, or None at its end; refuse any other address than that of the list."""
    for header in answer.headers("Link"):
        for address, parameters in _LINK.findall(header[:MAX_HEADER]):
            if _NEXT.search(parameters):
                return _same_list(remote, url, address, place)
    return None


def _same_list(remote: RemoteRepository, url: str, address: str, place: str) -> str:
    endpoint = remote.exchange.endpoint
    try:
        following = urljoin(url, address)
        parts = urlsplit(following)
        if endpoint.host_header and parts.netloc.lower() == endpoint.host_header.lower():
            # The stand-in speaks as the registry it stands for.
            following = f"{endpoint.url}{parts.path}?{parts.query}"
        is_ours = endpoint.owns(following) and "@" not in urlsplit(following).netloc
    except ValueError:
        raise RefusedError(f"{place} continues at an invalid address") from None
    if not is_ours or parts.path != urlsplit(url).path:
        scheme, name, _ = origin(following)
        raise RefusedError(f"{place} continues at {quoted(f'{scheme}://{name}{parts.path}')}; that is not followed")
    return following
