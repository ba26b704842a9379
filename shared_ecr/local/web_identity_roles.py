"""`AssumeRoleWithWebIdentity`: unsigned, as on AWS, and decided by the role's trust policy.

The caller has no credentials yet, so the token is the proof (`oidc_tokens`). MiniStack answers any token. Here the
issuer must be a provider of the role's account, the audience one of its clients, and our own evaluator decides whether
the trust policy lets the subject have the role.
https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
"""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode
from xml.sax.saxutils import escape

from ministack.core.responses import error_response_json, request_scope

from shared_ecr.access.web_identities import WebIdentity, may_assume
from shared_ecr.documents.policy_faults import InvalidPolicyError
from shared_ecr.local import hooks
from shared_ecr.local.clock import Clock
from shared_ecr.local.hooks import ApiHandler, Reply
from shared_ecr.local.oidc_tokens import OidcClaims, OidcTokenError, verified
from shared_ecr.text.patterns import LazyPattern

ACTION = "AssumeRoleWithWebIdentity"
_ROLE = LazyPattern(r"arn:(?P<partition>aws[a-z-]*):iam::(?P<account>[0-9]{12}):role/(?:.*/)?(?P<name>[^/:]+)")
_DENIED = "Not authorized to perform sts:AssumeRoleWithWebIdentity"
_FORM = {"content-type": "application/x-www-form-urlencoded"}


class WebIdentityRoles:
    """Decides who may have a role by a token."""

    def __init__(self, secret_access_key: str, clock: Clock) -> None:
        self._secret_access_key, self._clock = secret_access_key, clock

    def install(self) -> None:
        """Decide before MiniStack's STS, which grants every token."""
        hooks.STS_REQUEST.wrap(self._guarding)

    def _guarding(self, handle: ApiHandler) -> ApiHandler:
        async def handle_request(
            method: str, path: str, headers: dict[str, str], body: bytes, query_params: dict[str, Any]
        ) -> Reply:
            parameters = parameters_of(headers, body, query_params)
            if parameters.get("Action") != ACTION:
                return await handle(method, path, headers, body, query_params)
            try:
                claims, role = self._decide(parameters)
            except OidcTokenError as error:
                return _error(error, is_json="json" in headers.get("content-type", ""))
            with request_scope(role["account"], "us-east-1"):
                status, answered, answer = await handle(method, path, headers, body, query_params)
            return status, answered, _with_claims(answer, claims)

        return handle_request

    def _decide(self, parameters: Mapping[str, str]) -> tuple[OidcClaims, re.Match[str]]:
        role = _ROLE.fullmatch(parameters.get("RoleArn", ""))
        if role is None:
            raise OidcTokenError("ValidationError", f"'{parameters.get('RoleArn', '')}' is not the ARN of a role")
        claims = verified(parameters.get("WebIdentityToken", ""), self._secret_access_key, self._clock.now())
        provider_arn = f"arn:{role['partition']}:iam::{role['account']}:oidc-provider/{claims.issuer}"
        provider = hooks.OIDC_PROVIDERS.read().get_scoped(role["account"], None, provider_arn)
        if provider is None:
            message = f"No OpenIDConnect provider found in your account for https://{claims.issuer}"
            raise OidcTokenError("InvalidIdentityToken", message)
        if claims.audience not in provider["ClientIDList"]:
            raise OidcTokenError("InvalidIdentityToken", "Incorrect token audience")
        held = hooks.IAM_ROLES.read().get_scoped(role["account"], None, role["name"])
        if held is None or held["Arn"] != role[0] or not _trusts(held, provider_arn, claims):
            # AWS does not say whether the role exists either.
            raise OidcTokenError("AccessDenied", _DENIED)
        return claims, role


def parameters_of(headers: Mapping[str, str], body: bytes, query: Mapping[str, Any]) -> dict[str, str]:
    """Return the parameters of a request to STS, from its query, its form or its JSON."""
    kind, target = headers.get("content-type", ""), headers.get("x-amz-target", "")
    found = {key: str(value[0] if isinstance(value, list) else value) for key, value in query.items()}
    if "json" in kind:
        try:
            document = json.loads(body or b"{}")
        except ValueError:
            document = {}
        if isinstance(document, dict):
            found |= {key: str(value) for key, value in document.items()}
        return found | ({"Action": target.rpartition(".")[2]} if target else {})
    return found | {key: values[0] for key, values in parse_qs(body.decode("utf-8", "replace")).items()}


async def assume_unsigned(parameters: Mapping[str, str]) -> Reply:
    """Serve an unsigned request; it reaches STS alone, whatever else the request says."""
    reply: Reply = await hooks.STS_REQUEST.read()("POST", "/", dict(_FORM), urlencode(parameters).encode(), {})
    return reply


def _trusts(role: Mapping[str, Any], provider_arn: str, claims: OidcClaims) -> bool:
    document = role.get("AssumeRolePolicyDocument", "{}")
    identity = WebIdentity(provider_arn, claims.issuer, claims.audience, claims.subject)
    try:
        return may_assume(json.loads(document) if isinstance(document, str) else document, identity)
    except (InvalidPolicyError, ValueError):
        # What cannot be read allows nothing.
        return False


def _with_claims(answer: bytes, claims: OidcClaims) -> bytes:
    """Put the subject and the audience of the token into an answer in which MiniStack has the same for every token."""
    text = answer.decode("utf-8")
    for element, value in (("SubjectFromWebIdentityToken", claims.subject), ("Audience", claims.audience)):
        before, opening, rest = text.partition(f"<{element}>")
        if opening:
            text = f"{before}{opening}{escape(value)}</{element}>{rest.partition(f'</{element}>')[2]}"
    return text.encode()


def _error(error: OidcTokenError, *, is_json: bool) -> Reply:
    status = 403 if error.code == "AccessDenied" else 400
    if is_json:
        rendered: Reply = error_response_json(error.code, error.message, status)
        return rendered
    body = (
        '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>'
        f"<Code>{error.code}</Code><Message>{escape(error.message)}</Message></Error></ErrorResponse>"
    )
    return status, {"Content-Type": "text/xml"}, body.encode()
