"""Faults of connections as our errors: `TransientError` where another try may help, `UnavailableError` where not.

The texts have neither path nor headers: both can hold secrets.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from shared_ecr.client.http.response_parser import InvalidHttpError
from shared_ecr.client.http.retries import TransientError
from shared_ecr.client.http.timed_reader import SlowAnswerError
from shared_ecr.findings.errors import UnavailableError
from shared_ecr.text import visible

if TYPE_CHECKING:
    from shared_ecr.client.http.proxies import Proxy

MAX_REASON = 200
_PROXY_LOGIN = " 407 "


class TunnelRefusedError(OSError):
    """A proxy opens no tunnel; the text is what it said."""


@contextmanager
def answering(host: str) -> Iterator[None]:
    """Translate what breaks while *host* is asked and answers."""
    try:
        yield
    except SlowAnswerError as error:
        raise UnavailableError(f"{host}: {error}") from error
    except InvalidHttpError as error:
        raise UnavailableError(f"{host} does not answer as HTTP demands: {error}; is it a registry?") from error
    except TimeoutError as error:
        raise TransientError(f"{host} did not answer in time", was_silent=True) from error
    except OSError as error:
        raise TransientError(f"the connection to {host} broke off") from error


@contextmanager
def reaching(host: str) -> Iterator[None]:
    """Translate what breaks while a connection to *host* is opened."""
    try:
        yield
    except TimeoutError as error:
        raise TransientError(f"{host} did not answer in time") from error
    except OSError as error:
        raise UnavailableError(f"{host} cannot be reached: {_said(error)}") from error


@contextmanager
def reaching_by_proxy(host: str, proxy: "Proxy") -> Iterator[None]:
    """Translate what breaks while *proxy* is asked for a connection to *host*."""
    try:
        yield
    except (OSError, InvalidHttpError, SlowAnswerError) as error:
        said = proxy.redacted(_said(error))
        cure = _login_advice(proxy) if _PROXY_LOGIN in said else ""
        raise UnavailableError(f"the proxy to {host} (HTTPS_PROXY) cannot be used: {said}{cure}") from error


def _login_advice(proxy: "Proxy") -> str:
    if proxy.login is not None:
        return "; it does not accept the login in HTTPS_PROXY: correct it"
    return "; it wants a login: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT"


@contextmanager
def securing(host: str) -> Iterator[None]:
    """Translate what breaks while TLS begins with *host*."""
    import ssl

    from shared_ecr.client.http.tls import trust_advice

    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise UnavailableError(
            f"{host} has a certificate that is not trusted: {error.verify_message}. {trust_advice(host)}"
        ) from error
    except TimeoutError as error:
        raise TransientError(f"{host} did not answer in time") from error
    except OSError as error:
        raise TransientError(f"the connection to {host} broke off") from error


def _said(error: Exception) -> str:
    if isinstance(error, TunnelRefusedError | InvalidHttpError | SlowAnswerError):
        return visible(str(error)[:MAX_REASON])
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    reason = getattr(error, "verify_message", None) or getattr(error, "strerror", None) or str(error)
    return visible(reason[:MAX_REASON]) or "the connection broke off"
