"""What a registry answers to a request without a login: the `WWW-Authenticate` header, as values.

Source: RFC 9110, section 11.6.1; https://github.com/distribution/distribution/blob/main/docs/content/spec/auth/token.md
"""

import re
from urllib.parse import urlencode, urljoin, urlsplit

from shared_ecr.client.http.egress import is_local
from shared_ecr.client.http.endpoints import Endpoint
from shared_ecr.client.registries import backend_of
from shared_ecr.findings.errors import RefusedError
from shared_ecr.records import record, replace
from shared_ecr.text import quoted
from shared_ecr.text.patterns import LazyPattern

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105 — the grammar's name for a word
_SCHEME = LazyPattern(rf"\s*,?\s*({_TOKEN})(?=\s|,|$)(?!\s*=)")
# A value without quotes may have no `:` or `/` by the grammar; registries write addresses like this all the same.
_PARAMETER = LazyPattern(rf'\s*,?\s*({_TOKEN})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))')
# No registry says more; a header of megabytes is an attack on the expressions above.
MAX_HEADER = 4096
# The most scopes in one request for a token, so that a registry cannot make it grow without end.
MAX_SCOPES = 64


@record
class BasicChallenge:
    """User name and password are wanted with each request, as ECR does."""


@record
class BearerChallenge:
    """A token of the service at *realm* is wanted."""

    realm: str
    service: str
    scopes: tuple[str, ...]
    is_insufficient: bool
    """Whether the token that was sent is good and does not reach far enough."""

    def at(self, endpoint: Endpoint) -> "BearerChallenge":
        """Return the challenge with its realm as an address; some registries name a path of their own.

        Raises:
            RefusedError: the realm cannot be one.
        """
        try:
            return replace(self, realm=urljoin(f"{endpoint.url}/v2/", self.realm))
        except ValueError as error:
            raise RefusedError(f"{endpoint.registry} names a token service whose address is invalid") from error

    def token_url(self, endpoint: Endpoint) -> str:
        """Render the request for a token by GET; refuse a realm that is neither https nor on the same machine as we.

        Raises:
            RefusedError: the realm is no such address.
        """
        self.checked_realm(endpoint)
        query = [*self._service(), *(("scope", scope) for scope in self.scopes)]
        return f"{self.realm}{'&' if '?' in self.realm else '?'}{urlencode(query)}" if query else self.realm

    def token_form(self, identity_token: str) -> bytes:
        """Render the body of a request for a token by POST, which is how an identity token is shown.

        Source: https://github.com/distribution/distribution/blob/main/docs/content/spec/auth/oauth.md
        """
        form = [
            ("grant_type", "refresh_token"), *self._service(), ("client_id", "shared-ecr"),
            ("scope", " ".join(self.scopes)), ("refresh_token", identity_token),
        ]  # fmt: skip
        return urlencode(form).encode()

    def checked_realm(self, endpoint: Endpoint) -> str:
        """Return the realm; refuse one that is neither https nor on the same machine as we.

        Raises:
            RefusedError: the realm is no such address.
        """
        try:
            parts = urlsplit(self.realm)
        except ValueError as error:
            raise RefusedError(f"{endpoint.registry} names a token service whose address is invalid") from error
        is_safe = parts.scheme == "https" and not is_local(parts.hostname or "")
        is_ours = endpoint.is_local and parts.scheme in {"http", "https"} and is_local(parts.hostname or "")
        if not (is_safe or is_ours) or "@" in parts.netloc:
            where = quoted(f"{parts.scheme}://{parts.hostname or ''}")
            raise RefusedError(f"{endpoint.registry} names {where} as its token service; https is needed")
        return self.realm

    def may_see_credentials(self, endpoint: Endpoint) -> bool:
        """Whether the token service belongs to whom the credentials are for.

        It does when its host is the registry's, is above it (`gitlab.com` for `registry.gitlab.com`) or below
        it (`auth.example.com` for `example.com`), is known to be that registry's (`auth.docker.io`), or is named by
        the user. Others, and neighbours under one domain among them, are asked anonymously: without a list of public
        suffixes, `a.co.uk` is a neighbour of `b.co.uk`.
        """
        ours, theirs = urlsplit(endpoint.url).hostname or "", self.service_host
        if ours == theirs or theirs in endpoint.token_services:
            return True
        known = backend_of(endpoint.registry).token_services
        if known is not None and known.fullmatch(theirs):
            return True
        if endpoint.is_local:
            return is_local(theirs)
        return "." in theirs and "." in ours and (ours.endswith(f".{theirs}") or theirs.endswith(f".{ours}"))

    @property
    def service_host(self) -> str:
        """The host of the token service, without its port."""
        return urlsplit(self.realm).hostname or ""

    def reaching(self, scopes: tuple[str, ...]) -> "BearerChallenge":
        """Return the challenge for what it asks for and *scopes*, the actions on one repository in one scope.

        So a registry that asks for `pull` at one request and for `push` at the next gets one token for both.
        """
        actions: dict[str, dict[str, None]] = {}
        for scope in (*scopes, *self.scopes):
            resource, colon, wanted = scope.rpartition(":")
            if colon:
                actions.setdefault(resource, {}).update(dict.fromkeys(wanted.split(",")))
            else:
                actions.setdefault(scope, {})
        merged = (f"{resource}:{','.join(wanted)}" if wanted else resource for resource, wanted in actions.items())
        return replace(self, scopes=tuple(merged)[:MAX_SCOPES])

    def _service(self) -> list[tuple[str, str]]:
        return [("service", self.service)] if self.service else []


Challenge = BasicChallenge | BearerChallenge


def parse_challenge(headers: list[str]) -> Challenge | None:
    """Read the `WWW-Authenticate` *headers*; Bearer is taken before Basic, anything else is None."""
    found: dict[str, dict[str, str]] = {}
    for header in headers:
        found |= _parse(header[:MAX_HEADER])
    if "bearer" in found and found["bearer"].get("realm"):
        parameters = found["bearer"]
        return BearerChallenge(
            parameters["realm"],
            parameters.get("service", ""),
            tuple(parameters.get("scope", "").split()),
            parameters.get("error") == "insufficient_scope",
        )
    return BasicChallenge() if "basic" in found else None


def _parse(header: str) -> dict[str, dict[str, str]]:
    """Split one header into schemes and their parameters; what follows something unreadable is not read."""
    found: dict[str, dict[str, str]] = {}
    position = 0
    parameters: dict[str, str] | None = None
    while position < len(header):
        parameter = _PARAMETER.match(header, position)
        if parameter and parameters is not None:
            value = parameter[3] if parameter[2] is None else re.sub(r"\\(.)", r"\1", parameter[2])
            parameters.setdefault(parameter[1].lower(), value)
            position = parameter.end()
            continue
        scheme = _SCHEME.match(header, position)
        if not scheme:
            break
        parameters = found.setdefault(scheme[1].lower(), {})
        position = scheme.end()
    return found
