"""Push an image that a container engine holds, by that engine, without leaving a login behind."""

from typing import Protocol

from shared_ecr.client.credentials.interface import CredentialSource
from shared_ecr.client.engines.interface import Engine, LocalImage
from shared_ecr.client.engines.loopback import spoken_host
from shared_ecr.client.errors import LoginRefusedError, PushRefusedError
from shared_ecr.client.pushers.events import Message, Progress
from shared_ecr.client.pushers.interface import PushRequest, PushResult
from shared_ecr.findings.errors import RefusedError, UnavailableError
from shared_ecr.model.names import Digest, ImageReference, RegistryHost, Tag
from shared_ecr.text import did_you_mean


class RegistryView(Protocol):
    """Looks into registries without changing them."""

    def digest_of(self, host: RegistryHost, repository: str, tag: Tag) -> Digest | None:
        """Return what *tag* names there, or None where it names nothing.

        Raises:
            RefusedError: the caller may not look.
        """
        ...

    def config_digest_of(self, host: RegistryHost, repository: str, manifest: Digest) -> Digest | None:
        """Return the digest of the configuration that *manifest* names; None for an index.

        Raises:
            RefusedError: the caller may not look.
        """
        ...


class EnginePusher:
    """Moves images out of a container engine's store.

    What moved is counted by the engine and not reported, so a result has no numbers unless nothing moved at all.
    """

    def __init__(self, engine: Engine, registry: RegistryView, *, registry_override: str | None = None) -> None:
        self._engine = engine
        self._registry = registry
        self._registry_override = registry_override

    def push(self, request: PushRequest, credentials: CredentialSource, progress: Progress) -> PushResult:
        """Look what the tags name, refuse or skip accordingly, push the rest, read back what the registry holds."""
        image = self._image(request.source)
        there = {tag: self._held(request, tag) for tag in request.tags}
        same = {tag: held for tag, held in there.items() if held and self._is_same(request, image, held)}
        moving = [tag for tag in request.tags if tag not in same]
        for tag in moving:
            self._refuse_to_move(request, tag, there[tag], image)
        if not moving:
            progress.happened(Message(request.place, f"{request.targets[0]} is this image already"))
            return _result(request, same[request.tags[0]], moved=False)

        pushed = [self._push(request, tag, credentials, progress) for tag in moving]
        return _result(request, self._read_back(request, [*same.values(), *filter(None, pushed)], progress), moved=True)

    def _image(self, source: str) -> LocalImage:
        """Return the image to push; refuse one that the engine does not hold."""
        image = self._engine.find_image(source)
        if image is None:
            hint = (
                did_you_mean(source, self._engine.image_names()) or "Build or pull it first, or choose another engine"
            )
            raise UnavailableError(f"{self._engine.name} has no image {source}. {hint}")
        return image

    def _held(self, request: PushRequest, tag: Tag) -> Digest | None:
        """Return what *tag* names; a caller who may not look finds out by the push."""
        try:
            return self._registry.digest_of(request.host, request.repository, tag)
        except LoginRefusedError:
            raise
        except RefusedError:
            return None

    def _is_same(self, request: PushRequest, image: LocalImage, held: Digest) -> bool:
        if image.is_same(held, None):
            return True
        try:
            return image.is_same(held, self._registry.config_digest_of(request.host, request.repository, held))
        except LoginRefusedError:
            raise
        except RefusedError:
            return False

    @staticmethod
    def _refuse_to_move(request: PushRequest, tag: Tag, held: Digest | None, image: LocalImage) -> None:
        """Refuse to move a tag that may not; the registry would after the upload."""
        if held and request.mutability and not request.mutability.allows_moving(tag):
            target = ImageReference(request.host, request.repository, tag)
            raise PushRefusedError.immutable_tag(target, held, str(image))

    def _push(self, request: PushRequest, tag: Tag, credentials: CredentialSource, progress: Progress) -> Digest | None:
        """Push one tag; a token that expired on the way is renewed once."""

        def said(line: str) -> None:
            progress.happened(Message(request.place, line))

        spoken = spoken_host(request.host, self._registry_override)
        target = ImageReference(spoken, request.repository, tag)
        try:
            return self._engine.push(request.source, target, credentials.credentials_for(request.host), said)
        except LoginRefusedError:
            renewed = credentials.credentials_for(request.host, renew=True)
            if renewed is None:
                raise
            return self._engine.push(request.source, target, renewed, said)

    def _read_back(self, request: PushRequest, expected: list[Digest], progress: Progress) -> Digest:
        """Return the one digest that all tags name; a push that cannot be confirmed has failed.

        For a caller who may push and not look, the digest is the one that the engine printed; a note says so.
        """
        try:
            found = [self._registry.digest_of(request.host, request.repository, tag) for tag in request.tags]
        except LoginRefusedError:
            raise
        except RefusedError as refusal:
            if len(set(expected)) != 1:
                raise
            line = f"what the registry holds could not be read back: {refusal}; the digest is the engine's word"
            progress.happened(Message(request.place, line))
            return expected[0]
        held = set(found)
        digest = next(iter(held))
        if len(held) != 1 or digest is None or set(expected) - {digest}:
            names = ", ".join(f"{tag}: {held or 'nothing'}" for tag, held in zip(request.tags, found, strict=True))
            raise PushRefusedError(
                f"{request.host}/{request.repository} does not hold one image under all its tags ({names}): another "
                "push ran meanwhile, or an older tag names the image as another tool packed it; push to one tag"
            )
        return digest


def _result(request: PushRequest, digest: Digest, *, moved: bool) -> PushResult:
    """Answer with *digest*; only when nothing moved are there numbers, all of them zero but what is present."""
    reference = ImageReference(request.host, request.repository, digest)
    count = None if moved else 0
    return PushResult(reference, request.tags, uploaded_blobs=count, uploaded_bytes=count, present_blobs=None)
