"""The gate before the embedded AWS: which HTTP requests reach it at all.

The embedded AWS executes the code of Lambda functions, so a request that reaches it can run programs as the user
who started it. MiniStack alone answers each browser page (`Access-Control-Allow-Origin: *`) and checks no signature.
A request passes the gate only when all of this is true:

1. It has no `Origin` header: browsers send one with each request that a page may not make freely.
2. Its `Host` is the loopback address or an ECR registry. A page that points its own domain at 127.0.0.1 (DNS
   rebinding) has another host.
3. It is signed with the secret access key that `local start` made, or with keys that this AWS issued. Instead,
   requests to the registry have an authorization token (`login`), answers to a custom resource a one-time token in
   their path, and AssumeRoleWithWebIdentity an OIDC token that was signed with that key (`web_identity_roles`).
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, quote

from shared_ecr.local import hooks
from shared_ecr.local.asgi import AsgiApplication, AsgiScope, Receive, Send, answer_bytes, whole_body
from shared_ecr.local.control import OWN_PATHS
from shared_ecr.local.refusals import refuse
from shared_ecr.local.signatures import Signatures
from shared_ecr.local.web_identity_roles import ACTION, assume_unsigned, parameters_of
from shared_ecr.model.names import RegistryHost

_LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost"})
# MiniStack gives each of these paths a random token that only the Lambda function or the signaller knows.
_ONE_TIME_PATHS = ("/_ministack/cfn-response/", "/_ministack/cfn-signal/")
_CORS = b"access-control-"


class RequestGate:
    """An ASGI application that passes on what may reach the embedded AWS and refuses the rest."""

    def __init__(self, application: AsgiApplication, signatures: Signatures) -> None:
        self._application, self._signatures = application, signatures

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Judge one connection."""
        if scope["type"] == "lifespan":
            await self._application(scope, receive, send)
        elif scope["type"] == "http":
            await self._judge(scope, receive, send)
        else:
            # Nothing of ECR speaks over a WebSocket, and a browser opens one without asking first.
            await receive()
            await send({"type": "websocket.close", "code": 1008})

    async def _judge(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        headers = headers_of(scope)
        if "origin" in headers:
            await refuse(send, headers, "requests of browsers are refused: the embedded AWS executes code")
        elif not is_own_host(headers.get("host", "")):
            await refuse(send, headers, "the host is neither the loopback address nor an ECR registry")
        elif _has_another_proof(scope["method"], scope["path"]):
            await self._application(scope, receive, _without_cors(send))
        else:
            # A signature covers the hash of the body, and MiniStack holds it in memory anyway.
            body = await whole_body(receive)
            query = parse_qs(scope.get("query_string", b"").decode("utf-8", "replace"), keep_blank_values=True)
            if "authorization" not in headers and (asked := _asked_of_sts(scope, headers, query, body)):
                status, answered, content = await assume_unsigned(asked)
                await answer_bytes(send, status, answered.get("Content-Type", "text/xml"), content)
                return
            raw_path = (scope.get("raw_path") or quote(scope["path"]).encode()).decode("latin-1")
            if fault := self._signatures.fault(scope["method"], raw_path, query, headers, body):
                await refuse(send, headers, fault, "InvalidSignatureException")
            else:
                await self._application(scope, _replay(body, receive), _without_cors(send))


def headers_of(scope: AsgiScope) -> dict[str, str]:
    """Return the headers with lower-case names; a repeated one is joined as RFC 9110 says."""
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope.get("headers", []):
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def is_own_host(host: str) -> bool:
    """Whether a `Host` header names this machine's loopback address or a registry of ECR."""
    name, colon, port = host.rpartition(":")
    bare = name if colon and port.isdigit() else host
    registry = RegistryHost(bare)
    return bare in _LOOPBACK_HOSTS or registry.ecr is not None or registry.is_ecr_public


def _has_another_proof(method: str, path: str) -> bool:
    """Whether the request proves itself otherwise: a registry token, a one-time path, or a proof of our own."""
    if path in OWN_PATHS or hooks.IS_REGISTRY_PATH.read()(path):
        return True
    return method == "PUT" and path.startswith(_ONE_TIME_PATHS)


def _asked_of_sts(
    scope: AsgiScope, headers: Mapping[str, str], query: Mapping[str, list[str]], body: bytes
) -> Mapping[str, str] | None:
    """Return the parameters of an unsigned AssumeRoleWithWebIdentity, whose token is its proof; None otherwise."""
    if scope["path"] != "/" or "x-amz-target" in headers:
        return None
    parameters = parameters_of(headers, body, query)
    return parameters if parameters.get("Action") == ACTION else None


def _replay(body: bytes, receive: Receive) -> Receive:
    """Return a receiver that gives *body* again, and then what follows it."""
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> dict[str, Any]:
        return waiting.pop() if waiting else await receive()

    return replayed


def _without_cors(send: Send) -> Callable[[Mapping[str, Any]], Awaitable[None]]:
    """Drop the headers that would let a page of another origin read the answer."""

    async def filtered(event: Mapping[str, Any]) -> None:
        if event["type"] == "http.response.start":
            kept = [pair for pair in event.get("headers", []) if not bytes(pair[0]).lower().startswith(_CORS)]
            event = {**event, "headers": kept}
        await send(dict(event))

    return filtered
