"""Images to be moved, each kind a module: read as the untrusted input that they are.

`interface` says what an image is, `manifests` parses its documents, `files`, `sections` and `tars` find its bytes;
`oci_layout`, `oci_archive` and `docker_archive` are the kinds on this machine, and `open_source` chooses by
what they contain. What comes compressed or from stdin is unpacked by `unpacking` into a `spools` file first.
`registry` is an image in another registry (`registry_trees`, `registry_companions`), which `narrowing` cuts down to
platforms. `verifying` hashes every blob on its way out.
"""

import sys
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from shared_ecr.client.sources.files import unreadable
from shared_ecr.client.sources.interface import ImageSource, InvalidImageError
from shared_ecr.client.sources.oci_layout import open_oci_layout
from shared_ecr.findings.errors import UsageError
from shared_ecr.text import quoted, visible

if TYPE_CHECKING:
    from shared_ecr.client.sources.sections import SectionedFile
    from shared_ecr.client.sources.spools import Spool

STDIN = "-"
_UNPACKED_HERE = (b"\x1f\x8b", b"\x28\xb5\x2f\xfd")
_COMPRESSED = {b"BZh": "bzip2", b"\xfd7zXZ": "xz"}
_KNOWN = "an image is an OCI layout (a folder or a tar with index.json) or a file written by 'docker save'"
_CHUNK = 1024 * 1024
# The first of a tar, by which it is known.
BLOCK = 512


def open_source(text: str, stdin: BinaryIO | None = None) -> ImageSource:
    """Open the image `PATH`, or `PATH#NAME` where several are in one place; `-` is an archive on stdin.

    NAME is what the place calls the image: `org.opencontainers.image.ref.name` of a layout, the REPOSITORY:TAG of
    a docker archive, or a digest. A path that has a `#` itself is taken whole when it exists. An archive may be
    compressed by gzip or zstd; unpacked, or read from stdin, it takes its size in temporary files under TMPDIR.

    Raises:
        InvalidImageError: nothing is there, it is something else, or it breaks a rule of its kind.
        UnavailableError: the operating system does not let it be read, or there is no room for temporary files.
        UsageError: stdin is a terminal.
    """
    if text.partition("#")[0] == STDIN:
        return _open_stdin(text.partition("#")[2] or None, stdin)
    path, wanted = _split(text)
    try:
        if path.is_dir():
            return _open_folder(path, wanted)
        if path.is_file():
            from shared_ecr.client.sources.sections import PathSections

            with path.open("rb") as file:
                head = file.read(BLOCK)
                if head.startswith(_UNPACKED_HERE):
                    return _open_archive(_spooled(file, head, str(path)), wanted)
            return _open_archive(PathSections(path), wanted)
        if path.is_fifo():
            # As `<(docker save IMAGE)` of a shell is one.
            from shared_ecr.documents.input_files import opened_pipe

            begin, stream = opened_pipe(path)
            with stream:
                head = begin + stream.read(BLOCK - len(begin))
                return _open_archive(_spooled(stream, head, str(path)), wanted)
        if path.exists():
            raise InvalidImageError.in_file(str(path), f"this is neither a file nor a folder; {_KNOWN}")
    except OSError as error:
        raise unreadable(str(path), error) from error
    raise InvalidImageError.in_file(str(path), "there is no such file or folder")


def _split(text: str) -> tuple[Path, str | None]:
    if "\0" in text:
        raise InvalidImageError.in_file(quoted(text), "a path cannot have a zero byte")
    path, mark, name = text.rpartition("#")
    if not mark or Path(text).exists():
        return Path(text), None
    return Path(path), name


def _open_folder(path: Path, wanted: str | None) -> ImageSource:
    if (path / "index.json").exists():
        return open_oci_layout(path, wanted)
    if (path / "version").exists() and (path / "manifest.json").exists():
        cure = f"copy it with 'skopeo copy dir:{visible(str(path))} oci:LAYOUT:TAG', and push the layout"
        raise InvalidImageError.in_file(str(path), f"skopeo writes such a folder with 'dir:'; {cure}")
    if (path / "manifest.json").exists():
        raise InvalidImageError.in_file(str(path), f"this is an unpacked archive; push the archive itself: {_KNOWN}")
    found = sorted(child.name for child in path.iterdir())[:5]
    raise InvalidImageError.in_file(
        str(path), f"this folder {_holding(found)}{' and no index.json' if found else ''}; {_KNOWN}"
    )


def _open_stdin(wanted: str | None, stdin: BinaryIO | None) -> ImageSource:
    stream = stdin or (sys.stdin.buffer if sys.stdin else None)
    if stream is None or stream.isatty():
        raise UsageError("'-' is an archive on stdin, and nothing is piped in; write docker save IMAGE | … -")
    try:
        # A pipe gives less than asked for; the first block shows what comes.
        head = stream.read(BLOCK)
        return _open_archive(_spooled(stream, head, "stdin"), wanted)
    except OSError as error:
        raise unreadable("stdin", error) from error


def _spooled(stream: BinaryIO, head: bytes, place: str) -> "Spool":
    """Copy what is left of *stream*, of which *head* was read, into a temporary file; unpacked, where it is packed."""
    # Temporary files and their imports are not for those who push a layout.
    from shared_ecr.client.sources.spools import Spool
    from shared_ecr.client.sources.unpacking import unpack

    spool = Spool(place)
    try:
        if head.startswith(_UNPACKED_HERE):
            for part in unpack(stream, head, place):
                spool.write(part)
        else:
            spool.write(head)
            while part := stream.read(_CHUNK):
                spool.write(part)
    except BaseException:
        spool.close()
        raise
    return spool


def _open_archive(file: "SectionedFile", wanted: str | None) -> ImageSource:
    """Open the image in *file*, which is closed where that fails."""
    try:
        return _image_in(file, wanted)
    except BaseException:
        with suppress(OSError):
            file.close()
        raise


def _image_in(file: "SectionedFile", wanted: str | None) -> ImageSource:
    from shared_ecr.client.sources.oci_archive import open_oci_archive
    from shared_ecr.client.sources.tar_headers import is_tar
    from shared_ecr.client.sources.tars import TarFiles

    head = file.read_at(0, BLOCK)
    for magic, program in _COMPRESSED.items():
        if head.startswith(magic):
            raise InvalidImageError.in_file(file.place, f"this file is compressed; unpack it by {program} -d first")
    if not head:
        raise InvalidImageError.in_file(file.place, "it is empty; if it comes from a command, that command failed")
    if not is_tar(head):
        raise InvalidImageError.in_file(file.place, f"this file is not a tar archive; {_KNOWN}")
    files = TarFiles(file)
    if "manifest.json" in files.entries:
        # Packing needs temporary files and threads, whose imports the push of a layout need not pay.
        from shared_ecr.client.sources.docker_archive import open_docker_archive

        return open_docker_archive(files, wanted)
    if "index.json" in files.entries:
        return open_oci_archive(files, wanted)
    found = _holding(sorted(files.entries)[:5])
    hint = _hint(files.entries.keys())
    raise InvalidImageError.in_file(file.place, f"this tar {found}, but neither index.json nor manifest.json; {hint}")


def _hint(names: Collection[str]) -> str:
    """Say what wrote a tar with these *names*, and what to write in its place."""
    for name in names:
        folder, _, file = name.rpartition("/")
        if file in {"index.json", "manifest.json"}:
            return f"the image is in its folder {quoted(folder)}: write the archive with 'tar -C FOLDER -cf FILE .'"
    if "repositories" in names or any(name.endswith("/layer.tar") for name in names):
        return "'docker save' of a version before 1.10 wrote it; load it into a newer one, and save it again"
    return "'docker export' writes such a file system, 'docker save' an image"


def _holding(names: list[str]) -> str:
    return f"holds {', '.join(map(quoted, names))}" if names else "is empty"
