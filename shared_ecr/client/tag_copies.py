"""Copy every tag of a repository to another one: tag after tag, and what fails stops no other."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from shared_ecr.client.copying import WHOLE, CopyOptions, prepared
from shared_ecr.client.distribution.opening import opened
from shared_ecr.client.distribution.tags import list_tags
from shared_ecr.client.pushers.events import NullProgress, Progress
from shared_ecr.client.targets import locate
from shared_ecr.findings.errors import RefusedError, SharedEcrError
from shared_ecr.model.names import Tag
from shared_ecr.model.names.versions import version_order
from shared_ecr.records import record
from shared_ecr.text.patterns import LazyPattern

if TYPE_CHECKING:
    from shared_ecr.client.pushers.interface import PushResult
    from shared_ecr.client.pushers.plan import PushPlan
    from shared_ecr.client.session import Session

# Signatures, SBOMs and attestations that are kept under tags; they are copied with the image that they are about.
# https://github.com/opencontainers/distribution-spec/blob/main/spec.md#referrers-tag-schema
_OF_ANOTHER_IMAGE = LazyPattern(r"sha256-[0-9a-f]{64}(?:\..*)?")


@record
class TagCopy:
    """One tag: what is there now, what would be copied, or why it failed."""

    tag: Tag
    result: "PushResult | None" = None
    plan: "PushPlan | None" = None
    error: SharedEcrError | None = None


def copy_all_tags(  # noqa: PLR0913 — what to copy, how, and where progress is reported
    source: str,
    target: str,
    session: "Session",
    options: CopyOptions = WHOLE,
    *,
    dry_run: bool = False,
    progress: Progress | None = None,
    ended: Callable[[TagCopy], None] = lambda _: None,
) -> tuple[TagCopy, ...]:
    """Copy every tag of the repository *source* to the repository *target*, the oldest version first.

    Only one tag is copied at a time: images of one repository share layers, and no layer is sent twice.

    Raises:
        UsageError: one of the two names an image, or no repository of that name is known.
        RefusedError: the source has no tags, or the caller may not list them.
        UnavailableError: no credentials or no network.
    """
    host, name = locate(source, session.where, session.clients)
    there, repository = locate(target, session.where, session.clients)
    with opened(host, name.text, session.credentials, session.environment) as remote:
        tags = [tag for tag in list_tags(remote) if not _OF_ANOTHER_IMAGE.fullmatch(tag.text)]
    if not tags:
        raise RefusedError(f"{host}/{name} has no tags, so there is nothing to copy")

    def copies() -> Iterator[TagCopy]:
        for tag in sorted(tags, key=version_order):
            try:
                with prepared(f"{host}/{name}:{tag}", f"{there}/{repository}:{tag}", session, options) as copying:
                    if dry_run:
                        copied = TagCopy(tag, plan=copying.plan())
                    else:
                        copied = TagCopy(tag, copying.run(progress or NullProgress()))
            except SharedEcrError as error:
                copied = TagCopy(tag, error=error)
            ended(copied)
            yield copied

    return tuple(copies())
