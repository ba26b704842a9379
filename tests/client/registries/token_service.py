"""A registry with a token service beside it, as Docker Hub and Aliyun have: scopes, accounts, limits on pulls."""

import base64
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from client.fake_registry import FakeRegistry
from client.faults import Reply
from client.images import BuiltImage
from client.pushing import Heard, Pauses, push_source
from client.registry_api import Asked, RegistryApi
from shared_ecr.client.credentials.interface import CredentialSource
from shared_ecr.client.distribution.looking import ManifestReader
from shared_ecr.client.distribution.pulls import pull
from shared_ecr.client.http.endpoints import ENDPOINT_VARIABLE
from shared_ecr.client.http.environment import HttpEnvironment
from shared_ecr.client.pushers.interface import PushRequest, PushResult
from shared_ecr.client.pushers.native import NativePusher
from shared_ecr.client.registries import backend_of
from shared_ecr.model.names import Digest, ImageReference, RegistryHost, Tag

_REPOSITORY = re.compile(r"/v2/(.+)/(?:manifests|blobs|tags|referrers)/")


@dataclass
class TokenService:
    """Hands out tokens for what an account may do, and to everyone for what is public."""

    accounts: dict[str, str] = field(default_factory=dict)
    """Passwords, by user name."""
    identity_tokens: dict[str, str] = field(default_factory=dict)
    """User names, by the token that stands for them."""
    public: set[str] = field(default_factory=set)
    """Repositories that anyone may pull."""
    refusal: Reply | None = None
    gives_anonymous_tokens: bool = True
    issued: dict[str, tuple[str | None, set[str]]] = field(default_factory=dict)
    """By token: who has it, and `REPOSITORY:ACTION` for what."""
    asked: list[tuple[str | None, tuple[str, ...]]] = field(default_factory=list)
    """Who asked (None without a login) and for which scopes."""

    def answer(self, asked: Asked) -> Reply:
        """Answer a request for a token."""
        if self.refusal is not None:
            return self.refusal
        if asked.method == "POST":
            form = parse_qs(asked.body.decode())
            user = self.identity_tokens.get(form.get("refresh_token", [""])[0])
            scopes = tuple(form.get("scope", [""])[0].split())
            return self._issue(user, scopes, known=user is not None)
        scopes = tuple(parse_qs(urlsplit(asked.path).query).get("scope", []))
        given = asked.headers.get("authorization", "")
        if not given:
            return self._issue(None, scopes, known=self.gives_anonymous_tokens)
        user, _, password = base64.b64decode(given.removeprefix("Basic ")).decode().partition(":")
        return self._issue(user, scopes, known=self.accounts.get(user) == password)

    def swallow(self, asked: Asked) -> None:
        """Nothing is left of a request that broke off."""

    def _issue(self, user: str | None, scopes: tuple[str, ...], *, known: bool) -> Reply:
        self.asked.append((user, scopes))
        if not known:
            return Reply(401, (), b'{"details":"incorrect username or password"}')
        wanted = {f"{name}:{action}" for name, actions in map(_scope, scopes) for action in actions}
        granted = {want for want in wanted if user is not None or want in {f"{name}:pull" for name in self.public}}
        token = f"token-{len(self.issued) + 1}-of-{user}"
        self.issued[token] = (user, granted)
        return Reply(200, (("Content-Type", "application/json"),), json.dumps({"token": token}).encode())


class GuardedApi(RegistryApi):
    """A registry that gives access by a token for what is asked; pulls may be counted."""

    def __init__(self, service: TokenService, realm: str) -> None:
        super().__init__()
        self._service, self._realm = service, realm
        self.pulls_left: dict[str | None, int] = {}
        """How many manifests an account may still read; without an entry, any number."""

    def _refusal(self, asked: Asked) -> Reply | None:
        match = _REPOSITORY.match(urlsplit(asked.path).path)
        actions = ["pull"] if asked.method in {"GET", "HEAD"} else ["pull", "push"]
        name = match[1] if match else ""
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        user, granted = self._service.issued.get(token, (None, set()))
        if token in self._service.issued and all(f"{name}:{action}" in granted for action in actions):
            return self._limited(asked, user)
        error = ',error="insufficient_scope"' if token in self._service.issued else ""
        scope = f',scope="repository:{name}:{",".join(actions)}"' if match else ""
        challenge = f'Bearer realm="{self._realm}",service="registry.fake"{scope}{error}'
        return Reply(401, (("WWW-Authenticate", challenge),), b'{"errors":[{"code":"UNAUTHORIZED"}]}')

    def _limited(self, asked: Asked, user: str | None) -> Reply | None:
        left = self.pulls_left.get(user)
        if left is None or asked.method != "GET" or "/manifests/" not in asked.path:
            return None
        if left > 0:
            self.pulls_left[user] = left - 1
            return None
        # As Docker Hub answers. https://docs.docker.com/docker-hub/usage/pulls/
        body = b'{"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached your pull rate limit."}]}'
        return Reply(429, (("RateLimit-Limit", "100;w=21600"), ("RateLimit-Remaining", "0;w=21600")), body)


@dataclass
class Served:
    """A registry that is a stand-in for *host*, its token service, and everything to move images with."""

    host: RegistryHost
    registry: FakeRegistry
    service: TokenService
    tokens: FakeRegistry
    """The server that the token service runs on."""
    api: GuardedApi
    pauses: Pauses = field(default_factory=Pauses)

    @property
    def environ(self) -> dict[str, str]:
        return {ENDPOINT_VARIABLE: f"{self.host}={self.registry.url}"}

    @property
    def environment(self) -> HttpEnvironment:
        return HttpEnvironment(self.environ, self.pauses.patience())

    def hold(self, built: BuiltImage, repository: str, tag: str = "1.0") -> None:
        """Put an image into the registry without a push."""
        held = self.registry.contents.repositories[repository]
        for digest, content in built.files.items():
            if content.startswith(b"{") and b"schemaVersion" in content:
                held.manifests[digest] = (json.loads(content)["mediaType"], content)
            else:
                held.blobs[digest] = content
        held.tags[tag] = built.root

    def reference(self, repository: str, tag: str = "1.0") -> ImageReference:
        name = backend_of(self.host).repository(self.host, repository)
        return ImageReference(self.host, name.text, Tag.parse(tag))

    def pull(self, repository: str, folder: Path, credentials: CredentialSource) -> Digest:
        return pull(self.reference(repository), folder, credentials, Heard(), environment=self.environment)

    def look(self, repository: str, credentials: CredentialSource) -> Digest | None:
        reference = self.reference(repository)
        looks = ManifestReader(credentials, self.environment)
        return looks.digest_of(self.host, reference.repository, Tag.parse("1.0"))

    def push(self, source: Path, repository: str, credentials: CredentialSource) -> PushResult:
        request = PushRequest(str(source), self.host, self.reference(repository).repository, (Tag.parse("1.0"),))
        return push_source(NativePusher(self.environment), request, credentials, Heard())

    def shown_to(self, server: FakeRegistry) -> set[str]:
        """The schemes under which *server* was shown a login."""
        headers = (seen.headers.get("authorization", "") for seen in server.seen)
        return {header.partition(" ")[0] for header in headers if header}


@contextmanager
def served(host: str, service: TokenService | None = None) -> Iterator[Served]:
    """Serve *host* on this machine, with a token service on another port of it."""
    service = service or TokenService()
    with FakeRegistry() as registry, FakeRegistry() as tokens:
        api = GuardedApi(service, f"{tokens.url}/token")
        registry.api = api
        tokens.api = service  # type: ignore[assignment]  # the server asks it for answers alone
        yield Served(RegistryHost.parse(host), registry, service, tokens, api)


def _scope(text: str) -> tuple[str, Iterable[str]]:
    _, name, actions = text.split(":")
    return name, actions.split(",")
