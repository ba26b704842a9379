"""Registries of this machine that want TLS: shown with what leads there, as this machine is spoken to in plain HTTP."""

from urllib.parse import urlsplit

from shared_ecr.client.http.endpoints import ENDPOINT_VARIABLE, Endpoint, origin
from shared_ecr.findings.errors import UnavailableError

SECONDS = 2.0


def refuse_where_tls_is_wanted(endpoint: Endpoint) -> None:
    """Raise where the server that *endpoint* is asked at, and answered with 400, wants TLS; a look makes sure.

    Raises:
        UnavailableError: it does; with the variable by which it is asked over https.
    """
    if urlsplit(endpoint.url).scheme != "http" or not _speaks_tls(endpoint.url):
        return
    host = endpoint.registry
    raise UnavailableError(
        f"{host} wants https, and an address of this machine is asked in plain HTTP; set "
        f"{ENDPOINT_VARIABLE}={host}=https://{urlsplit(endpoint.url).netloc}, or write another name of this machine"
    )


def _speaks_tls(url: str) -> bool:
    # Only a refusal pays for the imports.
    import socket
    import ssl

    _, name, port = origin(url)
    # Nothing is sent but a greeting, so no one has to prove who they are.
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with socket.create_connection((name, port or 80), SECONDS) as plain, context.wrap_socket(plain):
            return True
    except OSError:
        return False
