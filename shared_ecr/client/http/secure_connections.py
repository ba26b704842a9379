"""Connections over TLS, straight or through the tunnel of a proxy."""

import ssl
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from shared_ecr.client.http.connection import Connection, open_socket
from shared_ecr.client.http.connection_faults import TunnelRefusedError, reaching, reaching_by_proxy, securing
from shared_ecr.client.http.origins import HttpOrigin
from shared_ecr.client.http.proxies import Proxy
from shared_ecr.client.http.time_limits import TimeLimits
from shared_ecr.client.http.timed_reader import Socket
from shared_ecr.client.http.tls import tls_context

if TYPE_CHECKING:
    import socket

_OK = range(200, 300)


class SecureConnector:
    """Opens connections to one origin; its certificates are read once."""

    def __init__(
        self, origin: HttpOrigin, authority: str, environ: Mapping[str, str], limits: TimeLimits, *, proxy: str | None
    ) -> None:
        """*authority* is the name of *origin* in references, *proxy* the address of a proxy.

        Raises:
            UnavailableError: a file of certificates or the address of the proxy cannot be used.
        """
        self._origin, self._authority, self._limits = origin, authority, limits
        self._context = tls_context(authority, environ)
        self._proxy = Proxy.parse(proxy) if proxy is not None else None
        is_twice = self._proxy is not None and self._proxy.scheme == "https"
        self._proxy_context = tls_context(self._proxy.host, environ) if self._proxy and is_twice else None

    def connect(self) -> Connection:
        """Open a connection.

        Raises:
            UnavailableError: the host or the proxy cannot be reached, or does not prove who it is.
            TransientError: the host did not answer in time, or broke off.
        """
        sock = self._opened() if self._proxy is None else self._opened_by(self._proxy)
        with securing(self._authority):
            sock.settimeout(self._limits.connect)
            return Connection(_secured(sock, self._origin.host, self._context), self._limits)

    def _opened(self) -> Socket:
        with reaching(self._authority):
            return open_socket(self._origin.host, self._origin.port, self._limits)

    def _opened_by(self, proxy: Proxy) -> Socket:
        with reaching_by_proxy(self._authority, proxy):
            sock: Socket = open_socket(proxy.host, proxy.port, self._limits)
            if self._proxy_context is not None:
                sock = _secured(sock, proxy.host, self._proxy_context)
            try:
                self._open_tunnel(sock, proxy)
            except BaseException:
                sock.close()
                raise
            return sock

    def _open_tunnel(self, sock: Socket, proxy: Proxy) -> None:
        """Have *proxy* connect *sock* to the origin.

        https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6
        """
        headers = {"Host": self._origin.authority, "User-Agent": "shared-ecr", **proxy.headers()}
        answer = Connection(sock, self._limits).ask("CONNECT", self._origin.authority, headers)
        if answer.status not in _OK:
            raise TunnelRefusedError(f"Tunnel connection failed: {answer.status} {answer.reason}".strip())


def _secured(sock: Socket, host: str, context: ssl.SSLContext) -> Socket:
    """Speak TLS over *sock* with *host*, which has to prove its name; *sock* is closed where that fails."""
    try:
        if not isinstance(sock, ssl.SSLSocket):
            return context.wrap_socket(cast("socket.socket", sock), server_hostname=host)
        # TLS within the TLS of a proxy, which Python's own sockets cannot do.
        from urllib3.util.ssltransport import SSLTransport

        return cast("Socket", SSLTransport(sock, context, host))
    except BaseException:
        sock.close()
        raise
