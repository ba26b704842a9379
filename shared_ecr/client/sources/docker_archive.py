"""What `docker save` writes: a configuration and raw layers, of which a registry gets gzipped ones.

New engines write an OCI layout into the same file. Its index.json is preferred when everything it names is there
(an image of several platforms is exported with one of them) and its layers are packed already: raw layers in it
mean that the engine made the manifest up for the export, no registry knows it, and it would cost three times the
bytes for as long as the image is stored.

Source: https://github.com/moby/moby/blob/master/image/spec/spec.md
"""

import json
import os
import posixpath
import queue
from functools import partial

from shared_ecr.client.http.workers import WorkerPool
from shared_ecr.client.sources.archived_platforms import left_out
from shared_ecr.client.sources.docker_documents import chosen_image, diff_ids
from shared_ecr.client.sources.files import read_whole
from shared_ecr.client.sources.interface import (
    Blob,
    Companions,
    ImageSource,
    IncompleteImageError,
    InvalidImageError,
    Manifest,
)
from shared_ecr.client.sources.manifests import (
    DOCKER_MANIFEST,
    INDEX_TYPES,
    MAX_CONFIG_BYTES,
    Descriptor,
    digest_of,
    parse_manifest,
)
from shared_ecr.client.sources.oci_layout import OciLayout, blob_name, chosen_entry, listed_images
from shared_ecr.client.sources.packing import Packed, head_of, measure, pack
from shared_ecr.client.sources.spools import Spool
from shared_ecr.client.sources.tars import TarFiles
from shared_ecr.client.sources.unpacking import GZIP, ZSTD
from shared_ecr.model.names import Digest
from shared_ecr.text import quoted

CONFIG_TYPE = "application/vnd.docker.container.image.v1+json"
LAYER_TYPE = "application/vnd.docker.image.rootfs.diff.tar.gzip"
# Packing is bound by the processor; more threads than this only heat a shared machine.
MAX_PACKERS = 4


class DockerArchive:
    """One image of a docker archive, packed into temporary files without a name until `close`."""

    notes: tuple[str, ...]
    """Which platforms of the image the archive does not have, or are left out."""

    def __init__(self, files: TarFiles, wanted: str | None = None, layout: Descriptor | None = None) -> None:
        """Read and pack the image; *layout* is what the archive's OCI layout, which is not pushed, says of it."""
        entry = chosen_image(files, wanted)
        config = read_whole(files, entry.config, MAX_CONFIG_BYTES)
        self.notes = left_out(files, layout, digest_of(config)) if layout else ()
        contents = diff_ids(config, files.origin(entry.config))
        if len(contents) != len(entry.layers):
            raise InvalidImageError.in_file(
                files.origin(entry.config), f"it names {len(contents)} layers, and manifest.json {len(entry.layers)}"
            )
        self._files = files
        self._spools = [Spool(files.place) for _ in range(min(MAX_PACKERS, os.cpu_count() or 1))]
        try:
            layers = _packed(files, entry.layers, contents, self._spools)
        except BaseException:
            self.close()
            raise
        origin = files.origin(entry.config)
        config_blob = Blob(digest_of(config), len(config), origin, lambda: files.open(entry.config))
        self._manifest = _manifest(config_blob, layers)
        self._blobs = tuple({blob.digest: blob for blob in (config_blob, *layers)}.values())

    @property
    def root(self) -> Manifest:
        """The manifest made of the archive: the same archive always gives the same."""
        return self._manifest

    @property
    def manifests(self) -> tuple[Manifest, ...]:
        """The one manifest."""
        return (self._manifest,)

    @property
    def blobs(self) -> tuple[Blob, ...]:
        """The configuration and each different layer."""
        return self._blobs

    def companions(self) -> Companions:
        """Find none: the format knows of none."""
        return Companions()

    def close(self) -> None:
        """Free the packed layers, and the archive where one had to be unpacked."""
        for spool in self._spools:
            spool.close()
        self._files.close()


def open_docker_archive(files: TarFiles, wanted: str | None) -> ImageSource:
    """Open the image by the archive's OCI layout when that is whole and packed."""
    if files.size("index.json") is None or files.size("oci-layout") is None:
        return DockerArchive(files, wanted)
    try:
        layout = OciLayout(files, wanted, close=files.close)
    except IncompleteImageError:
        return DockerArchive(files, wanted, chosen_entry(files, listed_images(files), wanted))
    if _has_raw_layers(layout) or _lacks_layers(files, layout):
        return DockerArchive(files, wanted, layout.entry)
    return layout


def _has_raw_layers(layout: OciLayout) -> bool:
    return any(
        layer.media_type.endswith(".tar")
        for manifest in layout.manifests
        for layer in parse_manifest(manifest.content, str(manifest.digest), manifest.media_type).layers
    )


def _lacks_layers(files: TarFiles, layout: OciLayout) -> bool:
    """Whether the layout's manifest lists fewer layers than its configuration has: some engines wrote none at all.

    https://github.com/moby/moby/issues/47065
    """
    root = layout.root
    if root.media_type in INDEX_TYPES:
        return False
    image = parse_manifest(root.content, str(root.digest), root.media_type)
    config = next((blob for blob in image.blobs if blob.digest not in {layer.digest for layer in image.layers}), None)
    if config is None:
        return False
    name = blob_name(config.digest)
    if (files.size(name) or MAX_CONFIG_BYTES + 1) > MAX_CONFIG_BYTES:
        return False
    try:
        return len(diff_ids(read_whole(files, name, MAX_CONFIG_BYTES), files.origin(name))) > len(image.layers)
    except InvalidImageError:
        # It is the configuration of something else than an image.
        return False


def _packed(files: TarFiles, names: tuple[str, ...], contents: tuple[Digest, ...], spools: list[Spool]) -> list[Blob]:
    done: dict[str, Packed] = {}
    members = [_member(files, name) for name in names]
    idle: queue.SimpleQueue[Spool] = queue.SimpleQueue()
    for spool in spools:
        idle.put(spool)

    def pack_one(name: str) -> None:
        raw = Blob(contents[members.index(name)], files.size(name) or 0, files.origin(name), lambda: files.open(name))
        head = head_of(raw.open(), len(ZSTD))
        if head == ZSTD:
            raise InvalidImageError.in_file(raw.origin, "docker archives have no layers packed by zstd")
        if head.startswith(GZIP):
            done[name] = measure(raw)
            return
        # As many packers as spools, so there is one; a layer is in it behind those packed before.
        spool = idle.get()
        done[name] = pack(raw, spool)
        idle.put(spool)

    unique = sorted(set(members), key=lambda name: -(files.size(name) or 0))
    WorkerPool(len(spools)).run([partial(pack_one, name) for name in unique])
    for name, content in zip(members, contents, strict=True):
        if done[name].content != content:
            raise InvalidImageError.in_file(
                files.origin(name), f"it is damaged: the image names it {content}, it is {done[name].content}"
            )
    return [done[name].blob for name in members]


def _member(files: TarFiles, name: str) -> str:
    """Find a layer; old engines write the second of two equal layers as a link to the first.

    One link is followed, by name and within the archive's own table: it cannot lead to a file of this machine.
    """
    entry = files.entries.get(name)
    if entry and entry.is_link:
        # A hard link counts from the archive's top, a symbolic one from its own folder.
        start = "" if entry.kind == b"1" else posixpath.dirname(name)
        name = posixpath.normpath(posixpath.join(start, entry.link))
    if files.size(name) is None:
        raise IncompleteImageError.in_file(files.origin(quoted(name)), "manifest.json names this layer; it is missing")
    return name


def _manifest(config: Blob, layers: list[Blob]) -> Manifest:
    document = {
        "schemaVersion": 2,
        "mediaType": DOCKER_MANIFEST,
        "config": {"mediaType": CONFIG_TYPE, "size": config.size, "digest": str(config.digest)},
        "layers": [{"mediaType": LAYER_TYPE, "size": layer.size, "digest": str(layer.digest)} for layer in layers],
    }
    content = json.dumps(document, separators=(",", ":")).encode()
    moved = tuple(dict.fromkeys((config.digest, *(layer.digest for layer in layers))))
    return Manifest(digest_of(content), DOCKER_MANIFEST, content, moved, ())
