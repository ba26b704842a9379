"""Write a tiny image as an OCI layout in a tar, without any container engine: one layer, one file.

python examples/sample_image.py build/todobackend.tar "hello from todobackend 1.4.2"
"""

import hashlib
import io
import json
import sys
import tarfile
from pathlib import Path
from typing import Any


def main(destination: Path, greeting: str) -> None:
    """Write an image whose only file is `/hello.txt` with *greeting* to *destination*."""
    layer = _tar({"hello.txt": greeting.encode()})
    config = _json(
        {
            "architecture": "amd64",
            "os": "linux",
            "config": {"Labels": {"org.opencontainers.image.title": "todobackend"}},
            "rootfs": {"type": "layers", "diff_ids": [_digest(layer)]},
        }
    )
    manifest = _json(
        {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": _descriptor("application/vnd.oci.image.config.v1+json", config),
            "layers": [_descriptor("application/vnd.oci.image.layer.v1.tar", layer)],
        }
    )
    index = _json(
        {
            "schemaVersion": 2,
            "manifests": [_descriptor("application/vnd.oci.image.manifest.v1+json", manifest)],
        }
    )
    blobs = {f"blobs/sha256/{_digest(blob)[7:]}": blob for blob in (layer, config, manifest)}
    destination.parent.mkdir(parents=True, exist_ok=True)
    destination.write_bytes(_tar({"oci-layout": b'{"imageLayoutVersion":"1.0.0"}', "index.json": index, **blobs}))


def _tar(files: dict[str, bytes]) -> bytes:
    """Return a tar of *files* that is the same each time: no dates, no owners."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _digest(blob: bytes) -> str:
    return f"sha256:{hashlib.sha256(blob).hexdigest()}"


def _descriptor(media_type: str, blob: bytes) -> dict[str, Any]:
    return {"mediaType": media_type, "digest": _digest(blob), "size": len(blob)}


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
