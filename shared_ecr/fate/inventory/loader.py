"""Read inventories from files: every page of every repository, whole or not at all."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeVar

from shared_ecr.fate.collector import collector_waiting
from shared_ecr.fate.images import Image, RepositoryImages
from shared_ecr.fate.inventory.documents import InventoryText, Step, read_text
from shared_ecr.fate.inventory.doubts import doubts_about
from shared_ecr.fate.inventory.entries import EntryFault, read_image
from shared_ecr.fate.inventory.inventory import Inventory
from shared_ecr.fate.inventory.pages import OWN_KEY, EntryList, ImageOwner, UnexpectedValue, entries_of
from shared_ecr.fate.inventory.uses import ImageUse, find_uses
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.findings.problems import InvalidDeclarationError, Problem, Severity
from shared_ecr.model.lifecycle.rules import StorageClass
from shared_ecr.records import field, record, replace
from shared_ecr.text import quoted, visible
from shared_ecr.text.times import known_time

_T = TypeVar("_T")
_NoteReader = Callable[[Any, str], Iterable[_T]]
# Clocks of this machine and of AWS differ by that much without anyone's fault.
_CLOCK_SKEW = timedelta(minutes=5)


@record
class InventorySource:
    """A file, and the Region that its images are in, where the file does not say."""

    path: Path
    region: str = ""


@record(frozen=False)
class _Gathered:
    """What was read so far of one repository."""

    images: dict[str, Image] = field(default_factory=dict)
    first_file: str = ""
    pages: int = 0
    pages_with_more: int = 0
    has_archive: bool = False
    """Whether archived images were asked for, as our own inventories do, or some are there."""


class _InventoryReader:
    def __init__(self, now: datetime, fallback_name: str) -> None:
        self._latest = now + _CLOCK_SKEW
        self._fallback_name = fallback_name
        self.gathered: dict[ImageOwner, _Gathered] = defaultdict(_Gathered)
        self.problems: list[Problem] = []
        self.uses: list[ImageUse] = []
        self.not_read: list[Problem] = []
        self.times: list[datetime | None] = []
        """When each document says that it was taken."""

    def read(self, text: InventoryText, region: str) -> None:
        for start, document in text.documents():
            is_own = isinstance(document, dict) and OWN_KEY in document
            for found in entries_of(document, ImageOwner(region=region)):
                if isinstance(found, UnexpectedValue):
                    self._note(text, start, found.path, found.fault)
                else:
                    self._gather(text, start, found, is_own=is_own)
            self._read_notes(text, start, document if isinstance(document, dict) else {})

    def _read_notes(self, text: InventoryText, start: int, document: dict[str, Any]) -> None:
        """Read what our own files say besides the images."""
        self.times.append(_taken_at(document))
        self.uses += self._notes(text, start, document, "inUse", _recorded_uses)
        self.not_read += self._notes(text, start, document, "notRead", _not_read)
        self.not_read += self._notes(text, start, document, "useNotKnown", _uses_not_known)

    def _notes(
        self, text: InventoryText, start: int, document: dict[str, Any], key: str, read: _NoteReader[_T]
    ) -> list[_T]:
        try:
            return list(read(document.get(key) or (), text.file))
        except (TypeError, ValueError):
            fault = InvalidValueError(f"'{key}' was changed after it was saved", code="inventory-value")
            self._note(text, start, (key,), fault)
            return []

    def _gather(self, text: InventoryText, start: int, found: EntryList, *, is_own: bool) -> None:
        owners: dict[tuple[Any, Any, Any], ImageOwner] = {}
        images, owner, before = {}, None, None
        for number, entry in enumerate(found.entries):
            try:
                whose = (entry.get("registryId"), entry.get("repositoryName"), entry.get("region"))
                if whose != before:
                    owner = owners.get(whose) or owners.setdefault(whose, self._owner(entry, found.owner))
                    images, before = self.gathered[owner].images, whose
                image = read_image(entry)
                if image.digest not in images and not _is_of_future(image, self._latest):
                    images[image.digest] = image
                else:
                    self._note(text, start, _path(found, number), _refusal(image, images))
            except EntryFault as fault:
                self._note(text, start, (*_path(found, number), *fault.path), fault.fault)
            except (AttributeError, TypeError):
                fault_of_shape = InvalidValueError("an entry is not an object", code="inventory-value")
                self._note(text, start, _path(found, number), fault_of_shape)
        for each in owners.values() or [replace(found.owner, name=found.owner.name or self._fallback_name)]:
            gathered = self.gathered[each]
            gathered.first_file = gathered.first_file or text.file
            gathered.pages += 1
            gathered.has_archive = gathered.has_archive or is_own
            gathered.pages_with_more += found.has_more

    def _owner(self, entry: dict[str, Any], above: ImageOwner) -> ImageOwner:
        name = entry.get("repositoryName") or above.name or self._fallback_name
        if not isinstance(name, str) or not name:
            what, fix = "the key 'repositoryName' is missing", "Name the repository: 'shared-ecr fate NAME --images …'"
            raise EntryFault(InvalidValueError(what, fix=fix, code="inventory-field"))
        return ImageOwner(str(entry.get("registryId") or above.account), str(entry.get("region") or above.region), name)

    def _note(self, text: InventoryText, start: int, path: Sequence[Step], fault: InvalidValueError) -> None:
        position = text.position(start, path) if len(self.problems) < _LOCATED_AT_MOST else None
        self.problems.append(
            Problem(
                fault.code,
                Severity.ERROR,
                fault.what,
                fault.why,
                fault.fix,
                file=text.file,
                position=position,
                path=_shown(path),
            )
        )


# Each place is found by reading the file again; beyond those that are shown no one looks.
_LOCATED_AT_MOST = 60


def load_inventory(sources: Iterable[InventorySource], now: datetime, fallback_name: str = "") -> Inventory:
    """Read *sources*, as they were at *now* or before; *fallback_name* is whose entries are that do not say.

    Raises:
        InvalidDeclarationError: something is wrong in the files, or something of a repository is missing.
    """
    reader = _InventoryReader(now, fallback_name)
    with collector_waiting():
        for source in sources:
            reader.read(read_text(source.path), source.region)
    reader.problems += [
        _unfinished(gathered.first_file, owner)
        for owner, gathered in reader.gathered.items()
        if gathered.pages_with_more >= max(gathered.pages, 1)
    ]
    if reader.problems:
        raise InvalidDeclarationError(reader.problems)
    repositories: list[RepositoryImages] = []
    warnings: list[Problem] = []
    for owner, gathered in sorted(reader.gathered.items(), key=lambda item: (item[0].name, item[0].region)):
        if owner.name:
            images = tuple(gathered.images.values())
            has_archive = gathered.has_archive or any(each.storage_class is StorageClass.ARCHIVE for each in images)
            repository = RepositoryImages(owner.name, images, owner.account, owner.region, has_archive)
            repositories.append(repository)
            warnings += doubts_about(repository, gathered.first_file, now + _CLOCK_SKEW)
    if not repositories and reader.gathered:
        # The answer to DescribeImages for a repository without images does not say which repository it is.
        repositories = [RepositoryImages("", (), has_archive=False)]
    warnings += reader.not_read
    known = [each for each in reader.times if each]
    taken_at = min(known) if known and len(known) == len(reader.times) else None
    return Inventory(tuple(repositories), tuple(reader.uses), tuple(warnings), taken_at)


def _taken_at(document: Mapping[str, Any]) -> datetime | None:
    return known_time(str(document.get("takenAt")))


def _not_read(entries: Sequence[Any], file: str) -> Iterator[Problem]:
    """Yield a warning for each part that `shared-ecr images` could not read when it took the inventory."""
    for entry in entries:
        match entry:
            case {"what": str() as what, "why": str() as why}:
                yield Problem(
                    "inventory-partial", Severity.WARNING, f"{quoted(what)} could not be read: {visible(why)}",
                    "Its images, or their uses, are not in this inventory", "Take the inventory again",
                    file=file,
                )  # fmt: skip
            case _:
                raise ValueError("an entry was changed after it was saved")


def _uses_not_known(entries: Sequence[Any], file: str) -> Iterator[Problem]:
    """Yield a warning for each repository with images of which no service says whether they are in use."""
    for entry in entries:
        match entry:
            case {"repositoryName": str() as repository, "region": str(), "what": str() as what, "service": str()}:
                yield Problem(
                    "inventory-use-unknown", Severity.WARNING, visible(what),
                    f"It is not known whether they are in use: {visible(entry['service'])} does not say it",
                    "Also ask the services that run them, or name the images that run with --in-use FILE",
                    file=file, path=visible(repository),
                )  # fmt: skip
            case _:
                raise ValueError("an entry was changed after it was saved")


def _path(found: EntryList, number: int) -> tuple[Step, ...]:
    return (*found.path, number) if found.is_list else found.path


def _is_of_future(image: Image, latest: datetime) -> bool:
    """Whether *image* was made what it is after *latest*; a pull does not make it anything (`doubts`)."""
    archived, activated = image.archived_at, image.activated_at
    return (
        image.pushed_at > latest
        or (archived is not None and archived > latest)
        or (activated is not None and activated > latest)
    )


def _refusal(image: Image, images: Mapping[str, Image]) -> InvalidValueError:
    """Say why *image* cannot be in one inventory with *images*."""
    if image.digest in images:
        return InvalidValueError(
            f"the digest {image.digest[:19]}… was in this repository already",
            why="Two inventories are mixed, or one was given twice",
            fix="Give each Region's file as REGION=FILE",
            code="inventory-duplicate",
        )
    times = {"pushed": image.pushed_at, "archived": image.archived_at, "restored": image.activated_at}
    event, time = max(((event, time) for event, time in times.items() if time), key=itemgetter(1))
    return InvalidValueError(
        f"{event} at {time.isoformat()}, which is in the future",
        fix="Pass the time of the inventory or a later one as --now",
        code="inventory-future",
    )


def _unfinished(file: str, owner: ImageOwner) -> Problem:
    return Problem(
        "inventory-truncated",
        Severity.ERROR,
        "its last page says that more images follow (nextToken)",
        "The counts would be those of a part of the repository",
        "Fetch without '--max-items' and '--no-paginate', or add the pages that follow",
        file=file,
        path=owner.name,
    )


def _recorded_uses(recorded: Iterable[Any], file: str) -> Iterable[ImageUse]:
    for each in recorded:
        if not isinstance(each, dict) or not (found := list(find_uses(str(each.get("reference", "")), ""))):
            raise ValueError("an entry was changed after it was saved")
        yield from (replace(use, by=str(each.get("by") or quoted(file))) for use in found)


def _shown(path: Sequence[Step]) -> str:
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")
