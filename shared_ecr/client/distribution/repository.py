"""One repository of one registry, spoken to as the OCI distribution specification says.

Source: https://github.com/opencontainers/distribution-spec/blob/main/spec.md
"""

from collections.abc import Mapping
from enum import Enum
from typing import assert_never

from shared_ecr.client.distribution.refusals import FORBIDDEN, NOT_FOUND, Refusal, no_such_image
from shared_ecr.client.errors import PushRefusedError
from shared_ecr.client.http.exchange import NO_HEADERS, Exchange
from shared_ecr.client.http.retries import RetryState, TransientError
from shared_ecr.client.http.transport import HttpResponse
from shared_ecr.client.sources.interface import Manifest
from shared_ecr.client.sources.manifests import ACCEPTED, digest_of
from shared_ecr.findings.errors import InvalidValueError, RefusedError, UnavailableError
from shared_ecr.model.names import Digest, ImageReference, Tag

OK, CREATED = 200, 201
_ACCEPT = {"Accept": ACCEPTED}
_LOOK_FOR_LAYERS = "ecr:BatchCheckLayerAvailability"


class ManifestState(Enum):
    """What is known of a manifest whose digest is not."""

    MISSING = "missing"
    UNTOLD = "untold"
    """The caller may not look (`grant_push` of CDK gives no ecr:BatchGetImage); it may be there or not."""


class RemoteRepository:
    """The manifests and blobs of one repository."""

    def __init__(self, exchange: Exchange, repository: str) -> None:
        self.exchange, self.name = exchange, repository
        self.url = f"{exchange.endpoint.url}/v2/{repository}"

    def ask(self, method: str, url: str, step: str, headers: Mapping[str, str] = NO_HEADERS) -> HttpResponse:
        """Send a request that can be repeated, as often as is useful; *step* names its purpose."""
        return self.exchange.ask_patiently(method, url, headers, step=self.step(step))

    def step(self, what: str) -> str:
        """Return *what* is done, with the repository in which it is."""
        return f"{what} in {self.name}"

    def attempts(self, step: str) -> RetryState:
        """Begin to count the tries of *step*."""
        return self.exchange.attempts(self.step(step))

    def held(self, name: Tag | Digest) -> Digest | ManifestState:
        """Look which manifest *name* names now. One request, and where a look is forbidden a second."""
        url = f"{self.url}/manifests/{name}"
        step = f"look at {name}"
        answer = self.ask("HEAD", url, step, _ACCEPT)
        if answer.status not in {OK, 401, NOT_FOUND}:
            # The answer to a HEAD has no words, such as whether a permission is missing or the token has expired; and
            # some registries know no HEAD.
            answer = self.ask("GET", url, step, _ACCEPT)
            if answer.status == OK:
                return digest_of(self._content(answer, step))
        if answer.status in {401, FORBIDDEN}:
            return ManifestState.UNTOLD
        if answer.status == NOT_FOUND:
            return ManifestState.MISSING
        if answer.status != OK:
            raise self._refused(answer, step, "ecr:BatchGetImage")
        stated = _stated_digest(answer)
        # A registry may leave the header out; the content says it too.
        return stated or digest_of(self._content(self.ask("GET", url, step, _ACCEPT), step))

    def held_in_words(self, name: Tag | Digest) -> Digest | ManifestState:
        """Look as `held` does; where that is forbidden, read the manifest too, as the refusal of a read says why.

        Raises:
            RefusedError: the caller may not read it either.
        """
        held = self.held(name)
        if held is ManifestState.UNTOLD:
            self.manifest(name)
        return held

    def has_blob(self, digest: Digest) -> bool:
        """Look whether the blob is there; where that is forbidden it counts as missing, and the upload will show."""
        answer = self.ask("HEAD", f"{self.url}/blobs/{digest}", f"look for {digest}")
        if answer.status == FORBIDDEN and not self.exchange.endpoint.owns(answer.url):
            # A registry redirects only to a blob that it has; the storage may have signed the address for GET alone.
            return True
        if answer.status in {401, FORBIDDEN, NOT_FOUND}:
            return False
        if answer.status != OK:
            raise self._refused(self._with_words(answer, digest), f"look for {digest}", _LOOK_FOR_LAYERS)
        return True

    def _with_words(self, answer: HttpResponse, digest: Digest) -> HttpResponse:
        """Return what a GET is answered in place of *answer*, which has no words; *answer* where it says no more."""
        try:
            with self.exchange.open("GET", f"{self.url}/blobs/{digest}") as worded:
                return worded if worded.status == answer.status and worded.body else answer
        except (TransientError, RefusedError, UnavailableError):
            return answer

    def manifest(self, name: Tag | Digest) -> tuple[bytes, str]:
        """Fetch a manifest and its media type; the caller compares the digest."""
        answer = self.ask("GET", f"{self.url}/manifests/{name}", f"read {name}", _ACCEPT)
        if answer.status == NOT_FOUND:
            raise no_such_image(ImageReference(self.exchange.endpoint.registry, self.name, name), self._said(answer))
        if answer.status != OK:
            refusal = Refusal.read(answer, self.exchange)
            raise refusal.read_error(self.exchange, self.name, f"read {name}", action="ecr:BatchGetImage")
        return self._content(answer, f"read {name}"), _type(answer)

    def is_unknown(self) -> bool:
        """Whether the registry says that it has no such repository, or none with an image.

        It may have blobs all the same, of a push that was broken off. Where it does not say, the answer is no.
        """
        answer = self.ask("GET", f"{self.url}/tags/list?n=1", "list the tags")
        if answer.status != NOT_FOUND:
            return False
        return Refusal.read(answer, self.exchange).is_about_the_repository

    def put_manifest(self, manifest: Manifest, name: Tag | Digest) -> bool:
        """Store *manifest* under *name*; where the answer is lost, look whether the manifest was stored.

        Returns whether the registry says that it keeps track of the manifest's subject.

        Raises:
            PushRefusedError: the tag may not move, the repository is missing, or the caller may not.
            ForgottenBlobsError: blobs that were there no longer exist.
        """
        what = f"store the manifest {name}"
        attempts = self.attempts(what)
        url = f"{self.url}/manifests/{name}"
        while True:
            self.exchange.keep_pace()
            try:
                answer = self.exchange.ask(
                    "PUT", url, {"Content-Type": manifest.media_type}, manifest.content, step=self.step(what)
                )
            except TransientError as error:
                attempts.failed(error)
                if error.answer_was_lost and self.held(name) == manifest.digest:
                    return False
            else:
                break
        if answer.status not in {OK, CREATED}:
            self._judge(answer, manifest, name)
            return False
        stated = _stated_digest(answer)
        if stated is not None and stated != manifest.digest:
            raise PushRefusedError(f"{self.exchange.registry} stored {manifest.digest} as {stated}; it changed bytes")
        return answer.header("OCI-Subject") is not None

    def put(self, name: Tag | Digest, content: bytes, media_type: str, headers: Mapping[str, str]) -> HttpResponse:
        """Store *content* under *name* at the pace that the registry accepts; the answer is for the caller to judge."""
        what = f"store the manifest {name}"
        attempts = self.attempts(what)
        while True:
            self.exchange.keep_pace()
            try:
                url = f"{self.url}/manifests/{name}"
                return self.exchange.ask(
                    "PUT", url, {"Content-Type": media_type, **headers}, content, step=self.step(what)
                )
            except TransientError as error:
                attempts.failed(error)

    def _judge(self, answer: HttpResponse, manifest: Manifest, name: Tag | Digest) -> None:
        refusal = Refusal.read(answer, self.exchange)
        if isinstance(name, Tag) and refusal.is_about_an_immutable_tag:
            held = self.held(name)
            # ECR refuses the very image the tag names already, too.
            if held == manifest.digest:
                return
            target = ImageReference(self.exchange.endpoint.registry, self.name, name)
            raise PushRefusedError.immutable_tag(target, _name_of(held), manifest.digest)
        raise refusal.error(self.exchange, self.name, f"store the manifest {name}", action="ecr:PutImage")

    def _said(self, answer: HttpResponse) -> str:
        return Refusal.read(answer, self.exchange).answer.words

    def _content(self, answer: HttpResponse, step: str) -> bytes:
        """Return the body; refuse a web page, as a login page of a network answers with to every request."""
        if _type(answer) == "text/html":
            raise RefusedError(
                f"{self.exchange.registry} answered with a web page when it was asked to {step} in {self.name}; "
                "is this a registry, and is the network logged in?"
            )
        return answer.body

    def _refused(self, answer: HttpResponse, step: str, action: str) -> RefusedError:
        return Refusal.read(answer, self.exchange).error(self.exchange, self.name, step, action=action)


def _name_of(held: Digest | ManifestState) -> Digest | str:
    match held:
        case Digest():
            return held
        case ManifestState.UNTOLD:
            return "an image, perhaps this one, that the caller may not look at (ecr:BatchGetImage)"
        case ManifestState.MISSING:
            return "another image"
        case _:
            assert_never(held)


def _type(answer: HttpResponse) -> str:
    return (answer.header("Content-Type") or "").partition(";")[0].strip()


def _stated_digest(answer: HttpResponse) -> Digest | None:
    stated = answer.header("Docker-Content-Digest")
    if stated is None:
        return None
    try:
        return Digest.parse(stated)
    except InvalidValueError:
        return None
