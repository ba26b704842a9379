"""From the names of images to what their scans found: resolve, wait, and for a promotion refuse.

resolve   each name to a digest, and an index to its images, before the first wait
kind      of scanning, from the registry's configuration
wait      for all scans at once
refuse    a promotion of an image that the gate stops; nothing was written by then
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, assert_never

from shared_ecr.client.distribution.opening import opened
from shared_ecr.client.scanning.looks import ScanClient
from shared_ecr.client.scanning.registry_scanning import RegistryScanningReader, RepositoryScanning
from shared_ecr.client.scanning.runnable_images import RunnableImage, runnable_images
from shared_ecr.client.scanning.running import ScanTimer, wait_for_scans
from shared_ecr.client.scanning.watches import BasicScanWatch, EnhancedScanWatch, ScanWatch
from shared_ecr.client.sources.interface import Manifest
from shared_ecr.client.sources.registry import RegistryImage
from shared_ecr.client.targets import locate_image
from shared_ecr.findings.errors import ExitCode, SharedEcrError, UnavailableError, UsageError
from shared_ecr.findings.vulnerabilities.gate import ImageVerdict, ScanGate, judge
from shared_ecr.findings.vulnerabilities.gate_text import conclusion
from shared_ecr.findings.vulnerabilities.scans import MissingScan, PlatformScan, ScannedImage, ScanOutcome
from shared_ecr.model.names import Digest, EcrRegistry, ImageReference
from shared_ecr.model.settings.scanning import ScanType
from shared_ecr.records import field, record
from shared_ecr.text import first_few

if TYPE_CHECKING:
    from shared_ecr.client.session import Session

DEFAULT_WAIT = timedelta(minutes=10)
_NOT_COVERED = (
    "the registry has enhanced scanning, and no filter of its scanning configuration matches the repository, so "
    "Inspector does not scan it"
)


class BlockedImageError(SharedEcrError):
    """The gate stops an image; nothing was written."""

    exit_code = ExitCode.FINDINGS


class UnfinishedScanError(UnavailableError):
    """A scan did not end in time, so the gate has no answer; nothing was written."""


@record
class ScanRequest:
    """How long to wait, and what the caller states about the registry."""

    wait: timedelta = DEFAULT_WAIT
    kind: ScanType | None = None
    """The kind of scanning, where the configuration cannot be read: it is that of another account."""
    timer: ScanTimer = field(default_factory=ScanTimer, repr=False)


@record
class NamedImage:
    """An image by the name that was given and by its digest, and the images that can be run of it."""

    reference: ImageReference
    registry: EcrRegistry
    digest: Digest
    images: tuple[RunnableImage, ...]


def scan_images(
    names: Sequence[str], session: "Session", request: ScanRequest, said: Callable[[str], None]
) -> tuple[ScannedImage, ...]:
    """Return what the scans of the images called *names* found, each `REPOSITORY:TAG` or `REPOSITORY@DIGEST`.

    Raises:
        InvalidValueError, UsageError: no image is named, it is not in private ECR, or its account cannot be asked.
        InvalidImageError: what the registry holds is not an image.
        RefusedError: there is no such image, or the caller lacks a permission.
        UnavailableError: no credentials or no network, also while the command waits.
    """
    reader = RegistryScanningReader(session.clients, request.kind)
    references = [locate_image(name, session.where, session.clients) for name in names]
    for reference in references:
        # An account that cannot be asked is reported before any other fault.
        reader.of(_private(reference), reference.repository)
    return _scanned([_resolved(reference, session) for reference in references], reader, request, said)


@record
class PromotionGate:
    """The gate of a copy or of a new tag."""

    gate: ScanGate
    request: ScanRequest
    said: Callable[[str], None] = field(repr=False)

    def check(self, session: "Session", reference: ImageReference, manifests: Sequence[Manifest]) -> None:
        """Return when the image passes of which *manifests* are promoted; the last one is what was named.

        Raises:
            BlockedImageError: a vulnerability stops it, or it is not scanned.
            UnfinishedScanError: its scan did not end in time.
            RefusedError, UnavailableError, UsageError: as for `scan_images`.
        """
        named = NamedImage(reference, _private(reference), manifests[-1].digest, runnable_images(manifests))
        reader = RegistryScanningReader(session.clients, self.request.kind)
        (scanned,) = _scanned([named], reader, self.request, self.said)
        verdict = judge(scanned, self.gate)
        if verdict.blocking:
            raise BlockedImageError(f"{_stopped(verdict)}; nothing was written; 'shared-ecr scan' shows all of it")
        if verdict.unfinished:
            raise UnfinishedScanError(f"{reference}: {conclusion([verdict])}; nothing was written")


def _stopped(verdict: ImageVerdict) -> str:
    found = dict.fromkeys(f"{each.finding.code} ({each.finding.what})" for each in verdict.blocking)
    return f"{verdict.image.reference} is {conclusion([verdict])}: {first_few(found)}"


def _resolved(reference: ImageReference, session: "Session") -> NamedImage:
    registry = _private(reference)
    with opened(reference.host, reference.repository, session.credentials, session.environment) as remote:
        image = RegistryImage(remote, reference.name)
        return NamedImage(reference, registry, image.found, runnable_images(image.manifests))


def _private(reference: ImageReference) -> EcrRegistry:
    if reference.host.ecr is None:
        raise UsageError(
            f"{reference} is not in a private registry of ECR, and only those have scans that can be read; copy it to "
            "one first"
        )
    return reference.host.ecr


def _scanned(
    named: Sequence[NamedImage], reader: RegistryScanningReader, request: ScanRequest, said: Callable[[str], None]
) -> tuple[ScannedImage, ...]:
    kinds = [reader.of(image.registry, image.reference.repository) for image in named]
    watches: dict[tuple[EcrRegistry, str, Digest], ScanWatch] = {}
    for image, kind in zip(named, kinds, strict=True):
        for each in image.images if kind.is_covered else ():
            client = ScanClient(reader.clients, image.registry, image.reference.repository, each.digest)
            watches[_key(image, each)] = _watch(client, kind, request.timer)
    outcomes = wait_for_scans(watches, request.wait, said, request.timer)
    return tuple(
        ScannedImage(
            str(image.reference),
            image.reference.repository,
            image.digest.text,
            kind.kind.value.lower(),
            tuple(
                PlatformScan(each.digest.text, each.platform, _outcome(outcomes.get(_key(image, each))))
                for each in image.images
            ),
        )
        for image, kind in zip(named, kinds, strict=True)
    )


def _outcome(found: ScanOutcome | None) -> ScanOutcome:
    return MissingScan(_NOT_COVERED) if found is None else found


def _key(image: NamedImage, each: RunnableImage) -> tuple[EcrRegistry, str, Digest]:
    return image.registry, image.reference.repository, each.digest


def _watch(client: ScanClient, scanning: RepositoryScanning, timer: ScanTimer) -> ScanWatch:
    match scanning.kind:
        case ScanType.BASIC:
            return BasicScanWatch(client, timer.now())
        case ScanType.ENHANCED:
            return EnhancedScanWatch(client, scanning.frequency)
        case _:
            assert_never(scanning.kind)
