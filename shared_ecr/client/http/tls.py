"""Whose certificates are trusted for which host."""

import ssl
from collections.abc import Mapping
from pathlib import Path

from shared_ecr.client.http.egress import CA_VARIABLES, OF_AWS, ca_bundle
from shared_ecr.client.http.host_certificates import HostCertificates, named_in_faults
from shared_ecr.findings.errors import UnavailableError


def tls_context(authority: str, environ: Mapping[str, str]) -> ssl.SSLContext:
    """Return what checks the certificate of *authority*, `HOST[:PORT]` as in references.

    Raises:
        UnavailableError: a file that the environment or a folder of certificates names cannot be used.
    """
    certificates = HostCertificates.find(authority, environ)
    if certificates is not None:
        return certificates.context()
    bundle = ca_bundle(environ, authority.partition(":")[0])
    if bundle is None:
        return ssl.create_default_context()
    if not Path(bundle).is_file():
        raise UnavailableError(f"{bundle}, named by one of {', '.join(CA_VARIABLES)}, is not a file of certificates")
    with named_in_faults(Path(bundle)):
        return ssl.create_default_context(cafile=bundle)


def trust_advice(authority: str) -> str:
    """Say how the certificate of *authority*, `HOST[:PORT]`, can be made a trusted one."""
    if authority.partition(":")[0].endswith(OF_AWS):
        return "AWS_CA_BUNDLE names a file of certificates to trust, such as those of a proxy"
    return (
        f"Put the certificate of its authority into ~/.config/containers/certs.d/{authority}/ca.crt or "
        f"/etc/docker/certs.d/{authority}/ca.crt, or let SSL_CERT_FILE name a file of all that are trusted"
    )
