"""Debian's docker-registry on this machine, behind a login: what the real engines are tried against."""

import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from client.engines.authority import Authority
from shared_ecr.client.credentials.interface import Credentials
from shared_ecr.model.names import Digest, ImageReference, RegistryHost, Tag

MANIFESTS = "application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json"
READY_SECONDS = 20.0


@dataclass(frozen=True)
class RealRegistry:
    """A running registry and the one login it accepts."""

    host: RegistryHost
    credentials: Credentials

    def reference(self, repository: str, tag: str) -> ImageReference:
        return ImageReference(self.host, repository, Tag.parse(tag))

    def digest_of(self, host: RegistryHost, repository: str, tag: Tag) -> Digest | None:
        """Return what *tag* names, asked by HTTP and by none of the engines; the host is this registry's own."""
        return self._head(f"{repository}/manifests/{tag}")

    def config_digest_of(self, host: RegistryHost, repository: str, manifest: Digest) -> Digest | None:
        with urllib.request.urlopen(self._request("GET", f"{repository}/manifests/{manifest}"), timeout=10) as answer:
            return Digest.parse(json.load(answer)["config"]["digest"])

    def _head(self, path: str) -> Digest | None:
        try:
            with urllib.request.urlopen(self._request("HEAD", path), timeout=10) as answer:
                return Digest.parse(answer.headers["Docker-Content-Digest"])
        except urllib.error.HTTPError as refusal:
            refusal.close()
            return None

    def _request(self, method: str, path: str) -> urllib.request.Request:
        headers = {"Authorization": self.credentials.basic(), "Accept": MANIFESTS}
        return urllib.request.Request(f"http://{self.host}/v2/{path}", method=method, headers=headers)


def missing_program() -> str | None:
    """Return which program the registry needs and this machine lacks."""
    return next((name for name in ("docker-registry", "htpasswd") if not shutil.which(name)), None)


@contextmanager
def running_registry(
    folder: Path, credentials: Credentials, authority: Authority | None = None
) -> Iterator[RealRegistry]:
    """Run a registry with its files in *folder* until the block is left; with TLS under the name of *authority*."""
    # htpasswd reads the password from its input; bcrypt is the one hash the registry accepts.
    users = subprocess.run(
        ["htpasswd", "-niBC", "4", credentials.username],
        input=credentials.password.encode(), capture_output=True, check=True,
    ).stdout  # fmt: skip
    (folder / "htpasswd").write_bytes(users)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    configuration: dict[str, Any] = {
        "version": 0.1,
        "log": {"level": "error", "accesslog": {"disabled": True}},
        "storage": {"filesystem": {"rootdirectory": str(folder / "blobs")}},
        "http": {"addr": f"127.0.0.1:{port}", "secret": "for one test run"},
        "auth": {"htpasswd": {"realm": "test", "path": str(folder / "htpasswd")}},
    }
    host = "127.0.0.1"
    if authority is not None:
        host = authority.name
        configuration["http"]["tls"] = {"certificate": str(authority.certificate), "key": str(authority.key)}
    # JSON is YAML.
    (folder / "config.yml").write_text(json.dumps(configuration))
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            ["docker-registry", "serve", str(folder / "config.yml")], stdout=log, stderr=subprocess.STDOUT
        )
        try:
            wait_for_port(port)
            yield RealRegistry(RegistryHost(f"{host}:{port}"), credentials)
        finally:
            server.terminate()
            server.wait()


def wait_for_port(port: int) -> None:
    """Return when someone listens on *port* of this machine."""
    deadline = time.monotonic() + READY_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return
