"""HTTP over urllib3: connections kept open, time-outs set, certificates verified, nothing decided.

Redirects, logins and repetitions are `exchange`'s; what breaks on the way comes out as `TransientError` when
another try may help and as `UnavailableError` when it cannot.
"""

import ssl
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self

from shared_ecr.client.http.egress import CA_VARIABLES, OF_AWS, ca_bundle, proxy_for
from shared_ecr.client.http.retries import TransientError
from shared_ecr.client.http.time_limits import TIME_LIMITS, TimeLimits
from shared_ecr.findings.errors import UnavailableError
from shared_ecr.text import visible

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse, PoolManager
    from urllib3.util.url import Url

CHUNK = 512 * 1024
# Manifests are bounded by 4 MiB; tokens and errors are smaller.
MAX_BODY = 4 * 1024 * 1024
MAX_REASON = 200
_LONGEST_QUOTE = 60
PROXY_LOGIN = " 407 "


class HttpResponse:
    """Status and headers, and a body that is read once: whole and bounded, or in chunks."""

    def __init__(self, url: str, response: "BaseHTTPResponse", limits: TimeLimits = TIME_LIMITS) -> None:
        self.url, self.status, self._limits = url, response.status, limits
        self._response = response
        self._body: bytes | None = None

    def header(self, name: str) -> str | None:
        """Return the value of a header, whatever its case."""
        return self._response.headers.get(name)

    def headers(self, name: str) -> list[str]:
        """Return every value of a header that may come more than once."""
        return list(self._response.headers.getlist(name))

    @property
    def body(self) -> bytes:
        """The body; refused beyond 4 MiB, and when it takes longer than such a body may."""
        if self._body is None:
            from shared_ecr.client.http.bounded_responses import limit_body

            limit_body(self._response)
            content, deadline = bytearray(), time.monotonic() + self._limits.small_answer
            for part in self._parts(self._response.read1):
                content += part
                if len(content) > MAX_BODY:
                    raise UnavailableError(f"{_host_of(self.url)} answered with over {MAX_BODY} bytes; that is refused")
                if time.monotonic() > deadline:
                    raise UnavailableError(
                        f"{_host_of(self.url)} answers too slowly: {len(content)} bytes came in "
                        f"{self._limits.small_answer:g} s"
                    )
            self._body = bytes(content)
        return self._body

    def chunks(self) -> Iterator[bytes]:
        """Yield the body, then give the connection back; one that was not read to its end is closed."""
        return self._parts(self._response.read)

    def _parts(self, read: Callable[[int], bytes]) -> Iterator[bytes]:
        whole = False
        try:
            with _troubles(self.url):
                while part := read(CHUNK):
                    yield part
            whole = True
        finally:
            self._release(whole=whole)

    def drop(self) -> None:
        """Let go of the connection without reading the body."""
        self._release(whole=False)

    def _release(self, *, whole: bool) -> None:
        if not whole:
            self._response.close()
        self._response.release_conn()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._body is None:
            self.drop()


class Transport:
    """Sends requests and keeps the connections, for one push or pull."""

    def __init__(self, environ: Mapping[str, str], *, connections: int, limits: TimeLimits = TIME_LIMITS) -> None:
        self._environ, self._limits = environ, limits
        self._connections = connections
        self._pools: dict[tuple[str | None, str], PoolManager] = {}

    def send(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | Iterable[bytes] | None = None
    ) -> HttpResponse:
        """Send one request; *body*, where it is not bytes, needs a `Content-Length` among *headers*.

        Raises:
            TransientError: the connection broke, or there was no answer in time.
            UnavailableError: the host cannot be reached or does not prove who it is, or a login cannot be sent.
        """
        _refuse_unsendable(url, headers)
        with _troubles(url):
            response = self._pool(proxy_for(url, self._environ), url).urlopen(
                method,
                url,
                body=body,
                headers={"User-Agent": "shared-ecr", **headers},
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,
            )
        return HttpResponse(url, response, self._limits)

    def close(self) -> None:
        """Close the connections that are not in use."""
        for pool in self._pools.values():
            pool.clear()

    def _pool(self, proxy: str | None, url: str) -> "PoolManager":
        """Return the connections to the host of *url*: each host has certificates of its own to trust."""
        key = proxy, url.partition("://")[0] + "://" + _host_of(url)
        pool = self._pools.get(key)
        if pool is None:
            pool = self._pools.setdefault(key, self._new_pool(proxy, key[1]))
        return pool

    def _new_pool(self, proxy: str | None, origin: str) -> "PoolManager":
        from shared_ecr.client.http.bounded_responses import connection_pools

        manager = self._new_manager(proxy, origin)
        manager.pool_classes_by_scheme = connection_pools(self._limits)
        return manager

    def _new_manager(self, proxy: str | None, origin: str) -> "PoolManager":
        import urllib3.util

        timeout = urllib3.Timeout(connect=self._limits.connect, read=self._limits.silence)
        if proxy is None and origin.startswith("http://"):
            return urllib3.PoolManager(maxsize=self._connections, timeout=timeout)
        from shared_ecr.client.http.host_certificates import HostCertificates

        host = _host_of(origin)
        certificates = HostCertificates.find(host, self._environ)
        context = certificates.context() if certificates is not None else None
        bundle = None if context is not None else ca_bundle(self._environ, host.partition(":")[0])
        if bundle is not None and not Path(bundle).is_file():
            raise UnavailableError(
                f"{bundle}, named by one of {', '.join(CA_VARIABLES)}, is not a file of certificates"
            )
        if proxy is None:
            return urllib3.PoolManager(
                maxsize=self._connections,
                timeout=timeout,
                cert_reqs="CERT_REQUIRED",
                ca_certs=bundle,
                ssl_context=context,
            )
        address = _proxy_address(proxy)
        login = urllib3.make_headers(proxy_basic_auth=address.auth) if address.auth else None
        return urllib3.ProxyManager(
            address._replace(auth=None).url,
            maxsize=self._connections,
            timeout=timeout,
            cert_reqs="CERT_REQUIRED",
            ca_certs=bundle,
            ssl_context=context,
            proxy_headers=login,
        )


def _refuse_unsendable(url: str, headers: Mapping[str, str]) -> None:
    """Do nothing unless a header cannot be sent: http.client would quote its value, which may be a token."""
    for name, value in headers.items():
        if not all(character == "\t" or " " <= character <= "\xff" for character in value):
            raise UnavailableError(
                f"the header {name} for {_host_of(url)} has a line end or another character that cannot be sent; check "
                "the token or the password, and whether it has the line end of the file that it comes from"
            )


def _proxy_address(proxy: str) -> "Url":
    """Read the address of a proxy; its text may hold a password, so no error repeats it."""
    from urllib3.exceptions import LocationParseError
    from urllib3.util import parse_url

    try:
        address = parse_url(proxy)
    except LocationParseError:
        address = None
    if address is None or address.host is None or address.scheme not in {None, "http", "https"}:
        raise UnavailableError(
            "the proxy in HTTPS_PROXY (or HTTP_PROXY, ALL_PROXY) is not the address of an HTTP proxy; write "
            "http://HOST:PORT"
        )
    return address


@contextmanager
def _troubles(url: str) -> Iterator[None]:
    """Separate what may pass from what will not. The texts have neither path nor headers: both can hold secrets."""
    from urllib3 import exceptions

    from shared_ecr.client.http.bounded_responses import SlowAnswerError

    host = _host_of(url)
    try:
        yield
    except SlowAnswerError as error:
        raise UnavailableError(f"{host}: {error}") from error
    except exceptions.SSLError as error:
        if isinstance(_innermost(error), ssl.SSLCertVerificationError):
            raise UnavailableError(f"{host} does not prove who it is: {_said(error)}. {_trust_advice(host)}") from error
        raise TransientError(f"the connection to {host} broke off") from error
    except exceptions.ProxyError as error:
        said = _said(error)
        cure = "; it wants a login: HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT" if PROXY_LOGIN in said else ""
        raise UnavailableError(f"the proxy to {host} (HTTPS_PROXY) cannot be used: {said}{cure}") from error
    except exceptions.NewConnectionError as error:
        raise UnavailableError(f"{host} cannot be reached: {_said(error)}") from error
    except (exceptions.ReadTimeoutError, exceptions.ConnectTimeoutError) as error:
        was_silent = isinstance(error, exceptions.ReadTimeoutError)
        raise TransientError(f"{host} did not answer in time", was_silent=was_silent) from error
    except (exceptions.ProtocolError, exceptions.InvalidHeader) as error:
        raise _broken_answer(host, error) from error
    except (exceptions.LocationValueError, exceptions.LocationParseError) as error:
        raise UnavailableError(f"{host} is not an address that can be asked") from error
    except OSError as error:
        raise TransientError(f"the connection to {host} broke off") from error


def _broken_answer(host: str, error: Exception) -> TransientError | UnavailableError:
    """Name what is wrong in an answer; a connection that ended too early may be whole at the next try."""
    fault = _fault_of_protocol(error)
    if fault is None:
        return TransientError(f"the connection to {host} broke off")
    return UnavailableError(f"{host} does not answer as HTTP demands: {fault}; is it a registry?")


def _fault_of_protocol(error: Exception) -> str | None:
    """Say what is wrong in an answer, or None where the connection ended too early."""
    from http.client import BadStatusLine, HTTPException, IncompleteRead, UnknownProtocol

    from urllib3.exceptions import InvalidHeader

    inner = next((arg for arg in error.args if isinstance(arg, HTTPException)), error)
    match inner:
        case IncompleteRead() | ConnectionError():
            return None
        case UnknownProtocol():
            return f"it speaks {_quoted(inner.args[0])}"
        case BadStatusLine():
            return f"it begins with {_quoted(inner.args[0])}"
        case HTTPException() | InvalidHeader():
            return visible(str(inner)[:MAX_REASON])
        case _:
            return None


def _quoted(text: str) -> str:
    return f"'{visible(text.strip()[:_LONGEST_QUOTE])}'"


def _trust_advice(host: str) -> str:
    if host.partition(":")[0].endswith(OF_AWS):
        return "AWS_CA_BUNDLE names a file of certificates to trust, such as those of a proxy"
    return (
        f"Put the certificate of its authority into ~/.config/containers/certs.d/{host}/ca.crt or "
        f"/etc/docker/certs.d/{host}/ca.crt, or let SSL_CERT_FILE name a file of all that are trusted"
    )


def _innermost(error: BaseException) -> BaseException:
    while True:
        inner = next((arg for arg in error.args if isinstance(arg, BaseException)), None)
        inner = inner or error.__cause__ or error.__context__
        if inner is None:
            return error
        error = inner


def _said(error: BaseException) -> str:
    inner = _innermost(error)
    if isinstance(inner, ssl.SSLCertVerificationError):
        return inner.verify_message
    if not isinstance(inner, OSError):
        return type(inner).__name__
    # What a proxy answers has no number of the system's: `Tunnel connection failed: 407 Proxy Authentication Required`.
    return visible(inner.strerror or str(inner)[:MAX_REASON] or type(inner).__name__)


def _host_of(url: str) -> str:
    return url.partition("://")[2].partition("/")[0].rpartition("@")[2]
