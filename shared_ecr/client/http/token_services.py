"""What a registry's token service is asked, and what its answers mean; it sees a login only where it is the registry's.

Source: https://github.com/distribution/distribution/blob/main/docs/content/spec/auth/token.md
"""

import json

from shared_ecr.client.credentials.interface import Credentials
from shared_ecr.client.errors import LoginRefusedError
from shared_ecr.client.http.challenges import BearerChallenge
from shared_ecr.client.http.endpoints import TOKEN_SERVICES_VARIABLE, Endpoint
from shared_ecr.client.http.error_answers import ErrorAnswer
from shared_ecr.client.http.transport import HttpResponse, Transport
from shared_ecr.client.registries import login_advice
from shared_ecr.findings.errors import RefusedError, SharedEcrError, UnavailableError

OK, UNAUTHORIZED, FORBIDDEN = 200, 401, 403


def ask_for_token(
    challenge: BearerChallenge, credentials: Credentials | None, endpoint: Endpoint, transport: Transport
) -> HttpResponse:
    """Ask without a login, with a password in the header, or with an identity token in the body.

    Raises:
        RefusedError: the service is at no address that a registry may send us to.
        TransientError: it does not answer.
    """
    if credentials is not None and credentials.is_identity_token:
        body = challenge.token_form(credentials.password)
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": str(len(body))}
        return transport.send("POST", challenge.checked_realm(endpoint), headers, body)
    headers = {"Authorization": credentials.basic()} if credentials is not None else {}
    return transport.send("GET", challenge.token_url(endpoint), headers)


def token_in(answer: HttpResponse) -> str | None:
    """Return the token that *answer* brings, or None where it brings none that a header can hold."""
    if answer.status != OK:
        return None
    try:
        document = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict):
        return None
    token = document.get("token") or document.get("access_token")
    return token if isinstance(token, str) and token and token.isascii() and token.isprintable() else None


def no_token(
    challenge: BearerChallenge, credentials: Credentials | None, endpoint: Endpoint, said: ErrorAnswer | None = None
) -> SharedEcrError:
    """Say why there is no token for a caller with *credentials*; *said* is the service's answer, if it was asked."""
    registry = endpoint.registry
    service = f"its token service {challenge.service_host}"
    if said is not None and said.status not in {UNAUTHORIZED, FORBIDDEN}:
        what = "gave no token" if said.status == OK else "answered"
        # A web page is mostly that of a network that wants a login first; anything else is the service's own decision.
        kind = UnavailableError if said.is_web_page else RefusedError
        reason = said.said if said.words else f"{said.status} without a reason"
        return kind(f"{registry} gives no access: {service} {what}: {reason}")
    answered = f"; {service} answered {said.said}" if said is not None and said.words else ""
    if credentials is not None:
        return LoginRefusedError.by(registry, said=f"{service} answered {said.said}" if said is not None else "")
    if not challenge.may_see_credentials(endpoint):
        return UnavailableError(
            f"{registry} names {challenge.service_host} as its token service, which does not give enough without a "
            "login and was shown none, as its name does not say that it belongs to the registry. If it does, set "
            f"{TOKEN_SERVICES_VARIABLE}={registry}={challenge.service_host}{answered}"
        )
    return UnavailableError(
        f"{registry} gives nothing without a login, and no credentials for it are known; "
        f"{login_advice(registry)}{answered}"
    )
