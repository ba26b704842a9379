"""Lists that come page after page: where the next one is, which only the registry itself may have.

Source: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-tags, RFC 8288 for `Link`.
"""

from collections.abc import Iterator, Mapping
from urllib.parse import urljoin, urlsplit

from shared_ecr.client.distribution.repository import OK, RemoteRepository
from shared_ecr.client.http.endpoints import origin
from shared_ecr.client.http.exchange import NO_HEADERS
from shared_ecr.client.http.transport import HttpResponse
from shared_ecr.findings.errors import RefusedError, UnavailableError
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

# Docker Hub's fullest repositories have some ten thousand tags; a list without end is not a list.
MAX_PAGES = 500
# One link, and one of its parameters: a comma or a semicolon within quotes separates nothing.
_LINK = LazyPattern(r"[\s,]*<([^<>]*)>")
_PARAMETER = LazyPattern(
    r"""\s*;\s*(?:([^\s=;,"'<>]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s;,"'<>]*)))?\s*)?(?=[;,]|\Z)"""
)
# The address of a page has a tag or a digest in it, and a token where the registry is a service of a cloud.
MAX_LINK = 16 * 1024


def pages(
    remote: RemoteRepository, path: str, list_name: str, headers: Mapping[str, str] = NO_HEADERS
) -> Iterator[HttpResponse]:
    """Yield the pages of the list at *path* below the repository; an answer that is not a page is the last one.

    Raises:
        RefusedError: the next page is on another host or at another address, the list leads in a circle, or its Link
            header cannot be read.
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
        for address, relations in _links(header, place):
            if "next" in relations:
                return _same_list(remote, url, address, place)
    return None


def _links(header: str, place: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each link of *header* with its relations, of which there may be several.

    Raises:
        RefusedError: the header cannot be read to its end. It may name a next page, so the list may not be whole.
    """
    unreadable = RefusedError(
        f"{place} has a Link header that cannot be read, so it may have more pages: {quoted(header)}; report this to "
        "the operator of the registry"
    )
    if len(header) > MAX_LINK:
        raise unreadable
    position = 0
    while header[position:].strip(" \t,"):
        link = _LINK.match(header, position)
        if link is None:
            raise unreadable
        position = link.end()
        relations: list[str] = []
        while parameter := _PARAMETER.match(header, position):
            position = parameter.end()
            if (parameter[1] or "").lower() == "rel":
                relations += (parameter[2] or parameter[3] or parameter[4] or "").lower().split()
        # A relation is required. https://datatracker.ietf.org/doc/html/rfc8288#section-3.3
        if not relations or header[position : position + 1] not in {"", ","}:
            raise unreadable
        yield link[1].strip(), tuple(relations)


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
