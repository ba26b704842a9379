"""Certificates for one registry, where docker and podman look for them: `certs.d/HOST[:PORT]/`.

`*.crt` are authorities that are trusted for that host, besides the system's; `*.cert` with a `*.key` of the same name
is what the host is shown where it asks for a certificate.
https://docs.docker.com/engine/security/certificates/,
https://github.com/containers/image/blob/main/docs/containers-certs.d.5.md
"""

import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from shared_ecr.findings.errors import UnavailableError
from shared_ecr.records import record

_OF_THE_SYSTEM = (Path("/etc/containers/certs.d"), Path("/etc/docker/certs.d"))


@record
class HostCertificates:
    """What one folder has for one host."""

    folder: Path
    authorities: tuple[Path, ...]
    own: tuple[tuple[Path, Path], ...]
    """A certificate and its key."""

    @classmethod
    def find(cls, host: str, environ: Mapping[str, str]) -> "HostCertificates | None":
        """Return those for *host*, written as in references, with its port; the first folder that has any wins.

        Raises:
            UnavailableError: a folder cannot be read, or a certificate has no key.
        """
        for folder in (each / host for each in _folders(environ)):
            try:
                names = sorted(folder.iterdir()) if folder.is_dir() else []
            except OSError as fault:
                raise UnavailableError(f"{folder} cannot be read: {fault.strerror or fault}") from fault
            authorities = tuple(path for path in names if path.suffix == ".crt")
            own = tuple((path, _key_of(path)) for path in names if path.suffix == ".cert")
            for path in (*authorities, *(each for pair in own for each in pair)):
                if not path.is_file():
                    raise UnavailableError(f"{path} is not a file, so it is not a certificate; remove or replace it")
            if authorities or own:
                return cls(folder, authorities, own)
        return None

    def context(self) -> ssl.SSLContext:
        """Return what trusts the system's authorities and these.

        Raises:
            UnavailableError: a file is not a certificate or no key, or cannot be read.
        """
        context = ssl.create_default_context()
        for path in self.authorities:
            with named_in_faults(path):
                context.load_verify_locations(path)
        for certificate, key in self.own:
            with named_in_faults(certificate):
                # A key with a pass phrase would be asked for on standard input, where an image may come from.
                context.load_cert_chain(certificate, key, password="")
        return context


def _folders(environ: Mapping[str, str]) -> Iterator[Path]:
    """Yield where folders of hosts are, the user's own first."""
    home = environ.get("HOME") or environ.get("USERPROFILE")
    configuration = environ.get("XDG_CONFIG_HOME") or (home and str(Path(home, ".config")))
    if configuration:
        yield Path(configuration, "containers", "certs.d")
        # That of docker without root.
        yield Path(configuration, "docker", "certs.d")
    yield from _OF_THE_SYSTEM


def _key_of(certificate: Path) -> Path:
    key = certificate.with_suffix(".key")
    if not key.is_file():
        raise UnavailableError(f"{certificate} has no key; put {key.name} beside it, or name an authority .crt")
    return key


@contextmanager
def named_in_faults(path: Path) -> Iterator[None]:
    """Name the file that a fault of OpenSSL is about, which never does."""
    try:
        yield
    except (OSError, ValueError) as fault:
        # `ssl.SSLError` is an OSError.
        raise UnavailableError(f"{path} cannot be used as a certificate: {fault}") from fault
