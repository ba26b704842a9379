"""How requests leave this machine, as its environment says: which proxy, whose certificates."""

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

# The AWS CLI's own name, that of requests, that of OpenSSL; the first that is set wins. For a registry that is not
# AWS's, the name of AWS comes last: a file for AWS alone must not hide the one for everything else.
CA_VARIABLES = ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")
OF_AWS = (".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu", ".on.aws", ".api.aws", "public.ecr.aws")


def ca_bundle(environ: Mapping[str, str], host: str = "") -> str | None:
    """Return the file of certificates that are trusted for *host*, or None for the system's."""
    names = CA_VARIABLES if not host or host.endswith(OF_AWS) else (*CA_VARIABLES[1:], CA_VARIABLES[0])
    return next((environ[name] for name in names if environ.get(name)), None)


def proxy_for(url: str, environ: Mapping[str, str]) -> str | None:
    """Return the proxy by which *url* is reached, or None: only https uses one, loopback never."""
    parts = urlsplit(url)
    proxy = environ.get("https_proxy") or environ.get("HTTPS_PROXY")
    if not proxy or parts.scheme != "https" or is_local(parts.hostname or ""):
        return None
    excepted = environ.get("no_proxy") or environ.get("NO_PROXY") or ""
    if any(_matches(rule.strip(), parts.hostname or "", parts.port) for rule in excepted.split(",")):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def is_local(name: str) -> bool:
    """Whether the host *name*, without a port, is this machine."""
    address = _address(name)
    return name == "localhost" or (address is not None and address.is_loopback)


def is_inside(name: str) -> bool:
    """Whether *name* is an address of this machine or of its own networks, where a stranger must not send us."""
    address = _address(name)
    return name == "localhost" or (address is not None and not address.is_global)


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return None


def _matches(rule: str, name: str, port: int | None) -> bool:
    """Whether *rule* of NO_PROXY (a name, a domain, a network, `*`) covers the host *name*."""
    if rule == "*":
        return True
    domain, colon, digits = rule.rpartition(":")
    if colon and digits.isdigit() and "]" not in digits and domain.count(":") == 0:
        if str(port or 443) != digits:
            return False
        rule = domain
    address = _address(name)
    if address is not None:
        try:
            return address in ipaddress.ip_network(rule, strict=False)
        except ValueError:
            return False
    domain = rule.removeprefix("*").lstrip(".").lower()
    return bool(domain) and (name.lower() == domain or name.lower().endswith(f".{domain}"))
