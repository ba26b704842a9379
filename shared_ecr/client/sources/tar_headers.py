"""Tar headers, untrusted: what an archive holds and where, every size checked against the file.

The format is that of POSIX ustar with the extensions of pax (long names, sizes) and GNU (long names):
https://www.gnu.org/software/tar/manual/html_node/Standard.html
"""

from shared_ecr.client.sources.interface import InvalidImageError
from shared_ecr.client.sources.sections import ReadAt
from shared_ecr.records import record, replace
from shared_ecr.text import quoted

BLOCK = 512
# Long names and pax records are read into memory; a megabyte is more than any honest archive has in one.
MAX_EXTENSION = 1024 * 1024
# `docker save` writes three entries a layer; a file system of a million files is not an image archive.
MAX_ENTRIES = 100_000
_REGULAR, _LINKS, _LONG_NAME, _LONG_LINK, _PAX = b"0\x007", b"12", b"L", b"K", b"x"


@record
class TarEntry:
    """One member: where its bytes are in the archive, or what it links to."""

    name: str
    offset: int
    size: int
    kind: bytes
    link: str = ""

    @property
    def is_regular(self) -> bool:
        """Whether it has bytes of its own."""
        return self.kind in _REGULAR

    @property
    def is_link(self) -> bool:
        """Whether it is a symbolic or hard link."""
        return self.kind in _LINKS


def is_tar(head: bytes) -> bool:
    """Whether *head*, the first 512 bytes, are a tar header with a right checksum."""
    return len(head) == BLOCK and any(head) and _checksum(head) == _number(head[148:156])


def read_entries(read_at: ReadAt, length: int, place: str) -> dict[str, TarEntry]:
    """Read the headers of a file of *length* bytes; the last of two members of one name counts."""
    entries: dict[str, TarEntry] = {}
    extension = _Extension()
    offset = count = 0
    while len(head := read_at(offset, BLOCK)) == BLOCK and any(head):
        if not is_tar(head):
            raise InvalidImageError.in_file(place, f"the tar header at byte {offset} is damaged")
        count += 1
        if count > MAX_ENTRIES:
            raise InvalidImageError.in_file(place, f"an image has at most {MAX_ENTRIES} members")
        entry = _entry(head, offset + BLOCK)
        if entry.kind in _LONG_NAME + _LONG_LINK + _PAX:
            if entry.size > MAX_EXTENSION:
                raise InvalidImageError.in_file(place, f"the name at byte {offset} has {entry.size} bytes")
            extension = extension.with_record(entry.kind, read_at(entry.offset, entry.size), place)
        else:
            entry = extension.applied_to(entry)
            extension = _Extension()
        if not 0 <= entry.size <= length - entry.offset:
            raise InvalidImageError.in_file(place, f"it ends within {quoted(entry.name)}: the archive was cut short")
        if entry.kind not in _LONG_NAME + _LONG_LINK + _PAX + b"g5":
            name = _inside(entry.name, place)
            entries[name] = replace(entry, name=name)
        offset = entry.offset + -(-entry.size // BLOCK) * BLOCK
    return entries


@record
class _Extension:
    """What records before a header say of the member after them."""

    name: str | None = None
    link: str | None = None
    size: int | None = None
    is_sparse: bool = False

    def with_record(self, kind: bytes, content: bytes, place: str) -> "_Extension":
        if kind == _LONG_NAME:
            return replace(self, name=_text(content))
        if kind == _LONG_LINK:
            return replace(self, link=_text(content))
        found = self
        for key, value in _pax_records(content, place):
            if key == "path":
                found = replace(found, name=value)
            elif key == "linkpath":
                found = replace(found, link=value)
            elif key == "size" and value.isdecimal():
                found = replace(found, size=int(value))
            elif key.startswith("GNU.sparse"):
                found = replace(found, is_sparse=True)
        return found

    def applied_to(self, entry: TarEntry) -> TarEntry:
        return replace(
            entry,
            name=entry.name if self.name is None else self.name,
            link=entry.link if self.link is None else self.link,
            size=entry.size if self.size is None else self.size,
            # The bytes of a sparse member are not its content; it is kept as what it is, and refused when asked for.
            kind=b"S" if self.is_sparse else entry.kind,
        )


def _entry(head: bytes, offset: int) -> TarEntry:
    name = _text(head[:100])
    if head[257:262] == b"ustar" and head[263:265] == b"00" and head[345]:
        name = f"{_text(head[345:500])}/{name}"
    kind = head[156:157]
    # Links and folders have no bytes, whatever their header says.
    size = 0 if kind in _LINKS + b"5" else _number(head[124:136])
    return TarEntry(name, offset, size, kind, _text(head[157:257]))


def _inside(name: str, place: str) -> str:
    """Return *name* without a leading `./`; refuse one that leads out of the archive."""
    parts = [part for part in name.split("/") if part not in {"", "."}]
    if name.startswith("/") or ".." in parts or not parts:
        raise InvalidImageError.in_file(place, f"the member name {quoted(name)} leads out of the archive")
    return "/".join(parts)


def _pax_records(content: bytes, place: str) -> list[tuple[str, str]]:
    records = []
    while content:
        digits, _, _ = content.partition(b" ")
        length = int(digits) if digits.isdigit() and len(digits) < len(str(MAX_EXTENSION)) + 1 else 0
        if not len(digits) + 1 < length <= len(content):
            raise InvalidImageError.in_file(place, "a pax header is damaged")
        key, _, value = content[len(digits) + 1 : length].rstrip(b"\n").partition(b"=")
        records.append((_text(key), _text(value)))
        content = content[length:]
    return records


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "surrogateescape")


def _number(field: bytes) -> int:
    if field[0] & 0x80:
        # GNU's form for sizes over eight gigabytes; the sign bit of a negative one makes it too large to be true.
        return int.from_bytes(field, "big") & ~(0x80 << 8 * (len(field) - 1))
    digits = field.strip(b" \0")
    if digits.strip(b"01234567"):
        return -1
    return int(digits, 8) if digits else 0


def _checksum(head: bytes) -> int:
    return sum(head) - sum(head[148:156]) + 8 * 32
