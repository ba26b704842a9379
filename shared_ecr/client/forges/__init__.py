"""Comments on pull requests, one for each marker, updated in place; each forge a module.

from shared_ecr.client.forges import forge_of, publish
publish(forge_of(os.environ, transport), body)
"""

from collections.abc import Mapping
from enum import StrEnum

from shared_ecr.client.errors import CommentRefusedError
from shared_ecr.client.forges.github import GitHub
from shared_ecr.client.forges.gitlab import GitLab
from shared_ecr.client.forges.interface import Forge
from shared_ecr.client.http.transport import Transport
from shared_ecr.errors import UsageError

# Each looks at the environment of its own CI alone; the order does not matter.
_FORGES = (GitHub, GitLab)


class Published(StrEnum):
    """What became of the comment."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


def forge_of(environ: Mapping[str, str], transport: Transport, number: str = "") -> Forge:
    """Return the forge whose CI this process runs in.

    Args:
        environ: the environment of the job.
        transport: what carries the requests.
        number: the pull request, where the environment does not tell it.

    Raises:
        UsageError: it is none that is known, or no pull request is.
        UnavailableError: there is no token to comment with.
    """
    for each in _FORGES:
        if each.is_here(environ):
            return each.of(environ, transport, number)
    raise UsageError(f"this is no job of {' or '.join(each.title for each in _FORGES)}; there is nothing to comment on")


def publish(forge: Forge, body: str) -> Published:
    """Let the pull request have one comment that begins with the first line of *body*.

    Raises:
        RefusedError: the forge says no.
        UnavailableError: it cannot be reached.
    """
    marker = body.partition("\n")[0].strip()
    for comment in forge.comments():
        if not comment.body.startswith(marker):
            continue
        if comment.body.strip() == body.strip():
            return Published.UNCHANGED
        try:
            forge.update(comment, body)
        except CommentRefusedError:
            # Somebody else wrote a comment that looks like ours; it stays theirs.
            continue
        return Published.UPDATED
    forge.create(body)
    return Published.CREATED


__all__ = ["Forge", "Published", "forge_of", "publish"]
