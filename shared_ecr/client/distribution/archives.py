"""A pulled layout as one file: an OCI archive that every `docker load` takes.

`docker load` before version 25, and without the containerd store, reads `manifest.json` and nothing else; every other
reader takes `index.json`. Both name the same blobs, so the layers are in the file once and stay compressed.
Source: https://github.com/moby/moby/blob/v25.0.0/image/tarexport/save.go, which writes both too
"""

import io
import json
import platform
import tarfile
from pathlib import Path
from typing import IO

from shared_ecr.client.sources.files import ImageFolder
from shared_ecr.client.sources.interface import Manifest
from shared_ecr.client.sources.manifests import INDEX_TYPES, ManifestContent, parse_manifest
from shared_ecr.client.sources.narrowing import index_entries
from shared_ecr.client.sources.oci_layout import OciLayout, blob_name
from shared_ecr.model.names import ImageReference, Tag
from shared_ecr.model.names.platforms import Platform

# docker names architectures as Go does.
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}


def write_archive(layout: Path, reference: ImageReference, file: IO[bytes]) -> bool:
    """Write the one image of *layout* to *file*, front to back; return whether `manifest.json` names it too.

    An index of several platforms is whole in the file. For readers of `manifest.json`, which knows one image, it is
    the one for this machine; where there is none, they find nothing.
    """
    source = OciLayout(ImageFolder(layout))
    chosen = _image_for_this_machine(source)
    with tarfile.open(fileobj=file, mode="w|", format=tarfile.USTAR_FORMAT) as tar:
        for name in ("oci-layout", "index.json"):
            _add(tar, name, (layout / name).read_bytes())
        if chosen is not None:
            _add(tar, "manifest.json", _docker_manifest(chosen, reference))
        for path in sorted((layout / "blobs" / "sha256").iterdir()):
            with path.open("rb") as blob:
                tar.addfile(_header(f"blobs/sha256/{path.name}", path.stat().st_size), blob)
    return chosen is not None


def _image_for_this_machine(source: OciLayout) -> ManifestContent | None:
    manifests = {manifest.digest: manifest for manifest in source.manifests}
    root = source.root
    if root.media_type not in INDEX_TYPES:
        return _read(root)
    machine = platform.machine()
    # Containers are Linux's, also where docker runs in a virtual machine of macOS or Windows.
    wanted = Platform.of("linux", _ARCHITECTURES.get(machine.lower(), machine.lower()))
    for entry in index_entries(root.content, "index"):
        found = manifests.get(entry.descriptor.digest)
        if found and found.media_type not in INDEX_TYPES and entry.platform and wanted.covers(entry.platform):
            return _read(found)
    return None


def _read(manifest: Manifest) -> ManifestContent:
    return parse_manifest(manifest.content, str(manifest.digest), manifest.media_type)


def _docker_manifest(image: ManifestContent, reference: ImageReference) -> bytes:
    tag = reference.name if isinstance(reference.name, Tag) else reference.tag
    config, *layers = (blob_name(descriptor.digest) for descriptor in image.blobs)
    names = [f"{reference.repository_uri}:{tag}"] if tag is not None else None
    return json.dumps([{"Config": config, "RepoTags": names, "Layers": layers}]).encode()


def _add(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    tar.addfile(_header(name, len(content)), io.BytesIO(content))


def _header(name: str, size: int) -> tarfile.TarInfo:
    """Return a header without times and owners, so that one image makes one file, byte for byte."""
    header = tarfile.TarInfo(name)
    header.size, header.mode = size, 0o644
    return header
