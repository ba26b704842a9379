"""What a fake registry answers: the routes of the distribution specification, and ECR's manners."""

import base64
import json
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from client.faults import Reply
from client.registry_contents import Contents, RefusedError

_MANIFEST = re.compile(r"/v2/(.+)/manifests/([^/]+)")
_BLOB = re.compile(r"/v2/(.+)/blobs/(sha256:[^/]+)")
_UPLOADS = re.compile(r"/v2/(.+)/blobs/uploads/([^/]*)")


@dataclass(frozen=True)
class Asked:
    """One request, read."""

    method: str
    path: str
    headers: dict[str, str]
    """By lower-case names."""
    body: bytes


@dataclass
class Manners:
    """How this registry behaves when nothing goes wrong."""

    passwords: set[str] | None = None
    """Those it accepts for anybody; None: everybody may come in."""
    challenge: str = 'Basic realm="fake"'
    """A `Bearer` one makes it accept the tokens that its own /token hands out."""
    refusal: Reply | None = None
    """What it says to an expired login in place of 401: ECR's 403."""
    location: Callable[[str], str] = field(default=lambda path: path)
    """How it names the address of an upload."""
    blob_address: str | None = None
    """Where it redirects those who read blobs; that server answers /signed/DIGEST."""
    digest_header: bool = True
    cuts_missing_repositories: bool = False
    chunk_status: int = 201
    """ECR answers 201 to PATCH, the specification wants 202."""


class RegistryApi:
    """Contents and manners, without a network."""

    def __init__(self) -> None:
        self.contents = Contents()
        self.manners = Manners()
        self.tokens: dict[str, str] = {}
        """Bearer tokens that were handed out, with their scopes."""

    def answer(self, asked: Asked) -> Reply:
        """Answer as the specification and the manners say."""
        with self.contents.lock:
            try:
                return self._route(asked)
            except RefusedError as error:
                if error.code == "NAME_UNKNOWN" and self.manners.cuts_missing_repositories:
                    raise
                return Reply(error.status, (("Content-Type", "application/json"),), error.body())

    def swallow(self, asked: Asked) -> None:
        """Take what arrived of a request that broke off: the session has seen these bytes."""
        match = _UPLOADS.fullmatch(urlsplit(asked.path).path)
        if match and asked.method in {"PUT", "PATCH"}:
            with self.contents.lock, suppress(RefusedError):
                self.contents.append(match[1], match[2], 0, asked.body)

    def _route(self, asked: Asked) -> Reply:
        parts = urlsplit(asked.path)
        if parts.path.startswith("/signed/"):
            digest = parts.path.removeprefix("/signed/")
            held = (repository.blobs for repository in self.contents.repositories.values())
            return Reply(200, (), next(blobs[digest] for blobs in held if digest in blobs))
        if parts.path == "/token":
            return self._token(asked, parse_qs(parts.query))
        refusal = self._refusal(asked)
        if refusal is not None:
            return refusal
        if parts.path == "/v2/":
            return Reply(200, (), b"{}")
        for pattern, handle in ((_MANIFEST, self._manifest), (_UPLOADS, self._upload), (_BLOB, self._blob)):
            match = pattern.fullmatch(parts.path)
            if match:
                return handle(asked, match[1], match[2])
        raise RefusedError(404, "UNSUPPORTED", "no such address")

    def _refusal(self, asked: Asked) -> Reply | None:
        manners, given = self.manners, asked.headers.get("authorization", "")
        if manners.passwords is None:
            return None
        scheme, _, value = given.partition(" ")
        if scheme == "Bearer" and manners.challenge.startswith("Bearer") and value in self.tokens:
            return None
        if scheme == "Basic" and manners.challenge.startswith("Basic") and _password(value) in manners.passwords:
            return None
        if given and manners.refusal:
            return manners.refusal
        body = b'{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}'
        return Reply(401, (("WWW-Authenticate", manners.challenge),), body)

    def _token(self, asked: Asked, query: dict[str, list[str]]) -> Reply:
        scheme, _, value = asked.headers.get("authorization", "").partition(" ")
        if scheme != "Basic" or _password(value) not in (self.manners.passwords or ()):
            return Reply(401, (), b"{}")
        token = f"bearer-{len(self.tokens) + 1}"
        self.tokens[token] = " ".join(query.get("scope", []))
        return Reply(200, (("Content-Type", "application/json"),), json.dumps({"token": token}).encode())

    def _manifest(self, asked: Asked, name: str, reference: str) -> Reply:
        if asked.method == "PUT":
            media_type = asked.headers.get("content-type", "")
            digest = self.contents.put_manifest(name, reference, media_type, asked.body)
            return Reply(201, (*self._digest(digest), ("Location", f"/v2/{name}/manifests/{digest}")))
        digest, media_type, content = self.contents.manifest(name, reference)
        return Reply(200, (*self._digest(digest), ("Content-Type", media_type)), content)

    def _digest(self, digest: str) -> tuple[tuple[str, str], ...]:
        return (("Docker-Content-Digest", digest),) if self.manners.digest_header else ()

    def _blob(self, asked: Asked, name: str, digest: str) -> Reply:
        content = self.contents.blob(name, digest)
        if self.manners.blob_address and asked.method == "GET":
            return Reply(307, (("Location", f"{self.manners.blob_address}/signed/{digest}"),))
        return Reply(200, (("Docker-Content-Digest", digest),), content)

    def _upload(self, asked: Asked, name: str, session: str) -> Reply:
        query = parse_qs(urlsplit(asked.path).query)
        if asked.method == "POST":
            return self._begin(name, query.get("mount", [""])[0], query.get("from", [""])[0])
        begin = int(asked.headers.get("content-range", "0").partition("-")[0])
        self.contents.append(name, session, begin, asked.body)
        if asked.method == "PATCH":
            # ECR's Range stays at the first part, whatever follows.
            stuck = f"0-{len(asked.body) - 1 if begin == 0 else begin - 1}"
            location = self.manners.location(asked.path)
            return Reply(self.manners.chunk_status, (("Location", location), ("Range", stuck)))
        self.contents.finish(name, session, query["digest"][0])
        return Reply(201, (("Location", f"/v2/{name}/blobs/{query['digest'][0]}"),))

    def _begin(self, name: str, mounted: str, source: str) -> Reply:
        if mounted and self.contents.can_mount(name, mounted, source):
            return Reply(201, (("Location", f"/v2/{name}/blobs/{mounted}"),))
        path = f"/v2/{name}/blobs/uploads/{self.contents.begin(name)}?_state=abc%2Fdef"
        return Reply(202, (("Location", self.manners.location(path)),))


def _password(value: str) -> str:
    with suppress(ValueError):
        return base64.b64decode(value, validate=True).decode().partition(":")[2]
    return ""
