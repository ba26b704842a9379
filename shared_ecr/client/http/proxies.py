"""The address of an HTTP proxy, and the login for it."""

from typing import Self
from urllib.parse import unquote, urlsplit

from shared_ecr.client.http.origins import DEFAULT_PORTS
from shared_ecr.findings.errors import UnavailableError
from shared_ecr.records import field, record


@record
class Proxy:
    """The address of a proxy and the login for it."""

    scheme: str
    host: str
    port: int
    login: str | None = field(default=None, repr=False)
    """`USER:PASSWORD`."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the address of a proxy; its text may hold a password, so no error repeats it.

        Raises:
            UnavailableError: it is no address of an HTTP proxy.
        """
        try:
            parts = urlsplit(text)
            scheme, host, port = parts.scheme, parts.hostname or "", parts.port
        except ValueError:
            raise _no_proxy() from None
        if scheme not in DEFAULT_PORTS or not host or not host.isascii():
            raise _no_proxy()
        login = None if parts.username is None else f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        return cls(scheme, host, port or DEFAULT_PORTS[scheme], login)

    def headers(self) -> dict[str, str]:
        """Return what the proxy alone may see."""
        if self.login is None:
            return {}
        from base64 import b64encode

        return {"Proxy-Authorization": f"Basic {b64encode(self.login.encode()).decode()}"}

    def redacted(self, text: str) -> str:
        """Return *text*, which the proxy wrote, without the login for it: proxies have been seen to repeat it."""
        for secret in filter(None, (self.login, (self.login or "").partition(":")[2], self._encoded())):
            text = text.replace(secret, "…")
        return text

    def _encoded(self) -> str:
        return self.headers().get("Proxy-Authorization", "").removeprefix("Basic ")


def _no_proxy() -> UnavailableError:
    return UnavailableError(
        "the proxy in HTTPS_PROXY is not the address of an HTTP proxy; write http://HOST:PORT or, with a login, "
        "http://USER:PASSWORD@HOST:PORT, with %XX for characters of them that are not letters or digits"
    )
