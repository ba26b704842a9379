"""What is in the documents of an inventory: pages of DescribeImages, lists of them, single entries, our own.

Every entry comes with where it is and whose it is. A page that says there are more is remembered until the rest
has come.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from shared_ecr.fate.inventory.documents import Step
from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.records import record

# Our own files begin with this key; its value is the version of their form.
OWN_KEY, OWN_VERSION = "sharedEcrInventory", 1
ImageEntry = Mapping[str, Any]


@record
class ImageOwner:
    """Whose images: what is above an entry says, where the entry itself does not."""

    account: str = ""
    region: str = ""
    name: str = ""


@record
class EntryList:
    """A list of entries, or one entry, and its path in the document."""

    path: tuple[Step, ...]
    entries: list[Any]
    owner: ImageOwner
    is_list: bool
    has_more: bool = False
    """Whether the page says that another follows."""


@record
class UnexpectedValue:
    """Something that is not part of an inventory."""

    path: tuple[Step, ...]
    fault: InvalidValueError


def entries_of(document: Any, owner: ImageOwner, path: tuple[Step, ...] = ()) -> Iterator[EntryList | UnexpectedValue]:
    """Find the entries of one *document*, in their order."""
    if isinstance(document, list):
        if document and all(isinstance(each, dict) and "imageDigest" in each for each in document):
            yield EntryList(path, document, owner, is_list=True)
            return
        for number, each in enumerate(document):
            yield from entries_of(each, owner, (*path, number))
    elif not isinstance(document, dict):
        yield UnexpectedValue(path, _not_an_inventory("it is neither an object nor a list"))
    elif "imageDetails" in document or "repositories" in document:
        yield from _of_page(document, owner, path)
    elif "imageDigest" in document or "imagePushedAt" in document:
        yield EntryList(path, [document], owner, is_list=False)
    elif document.keys() <= {"inUse", OWN_KEY, "takenAt", "notRead"} and document:
        return
    else:
        yield UnexpectedValue(path, _not_an_inventory(_looks_like(document)))


def _of_page(document: ImageEntry, owner: ImageOwner, path: tuple[Step, ...]) -> Iterator[EntryList | UnexpectedValue]:
    owner = ImageOwner(
        str(document.get("registryId") or owner.account),
        str(document.get("region") or owner.region),
        str(document.get("repositoryName") or owner.name),
    )
    version = document.get(OWN_KEY, OWN_VERSION)
    if version != OWN_VERSION:
        fix = "Upgrade shared-ecr" if isinstance(version, int) and version > OWN_VERSION else ""
        fault = InvalidValueError(f"an inventory of version {version}", fix=fix, code="inventory-version")
        yield UnexpectedValue((*path, OWN_KEY), fault)
        return
    for key in ("imageDetails", "repositories"):
        inner = document.get(key)
        if inner is None and key not in document:
            continue
        if not isinstance(inner, list):
            yield UnexpectedValue((*path, key), InvalidValueError(f"'{key}' is not a list", code="inventory-value"))
        elif key == "imageDetails":
            has_more = bool(document.get("nextToken") or document.get("NextToken"))
            yield EntryList((*path, key), inner, owner, is_list=True, has_more=has_more)
        else:
            for number, each in enumerate(inner):
                yield from entries_of(each, owner, (*path, key, number))


def _looks_like(document: ImageEntry) -> str:
    if "imageIds" in document:
        return "it looks like the answer of list-images, which has no times"
    if "images" in document:
        return "it looks like the answer of batch-get-image"
    if "previewResults" in document:
        return "it looks like the answer of get-lifecycle-policy-preview"
    if "repositoryArn" in document:
        return "it looks like the answer of describe-repositories, which names no images"
    if "rules" in document:
        return "it looks like a lifecycle policy; pass that one as '--policy'"
    keys = ", ".join(sorted(map(str, document))[:5]) or "no keys"
    return f"it has {keys}"


def _not_an_inventory(why: str) -> InvalidValueError:
    return InvalidValueError(
        f"expected images as 'aws ecr describe-images' writes them; {why}",
        fix="Save one with 'shared-ecr images --save FILE' or 'aws ecr describe-images --repository-name NAME'",
        code="inventory-shape",
    )
