"""The tags of one repository, all of them.

Source: https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-tags
"""

import json

from shared_ecr.client.distribution.pages import pages
from shared_ecr.client.distribution.refusals import NOT_FOUND, Refusal
from shared_ecr.client.distribution.repository import OK, RemoteRepository
from shared_ecr.client.http.transport import HttpResponse
from shared_ecr.findings.errors import InvalidValueError, RefusedError
from shared_ecr.model.names import Tag

# Most registries give so many at once, and ECR no more.
PAGE = 1000


def list_tags(remote: RemoteRepository) -> tuple[Tag, ...]:
    """Return every tag of *remote*, each once, in the order of the registry. One request for a thousand.

    Raises:
        RefusedError: there is no such repository, the caller may not list it, or the list is invalid: its next page
            is on another host, leads back to an earlier one, or a tag is outside the grammar.
        UnavailableError: the registry could not be reached.
    """
    found: dict[Tag, None] = {}
    for answer in pages(remote, f"tags/list?n={PAGE}", "the list of tags"):
        if answer.status != OK:
            raise _refused(remote, answer)
        found.update(dict.fromkeys(_tags_in(remote, answer)))
    return tuple(found)


def _tags_in(remote: RemoteRepository, answer: HttpResponse) -> list[Tag]:
    place = f"{remote.exchange.registry}/{remote.name}"
    try:
        # A repository whose last tag was deleted has null in place of a list.
        listed = json.loads(answer.body)["tags"] or []
    except (ValueError, RecursionError, LookupError, TypeError):
        listed = None
    if not isinstance(listed, list) or not all(isinstance(each, str) for each in listed):
        words = Refusal.read(answer, remote.exchange).answer.words
        raise RefusedError(f"{place}: the registry answered with no list of tags{': ' if words else ''}{words}")
    try:
        return [Tag.parse(each) for each in listed]
    except InvalidValueError as error:
        raise RefusedError(f"{place}: the registry lists what is not a tag: {error.what}") from error


def _refused(remote: RemoteRepository, answer: HttpResponse) -> RefusedError:
    refusal = Refusal.read(answer, remote.exchange)
    if refusal.status == NOT_FOUND:
        because = f": {refusal.answer.words}" if refusal.answer.words else ""
        return RefusedError(f"there is no repository {remote.name} in {remote.exchange.registry}{because}")
    return refusal.read_error(remote.exchange, remote.name, "list the tags", action="ecr:ListImages")
