"""A certificate authority of a test's own, and a certificate by it for a name of this machine that is not an address.

An address of this machine is spoken to in plain HTTP; under its name it is a host like any other.
"""

import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Authority:
    """Whom to trust, and what a server shows."""

    root: Path
    """The authority's own certificate; `SSL_CERT_FILE` names it to every program that must trust it."""
    name: str
    certificate: Path
    key: Path


def missing() -> str | None:
    """Say why there can be none here."""
    if not shutil.which("openssl"):
        return "openssl is not installed"
    try:
        is_here = socket.gethostbyname(socket.gethostname()).startswith("127.")
    except OSError:
        is_here = False
    return None if is_here else "the name of this machine does not lead to its loopback address"


def made_authority(folder: Path) -> Authority:
    """Make one, with its files in *folder*."""
    name = socket.gethostname()
    made = Authority(folder / "root.pem", name, folder / "certificate.pem", folder / "key.pem")
    root_key, asked, more = folder / "root-key.pem", folder / "asked.pem", folder / "more"
    more.write_text(f"subjectAltName=DNS:{name}\n")
    new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    _openssl("req", "-x509", *new_key, "-days", "2", "-subj", "/CN=a test", "-keyout", root_key, "-out", made.root)
    _openssl("req", *new_key, "-subj", f"/CN={name}", "-keyout", made.key, "-out", asked)
    _openssl("x509", "-req", "-in", asked, "-CA", made.root, "-CAkey", root_key, "-CAcreateserial", "-days", "1",
             "-extfile", more, "-out", made.certificate)  # fmt: skip
    return made


def _openssl(*words: str | Path) -> None:
    subprocess.run(["openssl", *words], check=True, capture_output=True)
