"""Delete images from a registry, after two questions: does anything run them, and may their tags move?

looks     what each name names now
in use    references in files, and services that are asked
rules     a tag that may not move is not deleted either: someone could then push another image under it
delete    ECR's own API, which reports what it refuses; elsewhere the registry's, by tag or by digest
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from shared_ecr.client.aws.faults import asking_aws
from shared_ecr.client.distribution.opening import opened
from shared_ecr.client.distribution.refusals import NOT_FOUND, Refusal
from shared_ecr.client.distribution.repository import ManifestState, RemoteRepository
from shared_ecr.client.sources.manifests import INDEX_TYPES
from shared_ecr.client.sources.narrowing import index_entries
from shared_ecr.client.targets import locate_image, mutability
from shared_ecr.fate.inventory.uses import ImageUse
from shared_ecr.findings.errors import ExitCode, RefusedError, SharedEcrError
from shared_ecr.model.names import Digest, EcrRegistry, ImageReference, RepositoryName, Tag
from shared_ecr.records import record

if TYPE_CHECKING:
    from types_boto3_ecr.type_defs import ImageIdentifierTypeDef

    from shared_ecr.client.session import Session

_ACCEPTED = 202
_UNSUPPORTED = frozenset({400, 405})


class ProtectedImageError(SharedEcrError):
    """An image is in use, or one of its tags may not move; nothing was deleted."""

    exit_code = ExitCode.FINDINGS


@record
class ImageDeletion:
    """One image to delete, by one of its tags or by its digest."""

    reference: ImageReference
    digest: Digest
    """What the reference names now."""
    tags: tuple[Tag, ...]
    """The tags that stop naming the image: the one that is deleted; for a digest all that are known."""
    protections: tuple[str, ...]
    """Why it should stay, a sentence each."""

    def __str__(self) -> str:
        by = f" ({self.digest})" if isinstance(self.reference.name, Tag) else ""
        also = (
            f", tags {', '.join(map(str, self.tags))}" if isinstance(self.reference.name, Digest) and self.tags else ""
        )
        return f"{self.reference}{by}{also}"


def plan_deletions(
    images: Sequence[str], session: "Session", uses: Iterable[ImageUse] = ()
) -> tuple[ImageDeletion, ...]:
    """Look at `REPOSITORY:TAG` and `REPOSITORY@DIGEST` and say what their deletion would remove; nothing is changed.

    Raises:
        InvalidValueError, UsageError: no image is named, or no repository of that name is known.
        RefusedError: there is no such image, or the caller may not look.
        UnavailableError: no credentials or no network.
    """
    known = tuple(uses)
    return tuple(_planned(locate_image(text, session.where, session.clients), session, known) for text in images)


def delete_image(deletion: ImageDeletion, session: "Session") -> None:
    """Delete what *deletion* names.

    Raises:
        RefusedError: its tag names another image by now, it has another tag, or the registry does not delete it: no
            permission, an index names it, deletion is switched off.
        UnavailableError: no credentials or no network.
    """
    reference, registry = deletion.reference, deletion.reference.host.ecr
    with opened(reference.host, reference.repository, session.credentials, session.environment) as remote:
        if isinstance(reference.name, Tag):
            _refuse_moved(deletion, remote.held(reference.name))
        if registry is None:
            _delete_elsewhere(reference, remote)
            return
    if isinstance(reference.name, Digest):
        _refuse_tagged_since(deletion, session)
    _delete_at_ecr(reference, registry, session)


def _refuse_moved(deletion: ImageDeletion, held: Digest | ManifestState) -> None:
    """Refuse a tag that names another image than the one that was looked at: its uses are not known.

    A question to a person can take minutes, and a pipeline moves tags meanwhile.
    """
    if held not in {deletion.digest, ManifestState.MISSING}:
        now = held if isinstance(held, Digest) else "what the caller may not look at"
        raise RefusedError(
            f"{deletion.reference} named {deletion.digest} and names {now} now, so it was not deleted; run the command "
            "again"
        )


def _refuse_tagged_since(deletion: ImageDeletion, session: "Session") -> None:
    """Refuse a digest that has a tag which it did not have: by the digest ECR deletes every tag."""
    since = set(_tags_of(deletion.reference, deletion.digest, session)) - set(deletion.tags)
    if since:
        tags = ", ".join(sorted(map(str, since)))
        raise RefusedError(
            f"{deletion.reference} has the tag {tags} now, which it did not have, so it was not deleted; run the "
            "command again"
        )


def _planned(reference: ImageReference, session: "Session", uses: Sequence[ImageUse]) -> ImageDeletion:
    with opened(reference.host, reference.repository, session.credentials, session.environment) as remote:
        held = remote.held_in_words(reference.name)
        if not isinstance(held, Digest):
            raise RefusedError(f"there is no {reference}, or the caller may not look at it; nothing was deleted")
        if isinstance(reference.name, Tag):
            tags: tuple[Tag, ...] = (reference.name,)
        else:
            tags = _tags_of(reference, held, session)
        listed = cache(lambda used: _listed_by(used, remote))
        in_use = [f"{use.by} uses {use}" for use in uses if _is_use_of(use, reference, held, remote, listed)]
    fixed = _tags_that_may_not_move(reference, tags, session)
    immutable = [f"the tag {tag} may not move, so it should not be free for another image" for tag in fixed]
    return ImageDeletion(reference, held, tags, (*in_use, *immutable))


def _is_use_of(
    use: ImageUse,
    reference: ImageReference,
    digest: Digest,
    remote: RemoteRepository,
    listed: Callable[[Digest], frozenset[Digest]],
) -> bool:
    registry = reference.host.ecr
    if use.repository != reference.repository:
        return False
    if registry is not None and (use.account or registry.account.digits) != registry.account.digits:
        return False
    if registry is not None and (use.region or registry.region.name) != registry.region.name:
        return False
    # A use by name keeps the image, whichever of its names is deleted.
    used = Digest.parse(use.digest) if use.digest else _named(Tag.parse(use.tag), remote) if use.tag else None
    if used is None or used == digest:
        return used is not None
    # With a digest, what an index lists can be deleted without the index.
    return isinstance(reference.name, Digest) and digest in listed(used)


def _named(tag: Tag, remote: RemoteRepository) -> Digest | None:
    """Return what *tag* names, or None where it names nothing.

    Raises:
        RefusedError: the caller may not look, so it is not known whether the image is in use.
    """
    held = remote.held_in_words(tag)
    if isinstance(held, Digest) or held is ManifestState.MISSING:
        return held if isinstance(held, Digest) else None
    raise RefusedError(f"what {tag} names is not known, so neither is whether the image is in use; nothing was deleted")


def _listed_by(used: Digest, remote: RemoteRepository) -> frozenset[Digest]:
    """Return what the image *used* lists, where it is an index that exists."""
    if remote.held(used) is ManifestState.MISSING:
        return frozenset()
    content, media_type = remote.manifest(used)
    if media_type not in INDEX_TYPES:
        return frozenset()
    return frozenset(each.descriptor.digest for each in index_entries(content, str(used)))


def _tags_of(reference: ImageReference, digest: Digest, session: "Session") -> tuple[Tag, ...]:
    """Return every tag of the image at ECR; other registries do not say which tags name a digest."""
    registry = reference.host.ecr
    if registry is None:
        return ()
    client = session.clients.ecr(registry.region, fips=registry.fips, dual_stack=registry.dual_stack)
    with asking_aws(f"ecr:DescribeImages in {registry.region}"):
        answer = client.describe_images(
            registryId=registry.account.digits,
            repositoryName=reference.repository,
            imageIds=[{"imageDigest": digest.text}],
        )
    return tuple(Tag.parse(tag) for image in answer["imageDetails"] for tag in image.get("imageTags", []))


def _tags_that_may_not_move(reference: ImageReference, tags: Sequence[Tag], session: "Session") -> Iterator[Tag]:
    rule = mutability(reference.host, RepositoryName(reference.repository), session.where, session.clients)
    if rule is not None:
        yield from (tag for tag in tags if not rule.allows_moving(tag))


def _delete_at_ecr(reference: ImageReference, registry: EcrRegistry, session: "Session") -> None:
    """Ask ECR. https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_BatchDeleteImage.html ."""
    name = reference.name
    image: ImageIdentifierTypeDef = {"imageTag": name.text} if isinstance(name, Tag) else {"imageDigest": name.text}
    client = session.clients.ecr(registry.region, fips=registry.fips, dual_stack=registry.dual_stack)
    with asking_aws(f"ecr:BatchDeleteImage in {registry.region}"):
        answer = client.batch_delete_image(
            registryId=registry.account.digits, repositoryName=reference.repository, imageIds=[image]
        )
    for failure in answer.get("failures", []):
        code, reason = failure.get("failureCode", "no code"), failure.get("failureReason", "no reason")
        cure = "; delete the index that names it first" if code == "ImageReferencedByManifestList" else ""
        raise RefusedError(f"ECR did not delete {reference}: {code}: {reason}{cure}")


def _delete_elsewhere(reference: ImageReference, remote: RemoteRepository) -> None:
    """Ask the registry. https://github.com/opencontainers/distribution-spec/blob/main/spec.md#content-management ."""
    answer = remote.ask("DELETE", f"{remote.url}/manifests/{reference.name}", f"delete {reference.name}")
    # A deletion whose answer was lost is asked for again, and finds nothing.
    if answer.status in {_ACCEPTED, NOT_FOUND}:
        return
    said = Refusal.read(answer, remote.exchange).said
    if answer.status in _UNSUPPORTED and isinstance(reference.name, Tag):
        raise RefusedError(
            f"{remote.exchange.registry} does not delete the tag {reference.name}: {said}; many registries delete by "
            "digest alone, and with it every tag of the image: name it with @sha256:DIGEST"
        )
    raise RefusedError(f"{remote.exchange.registry} did not delete {reference}: {said}")
