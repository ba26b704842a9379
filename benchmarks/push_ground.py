"""The environment of a push measurement: an image in two forms, a registry, a slow connection to it, a dockerd."""

import gzip
import hashlib
import io
import json
import os
import shutil
import socket
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PLAYERS = Path(__file__).with_name("push_players.py")
DOCKERD = [
    "dockerd", "--storage-driver=overlay2", "--iptables=false", "--ip6tables=false", "--bridge=none",
    "--ip-forward=false", "--userland-proxy=false",
]  # fmt: skip


def write_image(folder: Path, layers: int, layer_bytes: int) -> None:
    """Write one image as an OCI layout and as a `docker save` archive; its files are random, nothing packs them."""
    blobs = folder / "layout" / "blobs" / "sha256"
    blobs.mkdir(parents=True)

    def add(content: bytes, media_type: str) -> dict[str, object]:
        digest = hashlib.sha256(content).hexdigest()
        (blobs / digest).write_bytes(content)
        return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(content)}

    kind = "application/vnd.oci.image"
    listed, diff_ids, names = [], [], []
    with tarfile.open(folder / "archive.tar", "w") as archive:
        for number in range(layers):
            raw = _layer(layer_bytes, number)
            # Level nought: what cannot be packed is stored, which takes no time.
            listed.append(add(gzip.compress(raw, 0, mtime=0), f"{kind}.layer.v1.tar+gzip"))
            diff_ids.append(f"sha256:{hashlib.sha256(raw).hexdigest()}")
            names.append(f"{number}/layer.tar")
            _add(archive, names[-1], raw)
        rootfs = {"type": "layers", "diff_ids": diff_ids}
        config = json.dumps({"architecture": "amd64", "os": "linux", "rootfs": rootfs}).encode()
        _add(archive, "config.json", config)
        listing = [{"Config": "config.json", "RepoTags": ["bench:1"], "Layers": names}]
        _add(archive, "manifest.json", json.dumps(listing).encode())
    described = add(config, f"{kind}.config.v1+json")
    document = {"schemaVersion": 2, "mediaType": f"{kind}.manifest.v1+json", "config": described, "layers": listed}
    manifest = add(json.dumps(document).encode(), f"{kind}.manifest.v1+json")
    (folder / "layout" / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    (folder / "layout" / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [manifest]}))


def _layer(size: int, number: int) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        _add(tar, f"file-{number}", os.urandom(size))
    return buffer.getvalue()


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    tar.addfile(member, io.BytesIO(content))


@contextmanager
def registry(folder: Path, *, log_requests: bool = False) -> Iterator[int]:
    """Run Debian's docker-registry with an empty storage, and remove it afterwards; `folder/log` has its requests."""
    port = free_port()
    folder.mkdir()
    config = {
        "version": "0.1",
        "log": {"level": "error", "accesslog": {"disabled": not log_requests}},
        "storage": {"filesystem": {"rootdirectory": str(folder / "data")}},
        "http": {"addr": f"127.0.0.1:{port}"},
    }
    # JSON is YAML.
    (folder / "config.yml").write_text(json.dumps(config))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(["docker-registry", "serve", str(folder / "config.yml")], stdout=log, stderr=log)
        try:
            wait_for(port, process)
            yield port
        finally:
            process.terminate()
            process.wait()
    shutil.rmtree(folder)


@contextmanager
def delayed(port: int, delay_ms: int) -> Iterator[int]:
    """Put the delay proxy, a process of its own, before the registry."""
    if not delay_ms:
        yield port
        return
    own = free_port()
    process = subprocess.Popen([sys.executable, str(PLAYERS), "proxy", str(own), str(port), str(delay_ms)])
    try:
        wait_for(own, process)
        yield own
    finally:
        process.terminate()
        process.wait()


@contextmanager
def dockerd(folder: Path) -> Iterator[str | None]:
    """Run a daemon of our own and lend its address; None, with the reason on stderr, where it does not start."""
    if not shutil.which("dockerd") or not shutil.which("docker") or os.geteuid() != 0:
        sys.stderr.write("docker is left out: dockerd or docker is not installed, or this is not root\n")
        yield None
        return
    # A socket's path has at most 107 characters.
    with tempfile.TemporaryDirectory(prefix="d", dir="/tmp") as short, (folder / "dockerd.log").open("wb") as log:
        address, settings = f"unix://{short}/d.sock", Path(short, "daemon.json")
        settings.write_text("{}")
        places = [f"--data-root={folder}/docker", f"--exec-root={short}/exec", f"--pidfile={short}/pid"]
        daemon = subprocess.Popen(
            [*DOCKERD, *places, f"--config-file={settings}", "-H", address], stdout=log, stderr=log
        )
        try:
            if _answers(address, daemon):
                yield address
            else:
                sys.stderr.write(f"docker is left out: {(folder / 'dockerd.log').read_text()[-300:]}\n")
                yield None
        finally:
            daemon.terminate()
            daemon.wait()


def _answers(address: str, daemon: "subprocess.Popen[bytes]") -> bool:
    for _ in range(300):
        if not subprocess.run(["docker", "-H", address, "version"], capture_output=True, check=False).returncode:
            return True
        if daemon.poll() is not None:
            return False
        time.sleep(0.1)
    return False


def free_port() -> int:
    """Ask the system for a port that no one has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    """Return when *process* listens."""
    for _ in range(500):
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    sys.exit(f"nothing listens on port {port}")
