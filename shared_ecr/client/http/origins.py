"""Scheme, host and port: what one connection leads to."""

from urllib.parse import urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443}


class HttpOrigin:
    """Scheme, host and port of an address.

    Raises:
        ValueError: it is no address of HTTP, or its host is not written in ASCII.
    """

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self.scheme, self.host = parts.scheme, parts.hostname or ""
        if self.scheme not in DEFAULT_PORTS or not self.host.isascii() or not self.host or " " in self.host:
            raise ValueError
        self.port = parts.port or DEFAULT_PORTS[self.scheme]

    @property
    def authority(self) -> str:
        """`HOST:PORT`; an address of IPv6 is in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def host_header(self) -> str:
        """The name to ask for: without the port where it is the usual one."""
        return self.authority.removesuffix(f":{DEFAULT_PORTS[self.scheme]}")
