"""Which images someone runs: references found in any text, resolved to the digests of an inventory.

A list of references, the answer of `kubectl get pods -A -o json`, task definitions, manifests: every reference to an
ECR registry in them counts. A line that is nothing but `NAME:TAG`, `NAME@DIGEST` or a digest counts too.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from shared_ecr.fate.images import Image, RepositoryImages
from shared_ecr.fate.inventory.documents import InventoryText, read_text
from shared_ecr.findings.problems import InvalidDeclarationError, Problem, Severity
from shared_ecr.records import record
from shared_ecr.text.patterns import LazyPattern

_NAME = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*"
_WHICH = r"(?::(?P<tag>[A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
# https://docs.aws.amazon.com/general/latest/gr/ecr.html
_REFERENCE = LazyPattern(
    # A host has no case, and can have a port; both name the same registry.
    rf"(?P<account>[0-9]{{12}})(?i:\.dkr[.-]ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\.(?:amazonaws|on)\.[a-z.]+)"
    rf"(?::[0-9]{{1,5}})?/(?P<name>{_NAME}){_WHICH}"
)
_LINE = LazyPattern(rf"(?P<name>{_NAME}){_WHICH}")
_DIGEST = LazyPattern(r"sha256:[0-9a-f]{64}")
DEFAULT_TAG = "latest"


@record
class ImageUse:
    """That someone runs an image: which, as far as it was said, and who."""

    repository: str
    """Empty where only the digest is said: then it is every repository that has it."""
    tag: str = ""
    digest: str = ""
    account: str = ""
    region: str = ""
    by: str = ""

    def __str__(self) -> str:
        host = f"{self.account}.dkr.ecr.{self.region}.amazonaws.com/" if self.account else ""
        return f"{host}{self.repository}{f':{self.tag}' if self.tag else ''}{f'@{self.digest}' if self.digest else ''}"

    def is_of(self, repository: RepositoryImages) -> bool:
        """Whether it can mean an image of *repository*; what one of the two does not say is no difference."""
        return (
            self.repository in {"", repository.name}
            and (not self.account or not repository.account or self.account == repository.account)
            and (not self.region or not repository.region or self.region == repository.region)
        )


@record
class UnknownUses:
    """That it is not known of some images of a repository whether they are in use."""

    repository: str
    region: str
    what: str
    """Which images, and why it is not known."""
    service: str
    """Who was asked."""

    def __str__(self) -> str:
        return f"{self.repository} in {self.region}: {self.what}, so {self.service} does not say if they are in use"


def find_uses(text: str, by: str) -> Iterator[ImageUse]:
    """Find every reference in *text*, each once."""
    seen: set[ImageUse] = set()
    # JSON may write a slash as an escape.
    text = text.replace("\\/", "/")
    plain = (line for line in text.splitlines() if not _REFERENCE.search(line))
    lines = (found for line in plain if (found := _LINE.fullmatch(line.strip())))
    for found in (*_REFERENCE.finditer(text), *lines):
        parts = found.groupdict()
        digest, tag = parts["digest"] or "", parts["tag"] or ""
        if "account" not in parts and not (digest or tag):
            continue
        tag = tag or ("" if digest else DEFAULT_TAG)
        use = ImageUse(parts["name"], tag, digest, parts.get("account") or "", (parts.get("region") or "").lower(), by)
        if use not in seen:
            seen.add(use)
            yield use
    digests = dict.fromkeys(line.strip() for line in text.splitlines() if _DIGEST.fullmatch(line.strip()))
    yield from (ImageUse("", digest=digest, by=by) for digest in digests)


def load_uses(path: Path) -> tuple[ImageUse, ...]:
    """Read the references in the file at *path*.

    Raises:
        InvalidDeclarationError: the file cannot be read, is a part of a list, or does not say what is in use.
    """
    text = read_text(path)
    uses, documents = tuple(find_uses(text.text, text.file)), _json_documents(text)
    if documents and _has_more(documents[-1]):
        raise _refused(
            text,
            "inventory-truncated",
            "its last page says that more follows",
            "An image in use can be on another page",
        )
    if not uses and not documents:
        # What a command leaves that failed: an empty file, or its complaint.
        raise _refused(text, "uses-empty", "names no image of ECR", "An empty list would mean that no image is in use")
    return uses


def _json_documents(text: InventoryText) -> list[Any]:
    """Return the JSON documents of *text*; none where it is another kind of text.

    Raises:
        InvalidDeclarationError: it ends in the middle of its JSON.
    """
    if text.text.lstrip()[:1] not in {"{", "["}:
        return []
    try:
        return [document for _, document in text.documents()]
    except InvalidDeclarationError as error:
        if any(problem.code == "inventory-truncated" for problem in error.problems):
            raise _refused(
                text, "inventory-truncated", "the file ends in the middle of its JSON",
                "An image in use can be in the part that is missing",
            ) from error  # fmt: skip
        return []


def _has_more(document: Any) -> bool:
    """Whether a page of Kubernetes or of AWS says that another one follows.

    https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks
    """
    if not isinstance(document, dict):
        return False
    metadata = document.get("metadata")
    follows = metadata.get("continue") if isinstance(metadata, dict) else None
    return bool(follows or document.get("nextToken") or document.get("NextToken") or document.get("NextMarker"))


def _refused(text: InventoryText, code: str, what: str, why: str) -> InvalidDeclarationError:
    fix = "Write the file again, for example with 'kubectl get pods -A -o json', and check that the command succeeds"
    return InvalidDeclarationError([Problem(code, Severity.ERROR, what, why, fix, file=text.file)])


def used_digests(repository: RepositoryImages, uses: Iterable[ImageUse]) -> tuple[dict[str, str], tuple[ImageUse, ...]]:
    """Resolve *uses* among the images of *repository*: who uses which digest, and the uses that found none.

    A digest decides where a tag is beside it, as in every container engine. Anyone who uses an index uses its
    manifests too.
    """
    digests = {image.digest: image for image in repository.images}
    # A tag that moved while the inventory was taken is on two images, and which of them is in use is not known.
    by_tag: dict[str, list[Image]] = {}
    for image in repository.images:
        for tag in image.tags:
            by_tag.setdefault(tag, []).append(image)
    used: dict[str, str] = {}
    lost: list[ImageUse] = []
    for use in uses:
        if not use.is_of(repository):
            continue
        found = [each for each in (digests.get(use.digest),) if each] if use.digest else by_tag.get(use.tag, [])
        if not found:
            # Where a digest alone is said, it is an image of another repository.
            lost += [use] if use.repository else []
        waiting = [image.digest for image in found]
        while waiting:
            digest = waiting.pop()
            if digest not in used:
                used[digest] = use.by
                waiting += digests[digest].children if digest in digests else ()
    return used, tuple(lost)
