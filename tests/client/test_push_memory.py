import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from client.faults import Drain
from client.images import OCI_CONFIG, OCI_LAYER, OCI_MANIFEST, digest_of
from client.pushing import Bench

ROOT = Path(__file__).parents[2]
MEBIBYTE = 1024 * 1024
# What the issue allows in all, whatever the size of a layer; Python and urllib3 take some thirty of it.
MOST_KIBIBYTES = 45 * 1024
SMALL, LARGE = 4 * MEBIBYTE, 600 * MEBIBYTE

PUSH = """
import sys
from pathlib import Path
from shared_ecr.client.http.environment import HttpEnvironment
from shared_ecr.client.pushers.events import NullProgress
from shared_ecr.client.pushers.interface import PushRequest
from shared_ecr.client.pushers.native import NativePusher
from shared_ecr.client.sources import open_source
from shared_ecr.model.names import RegistryHost, Tag

class NoOne:
    def credentials_for(self, host, *, renew=False):
        return None

request = PushRequest(sys.argv[1], RegistryHost.parse(sys.argv[2]), "memory", (Tag.parse(sys.argv[3]),))
NativePusher(HttpEnvironment({})).push(open_source(sys.argv[1]), request, NoOne(), NullProgress())
print(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0])
"""


def sparse_layout(folder: Path, size: int) -> Path:
    """An image of one layer of zeros, which take no room on disk."""
    seen, chunk = hashlib.sha256(), bytes(MEBIBYTE)
    for _ in range(size // MEBIBYTE):
        seen.update(chunk)
    layer = {"mediaType": OCI_LAYER, "digest": f"sha256:{seen.hexdigest()}", "size": size}
    config = {"mediaType": OCI_CONFIG, "digest": digest_of(b"{}"), "size": 2}
    document = {"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": config, "layers": [layer]}
    content = json.dumps(document).encode()
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    (blobs / digest_of(content)[7:]).write_bytes(content)
    (blobs / digest_of(b"{}")[7:]).write_bytes(b"{}")
    os.truncate(_created(blobs / seen.hexdigest()), size)
    entry = {"mediaType": OCI_MANIFEST, "digest": digest_of(content), "size": len(content)}
    (folder / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [entry]}))
    return folder


def _created(path: Path) -> Path:
    path.touch()
    return path


def peak(bench: Bench, layout: Path, tag: str) -> int:
    """Push in a program of its own, and return the most memory that it held, in KiB."""
    command = [sys.executable, "-c", PUSH, str(layout), str(bench.registry.host), tag]
    environ = {"PYTHONPATH": str(ROOT)}
    return int(subprocess.run(command, env=environ, check=True, capture_output=True, text=True).stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc has the peak, of this program alone")
def test_memory_does_not_grow_with_a_layer(bench: Bench, tmp_path: Path) -> None:
    bench.registry.fail("PUT", "/blobs/", Drain(), times=99)
    small = peak(bench, sparse_layout(tmp_path / "small", SMALL), "small")
    large = peak(bench, sparse_layout(tmp_path / "large", LARGE), "large")
    assert large < MOST_KIBIBYTES, f"{large} KiB"
    assert large - small < 4 * 1024, f"{small} KiB for 4 MiB, {large} KiB for 600"
