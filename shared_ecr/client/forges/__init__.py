"""Comments on pull requests, one for each marker, updated in place; each forge a module.

from shared_ecr.client.forges import forge_of, publish
publish(forge_of(os.environ, transport), body, MARKER)
"""

from collections.abc import Mapping
from enum import StrEnum

from shared_ecr.client.errors import CommentRefusedError
from shared_ecr.client.forges.github import GitHub
from shared_ecr.client.forges.gitlab import GitLab
from shared_ecr.client.forges.interface import Forge
from shared_ecr.client.http.transport import Transport
from shared_ecr.findings.errors import UsageError

# Each looks at the environment of its own CI alone; the order does not matter.
_FORGES = (GitHub, GitLab)


class Published(StrEnum):
    """What was done with the comment."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


def forge_of(environ: Mapping[str, str], transport: Transport, number: str = "") -> Forge:
    """Return the forge whose CI this process runs in.

    Args:
        environ: the environment of the job.
        transport: what carries the requests.
        number: the pull request, where the environment does not say it.

    Raises:
        UsageError: the job is of no known forge, or belongs to no pull request.
        UnavailableError: there is no token to comment with.
    """
    for each in _FORGES:
        if each.is_here(environ):
            return each.of(environ, transport, number)
    raise UsageError(
        f"this is not a job of {' or '.join(each.title for each in _FORGES)}; there is nothing to comment on"
    )


def publish(forge: Forge, body: str, marker: str, author: str = "") -> Published:
    """Make *body* the one comment of the pull request that *author* wrote under *marker*.

    Only a comment whose first line is *marker* and whose author is the token's own account is updated. Another account
    can write the same line; its comment is left alone, and does not take the place of the review.

    Args:
        forge: whose pull request it is.
        body: the text; its first line is *marker*.
        marker: the line by which the comment is found again.
        author: the account of the token, where the forge cannot say it.

    Raises:
        RefusedError: the forge refuses the token.
        UnavailableError: the forge cannot be reached.
    """
    account = author or forge.author()
    for comment in forge.comments():
        if comment.author != account or not comment.begins_with(marker):
            continue
        if comment.body.strip() == body.strip():
            return Published.UNCHANGED
        try:
            forge.update(comment, body)
        except CommentRefusedError:
            # The token may write and not change; the old comment stays, and the new one comes after it.
            continue
        return Published.UPDATED
    forge.create(body)
    return Published.CREATED


__all__ = ["Forge", "Published", "forge_of", "publish"]
