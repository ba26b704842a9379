"""What a fake registry answers: the routes of the distribution specification, and ECR's manners."""

import base64
import json
import re
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from client.faults import Reply
from client.registry_contents import Contents, RefusedError
from client.registry_manners import Manners

_MANIFEST = re.compile(r"/v2/(.+)/manifests/([^/]+)")
_BLOB = re.compile(r"/v2/(.+)/blobs/(sha256:[^/]+)")
_UPLOADS = re.compile(r"/v2/(.+)/blobs/uploads/([^/]*)")
_TAGS = re.compile(r"/v2/(.+)/tags/(list)")
_REFERRERS = re.compile(r"/v2/(.+)/referrers/(sha256:[^/]+)")
OCI_INDEX = "application/vnd.oci.image.index.v1+json"


@dataclass(frozen=True)
class Asked:
    """One request, read."""

    method: str
    path: str
    headers: dict[str, str]
    """By lower-case names."""
    body: bytes


class RegistryApi:
    """Contents and manners, without a network."""

    def __init__(self) -> None:
        self.contents = Contents()
        self.manners = Manners()
        self.tokens: dict[str, str] = {}
        """Bearer tokens that were handed out, with their scopes."""
        self._put_at: list[float] = []

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

    def keep_digest(self, path: str, digest: str) -> Reply:
        """End an upload whose bytes are not kept; they must have had the digest that it names."""
        match = _UPLOADS.fullmatch(urlsplit(path).path)
        assert match
        if parse_qs(urlsplit(path).query)["digest"] != [digest]:
            return Reply(400, (), RefusedError(400, "DIGEST_INVALID").body())
        with self.contents.lock:
            self.contents.repository(match[1]).blobs[digest] = b""
        return Reply(201)

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
        if parts.path == "/v2/_catalog":
            return self._catalog(parse_qs(parts.query))
        for pattern, handle in (
            (_MANIFEST, self._manifest),
            (_UPLOADS, self._upload),
            (_BLOB, self._blob),
            (_TAGS, self._tags),
            (_REFERRERS, self._referrers),
        ):
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
            return self._put_manifest(asked, name, reference)
        digest, media_type, content = self.contents.manifest(name, reference)
        if asked.method == "DELETE":
            return self._delete_manifest(name, reference, digest)
        etag = (("ETag", f'"{digest}"'),) if self.manners.conditions else ()
        return Reply(200, (*self._digest(digest), *etag, ("Content-Type", media_type)), content)

    def _put_manifest(self, asked: Asked, name: str, reference: str) -> Reply:
        if self._is_too_fast():
            raise RefusedError(429, "TOOMANYREQUESTS", "Rate exceeded")
        subject = (json.loads(asked.body).get("subject") or {}).get("digest")
        if subject and self.manners.referrers == "refused":
            raise RefusedError(405, "UNSUPPORTED", "Invalid parameter at 'ImageManifest'")
        if self.manners.conditions and not self._is_as_expected(asked, name, reference):
            raise RefusedError(412, "DENIED", "the manifest has changed")
        digest = self.contents.put_manifest(name, reference, asked.headers.get("content-type", ""), asked.body)
        noted = (("OCI-Subject", subject),) if subject and self.manners.referrers == "kept" else ()
        return Reply(201, (*self._digest(digest), *noted, ("Location", f"/v2/{name}/manifests/{digest}")))

    def _delete_manifest(self, name: str, reference: str, digest: str) -> Reply:
        repository = self.contents.repository(name)
        if reference in repository.tags:
            if not self.manners.deletes_tags:
                raise RefusedError(405, "UNSUPPORTED", "tags cannot be deleted")
            del repository.tags[reference]
        else:
            del repository.manifests[digest]
            repository.tags = {tag: each for tag, each in repository.tags.items() if each != digest}
        return Reply(202)

    def _catalog(self, query: dict[str, list[str]]) -> Reply:
        after, most = query.get("last", [""])[0], int(query.get("n", ["1000"])[0])
        most = min(most, self.manners.catalog_page)
        left = [name for name in sorted(self.contents.repositories) if name > after]
        more = (("Link", f'</v2/_catalog?n={most}&last={left[most - 1]}>; rel="next"'),) if len(left) > most else ()
        return Reply(200, more, json.dumps({"repositories": left[:most]}).encode())

    def _is_too_fast(self) -> bool:
        allowed = self.manners.manifests_a_second
        if allowed is None:
            return False
        now = self.manners.clock()
        self._put_at = [moment for moment in self._put_at if moment > now - 1.0]
        if len(self._put_at) >= allowed:
            return True
        self._put_at.append(now)
        return False

    def _is_as_expected(self, asked: Asked, name: str, reference: str) -> bool:
        held = self.contents.repositories[name].tags.get(reference)
        wanted, unwanted = asked.headers.get("if-match"), asked.headers.get("if-none-match")
        return (wanted is None or wanted == f'"{held}"') and not (unwanted == "*" and held)

    def _tags(self, asked: Asked, name: str, _: str) -> Reply:
        repository = self.contents.repository(name)
        if not repository.manifests and not self.manners.knows_empty_repositories:
            raise RefusedError(404, "NAME_UNKNOWN", "repository name not known to registry")
        query = parse_qs(urlsplit(asked.path).query)
        after, most = query.get("last", [""])[0], int(query.get("n", ["1000"])[0])
        left = [tag for tag in sorted(repository.tags) if tag > after]
        headers = [("Content-Type", "application/json")]
        if len(left) > most:
            headers.append(("Link", f'</v2/{name}/tags/list?n={most}&last={left[most - 1]}>; rel="next"'))
        return Reply(200, tuple(headers), json.dumps({"name": name, "tags": left[:most]}).encode())

    def _referrers(self, asked: Asked, name: str, subject: str) -> Reply:
        if self.manners.referrers == "unknown":
            raise RefusedError(404, "UNSUPPORTED", "no such address")
        listed = self.contents.repository(name).referrers(subject)
        document = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": listed}
        return Reply(200, (("Content-Type", OCI_INDEX),), json.dumps(document).encode())

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
        self.contents.repository(name, pushed_to=True)
        if mounted and self.contents.can_mount(name, mounted, source):
            return Reply(201, (("Location", f"/v2/{name}/blobs/{mounted}"),))
        path = f"/v2/{name}/blobs/uploads/{self.contents.begin(name)}?_state=abc%2Fdef"
        return Reply(202, (("Location", self.manners.location(path)),))


def _password(value: str) -> str:
    with suppress(ValueError):
        return base64.b64decode(value, validate=True).decode().partition(":")[2]
    return ""
