"""Certificates of servers on this machine, made for one test run by openssl."""

import shutil
import subprocess
from pathlib import Path

# `None` where it is there.
MISSING = None if shutil.which("openssl") else "openssl makes the certificate, and is not installed"


def self_signed(folder: Path, *names: str) -> Path:
    """Make a certificate for *names*, valid for a day, with its key beside it in `key.pem`; return its path."""
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    command += ["-addext", f"subjectAltName={','.join(f'DNS:{name}' for name in names)}"]
    command += ["-keyout", "key.pem", "-out", "certificate.pem"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder / "certificate.pem"
