"""Images on this machine, each kind a module: what is pushed, read as the untrusted input that it is.

`interface` says what an image is, `manifests` parses its documents, `files` and `tars` find its bytes; `oci_layout`,
`oci_archive` and `docker_archive` are the kinds. `open_source` tells them apart by what they contain.
"""

from pathlib import Path

from shared_ecr.client.sources.files import unreadable
from shared_ecr.client.sources.interface import ImageSource, InvalidImageError
from shared_ecr.client.sources.oci_archive import open_oci_archive
from shared_ecr.client.sources.oci_layout import open_oci_layout
from shared_ecr.client.sources.tar_headers import BLOCK, is_tar
from shared_ecr.client.sources.tars import TarFiles
from shared_ecr.text import quoted

_COMPRESSED = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bzip2", b"\xfd7zXZ": "xz"}
_KNOWN = "an image is an OCI layout (a folder or a tar with index.json) or a file written by 'docker save'"


def open_source(text: str) -> ImageSource:
    """Open the image `PATH`, or `PATH#NAME` where several stand in one place.

    NAME is what the place calls the image: `org.opencontainers.image.ref.name` of a layout, the REPOSITORY:TAG of
    a docker archive, or a digest. A path that has a `#` itself is taken whole when it exists.

    Raises:
        InvalidImageError: nothing is there, it is something else, or it breaks a rule of its kind.
        UnavailableError: the operating system does not let it be read.
    """
    path, wanted = _split(text)
    try:
        if path.is_dir():
            return _open_folder(path, wanted)
        if path.is_file():
            with path.open("rb") as file:
                head = file.read(BLOCK)
            return _open_file(path, wanted, head)
        if path.exists():
            raise InvalidImageError.in_file(str(path), f"this is neither a file nor a folder; {_KNOWN}")
    except OSError as error:
        raise unreadable(str(path), error) from error
    raise InvalidImageError.in_file(str(path), "there is no such file or folder")


def _split(text: str) -> tuple[Path, str | None]:
    if "\0" in text:
        raise InvalidImageError.in_file(quoted(text), "a path has no zero byte")
    path, mark, name = text.rpartition("#")
    if not mark or Path(text).exists():
        return Path(text), None
    return Path(path), name


def _open_folder(path: Path, wanted: str | None) -> ImageSource:
    if (path / "index.json").exists():
        return open_oci_layout(path, wanted)
    if (path / "manifest.json").exists():
        raise InvalidImageError.in_file(str(path), f"this is an unpacked archive; push the archive itself: {_KNOWN}")
    found = sorted(child.name for child in path.iterdir())[:5]
    raise InvalidImageError.in_file(str(path), f"this folder {_holding(found)}, and no index.json; {_KNOWN}")


def _open_file(path: Path, wanted: str | None, head: bytes) -> ImageSource:
    for magic, program in _COMPRESSED.items():
        if head.startswith(magic):
            raise InvalidImageError.in_file(str(path), f"this file is compressed; unpack it by {program} -d first")
    if not is_tar(head):
        raise InvalidImageError.in_file(str(path), f"this file is no tar archive; {_KNOWN}")
    members = TarFiles(path).entries
    if "manifest.json" in members:
        # Packing needs temporary files and threads, whose imports the push of a layout need not pay.
        from shared_ecr.client.sources.docker_archive import open_docker_archive  # noqa: PLC0415 — as just said

        return open_docker_archive(path, wanted)
    if "index.json" in members:
        return open_oci_archive(path, wanted)
    found = _holding(sorted(members)[:5])
    hint = "'docker export' writes such a file system, 'docker save' an image"
    raise InvalidImageError.in_file(str(path), f"this tar {found}, and neither index.json nor manifest.json; {hint}")


def _holding(names: list[str]) -> str:
    return f"holds {', '.join(map(quoted, names))}" if names else "is empty"
