"""Small images of every kind, written for a test."""

import gzip
import hashlib
import io
import json
import random
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
RAW_LAYER = "application/vnd.oci.image.layer.v1.tar"
REF_NAME = "org.opencontainers.image.ref.name"


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def noise(size: int, seed: int = 0) -> bytes:
    return random.Random(seed).randbytes(size)


def layer_tar(size: int, seed: int = 0, *, text: bool = False) -> bytes:
    """A tar with one file, of noise or of text that packs well."""
    content = (b"the quick brown fox %d\n" % seed * (size // 20 + 1))[:size] if text else noise(size, seed)
    return tar_of({f"file-{seed}": content})


def tar_of(files: dict[str, bytes], links: dict[str, str] | None = None) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
        for name, target in (links or {}).items():
            member = tarfile.TarInfo(name)
            member.type = tarfile.SYMTYPE
            member.linkname = target
            tar.addfile(member)
    return buffer.getvalue()


@dataclass(frozen=True)
class BuiltImage:
    """An image as its files: digest -> content."""

    root: str
    media_type: str
    files: dict[str, bytes]

    def descriptor(self, **more: object) -> dict[str, object]:
        return {"mediaType": self.media_type, "digest": self.root, "size": len(self.files[self.root]), **more}

    @property
    def manifest(self) -> dict[str, object]:
        document: dict[str, object] = json.loads(self.files[self.root])
        return document


def image(
    layers: Sequence[bytes] = (b"layer one", b"layer two"),
    *,
    layer_type: str = OCI_LAYER,
    seed: int = 0,
    indent: int | None = 3,
    config: dict[str, object] | None = None,
) -> BuiltImage:
    """An image of these layer blobs; indented, so that another serialization would be noticed."""
    plain = {"architecture": "amd64", "os": "linux", "seed": seed, "rootfs": {"type": "layers"}}
    configuration = json.dumps(config or plain).encode()
    document = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": {"mediaType": OCI_CONFIG, "digest": digest_of(configuration), "size": len(configuration)},
        "layers": [{"mediaType": layer_type, "digest": digest_of(blob), "size": len(blob)} for blob in layers],
    }
    content = json.dumps(document, indent=indent).encode()
    files = {digest_of(blob): blob for blob in (configuration, *layers, content)}
    return BuiltImage(digest_of(content), OCI_MANIFEST, files)


def index(*children: BuiltImage) -> BuiltImage:
    """An image index over *children*, a platform each."""
    platforms = ("amd64", "arm64", "s390x", "riscv64")
    document = {
        "schemaVersion": 2,
        "mediaType": OCI_INDEX,
        "manifests": [
            child.descriptor(platform={"os": "linux", "architecture": platforms[i % 4]})
            for i, child in enumerate(children)
        ],
    }
    content = json.dumps(document, indent=1).encode()
    files = {digest_of(content): content}
    for child in children:
        files |= child.files
    return BuiltImage(digest_of(content), OCI_INDEX, files)


def about(
    subject: BuiltImage, content: bytes = b"signed", *, kind: str = "application/vnd.example.signature", **more: object
) -> BuiltImage:
    """Something about *subject*: one layer, no configuration, as the specification advises."""
    document = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "artifactType": kind,
        "config": {"mediaType": "application/vnd.oci.empty.v1+json", "digest": digest_of(b"{}"), "size": 2},
        "layers": [{"mediaType": kind, "digest": digest_of(content), "size": len(content)}],
        "subject": subject.descriptor(),
        **more,
    }
    manifest = json.dumps(document).encode()
    files = {digest_of(blob): blob for blob in (b"{}", content, manifest)}
    return BuiltImage(digest_of(manifest), OCI_MANIFEST, files)


def with_root(built: BuiltImage, document: dict[str, object]) -> BuiltImage:
    """The same files under another manifest."""
    content = json.dumps(document).encode()
    return BuiltImage(digest_of(content), built.media_type, {**built.files, digest_of(content): content})


def layout_files(*images: BuiltImage, names: Sequence[str] = ()) -> dict[str, bytes]:
    """The files of a layout that lists *images*, by the *names* where there are some."""
    listed = []
    for i, built in enumerate(images):
        more: dict[str, object] = {"annotations": {REF_NAME: names[i]}} if i < len(names) else {}
        listed.append(built.descriptor(**more))
    files = {
        "oci-layout": b'{"imageLayoutVersion":"1.0.0"}',
        "index.json": json.dumps({"schemaVersion": 2, "manifests": listed}).encode(),
    }
    for built in images:
        files |= {f"blobs/sha256/{digest.partition(':')[2]}": content for digest, content in built.files.items()}
    return files


def write_layout(folder: Path, *images: BuiltImage, names: Sequence[str] = ()) -> Path:
    for name, content in layout_files(*images, names=names).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def write_archive(path: Path, *images: BuiltImage, names: Sequence[str] = ()) -> Path:
    path.write_bytes(tar_of(layout_files(*images, names=names)))
    return path


def docker_files(layers: Sequence[bytes], name: str = "team/app:1", *, packed: bool = False) -> dict[str, bytes]:
    """What `docker save` wrote before version 25: a folder a layer."""
    config = json.dumps({"os": "linux", "rootfs": {"type": "layers", "diff_ids": [digest_of(raw) for raw in layers]}})
    config_name = f"{hashlib.sha256(config.encode()).hexdigest()}.json"
    files = {config_name: config.encode()}
    members = []
    for i, raw in enumerate(layers):
        members.append(f"{digest_of(raw + bytes([i]))[7:]}/layer.tar")
        files[members[-1]] = gzip.compress(raw, mtime=7) if packed else raw
    files["manifest.json"] = json.dumps([{"Config": config_name, "RepoTags": [name], "Layers": members}]).encode()
    return files


def write_docker_archive(path: Path, layers: Sequence[bytes], *, packed: bool = False) -> Path:
    path.write_bytes(tar_of(docker_files(layers, packed=packed)))
    return path
