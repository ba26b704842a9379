"""What an inventory does not say, though a fate can hang on it: shown beside every result."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from shared_ecr.fate.images import RepositoryImages
from shared_ecr.fate.inventory.entries import INDEX_TYPES, KNOWN_TYPES
from shared_ecr.findings.problems import Problem, Severity
from shared_ecr.model.lifecycle.rules import StorageClass
from shared_ecr.text import counted, quoted


def doubts_about(repository: RepositoryImages, file: str, latest: datetime) -> Iterator[Problem]:
    """Yield a warning for each kind of thing that is unknown of *repository* at *latest*, with how often it is."""
    images = repository.images
    types = Counter([image.media_type for image in images])
    odd = {media_type: count for media_type, count in types.items() if media_type not in KNOWN_TYPES}
    childless = lost = 0
    if not INDEX_TYPES.isdisjoint(types):
        childless = sum(image.media_type in INDEX_TYPES and not image.children for image in images)
    if named := {child for image in images if image.children for child in image.children}:
        lost = len(named.difference([image.digest for image in images]))
    archive = StorageClass.ARCHIVE
    timeless = sum(image.archived_at is None for image in images if image.storage_class is archive)
    tags = [tag for image in images for tag in image.tags]
    twice = [tag for tag, count in Counter(tags).items() if count > 1] if len(set(tags)) < len(tags) else []

    def doubt(code: str, what: str, why: str, fix: str = "") -> Problem:
        return Problem(code, Severity.WARNING, what, why, fix, file=file, path=repository.title)

    if childless:
        yield doubt(
            "inventory-children",
            f"the manifests of {childless} image {'indexes are' if childless > 1 else 'index is'} not named",
            "ECR keeps the images that an index lists, so fewer images can expire than this report says",
            "Save the inventory with 'shared-ecr images --save FILE', or add 'childDigests'",
        )
    if lost:
        what = f"{counted(lost, 'manifest')} that indexes list {'is' if lost == 1 else 'are'} not in it"
        yield doubt("inventory-incomplete", what, "The inventory may be incomplete, and its counts too low")
    if odd:
        what = f"the media type of {counted(sum(odd.values()), 'image')} is not known here, such as {quoted(min(odd))}"
        yield doubt("inventory-media-type", what, "They are judged as single images; an index would also keep")
    if timeless:
        what = f"of {counted(timeless, 'archived image')} it is not known when they were archived"
        yield doubt(
            "inventory-archived-at",
            what,
            "They count as archived at the time of their push, the earliest possible time",
        )
    if later := sum(image.pulled_at > latest for image in images if image.pulled_at):
        what = f"the last pull of {counted(later, 'image')} is after the time at which the images are judged"
        yield doubt("inventory-pulled-later", what, "It is not known when they were pulled before that")
    if twice:
        what = f"two images have the same tag, such as {quoted(min(twice))} ({counted(len(twice), 'tag')})"
        yield doubt(
            "inventory-tag-twice", what, "A tag moved while the inventory was taken, or two inventories are mixed"
        )
