"""Logging in to the embedded registry: tokens are given out, and asked for at every request under `/v2/`.

Plain MiniStack knows one constant token and asks no one for it, so that a client which never logs in, sends the
wrong token or keeps an old one would pass. The answers are ECR's: 401 with a Basic challenge, and 403 in plain
text for a token whose time is over.
https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html
"""

from collections.abc import Awaitable, Callable
from typing import Any

from ministack.core.responses import error_response_json, get_account_id, get_region, json_response

from shared_ecr.findings.errors import InvalidValueError
from shared_ecr.local import hooks
from shared_ecr.local.hooks import OperationHandler, Reply
from shared_ecr.local.tokens import Token, Tokens
from shared_ecr.model.names import AccountId, EcrRegistry, Region, RegistryHost

EXPIRED = "Your authorization token has expired. Reauthenticate and try again."
# Any partition's suffix will do here: MiniStack reads account and Region and stops at the next dot.
_HOST_FOR_MINISTACK = "{account}.dkr.ecr.{region}.amazonaws.com"

V2Handler = Callable[[str, str, dict[str, str], bytes, dict[str, Any]], Awaitable[Reply]]


def install(tokens: Tokens) -> None:
    """Give out *tokens* and ask for them."""
    hooks.GET_AUTHORIZATION_TOKEN.wrap(lambda _constant: issuing(tokens))
    hooks.REGISTRY_REQUEST.wrap(lambda handle: guarded(handle, tokens))


def issuing(tokens: Tokens) -> OperationHandler:
    """Answer `GetAuthorizationToken` for the caller's registry, or for each of the deprecated `registryIds`."""

    def get_authorization_token(data: dict[str, Any]) -> Reply:
        try:
            region = Region.parse(get_region())
            accounts = [AccountId.parse(each) for each in data.get("registryIds") or [get_account_id()]]
        except InvalidValueError as error:
            return _refused(error)
        issued = [tokens.issue(EcrRegistry(account, region)) for account in accounts]
        answer: Reply = json_response({"authorizationData": [_rendered(token) for token in issued]})
        return answer

    return get_authorization_token


def guarded(handle: V2Handler, tokens: Tokens) -> V2Handler:
    """Let requests with a good token through to *handle*, in the registry that the host or the token names."""

    async def handle_registry_request(
        method: str, path: str, headers: dict[str, str], body: bytes, query_params: dict[str, Any]
    ) -> Reply:
        headers = {name.lower(): value for name, value in headers.items()}
        host = headers.get("host", "")
        token = tokens.presented(headers.get("authorization"))
        registry = _meant_by(host, token)
        if token is None or registry is None or registry.region != token.registry.region:
            return _without_body_for(method, _challenge(host))
        if tokens.is_expired(token):
            return _without_body_for(method, (403, {"Content-Type": "text/plain"}, EXPIRED.encode()))
        headers["host"] = _HOST_FOR_MINISTACK.format(account=registry.account, region=registry.region)
        return await handle(method, path, headers, body, query_params)

    return handle_registry_request


def _meant_by(host: str, token: Token | None) -> EcrRegistry | None:
    """Return the registry a request is for.

    Engines that cannot be shown where an ECR host really is address `127.0.0.1:PORT/name`; their token says whose
    registry that is.
    """
    name, _, port = host.rpartition(":")
    named = RegistryHost(name if port.isdigit() else host).ecr
    return named or (token.registry if token else None)


def _challenge(host: str) -> Reply:
    status, headers, body = hooks.REGISTRY_ERROR.read()(401, "UNAUTHORIZED", "Not Authorized")
    return status, headers | {"Www-Authenticate": f'Basic realm="https://{host}/",service="ecr.amazonaws.com"'}, body


def _without_body_for(method: str, reply: Reply) -> Reply:
    status, headers, body = reply
    return status, headers, b"" if method.upper() == "HEAD" else body


def _rendered(token: Token) -> dict[str, object]:
    return {
        "authorizationToken": token.wire,
        "expiresAt": token.expires_at.timestamp(),
        "proxyEndpoint": f"https://{token.registry.host}",
    }


def _refused(error: InvalidValueError) -> Reply:
    reply: Reply = error_response_json("InvalidParameterException", str(error), 400)
    return reply
