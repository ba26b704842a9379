import io
import json
import os
import struct
import tarfile
import threading
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from client.images import (
    OCI_INDEX,
    BuiltImage,
    digest_of,
    docker_files,
    image,
    index,
    layer_tar,
    layout_files,
    tar_of,
    with_root,
    write_archive,
    write_layout,
)
from client.reading import contents
from shared_ecr.client.sources import open_source
from shared_ecr.client.sources.interface import InvalidImageError
from shared_ecr.findings.errors import SharedEcrError

DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


@pytest.mark.parametrize("kind", ["folder", "archive"])
def test_a_layout_gives_its_bytes_untouched(tmp_path: Path, kind: str) -> None:
    built = index(image(seed=1), image([b"other", b""], seed=2))
    path = write_layout(tmp_path / "l", built) if kind == "folder" else write_archive(tmp_path / "l.tar", built)
    with closing(open_source(str(path))) as source:
        manifests = {str(manifest.digest): manifest.content for manifest in source.manifests}
        assert contents(source) | manifests == built.files
        assert str(source.root.digest) == built.root


def test_an_archive_with_leading_dots_is_read(tmp_path: Path) -> None:
    files = {f"./{name}": content for name, content in layout_files(image()).items()}
    (tmp_path / "l.tar").write_bytes(tar_of(files))
    assert str(open_source(str(tmp_path / "l.tar")).root.digest) == image().root


@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT], ids=["gnu", "pax"])
def test_long_names_are_read_as_tar_writes_them(tmp_path: Path, form: int) -> None:
    files = docker_files([layer_tar(10)])
    long = f"{'folder/' * 60}layer.tar"
    (name,) = (name for name in files if name.endswith("layer.tar"))
    files[long] = files.pop(name)
    files["manifest.json"] = files["manifest.json"].replace(name.encode(), long.encode())
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            member.mtime = 1.5 if form == tarfile.PAX_FORMAT else 0
            tar.addfile(member, io.BytesIO(content))
    (tmp_path / "i.tar").write_bytes(buffer.getvalue())
    with closing(open_source(str(tmp_path / "i.tar"))) as source:
        assert len(source.blobs) == 2


def test_of_several_images_the_named_one_is_taken(tmp_path: Path) -> None:
    write_layout(tmp_path / "l", image(seed=1), image(seed=2), names=("one", "two"))
    assert str(open_source(f"{tmp_path / 'l'}#two").root.digest) == image(seed=2).root


def test_of_several_images_one_can_be_taken_by_digest(tmp_path: Path) -> None:
    write_layout(tmp_path / "l", image(seed=1), image(seed=2))
    assert str(open_source(f"{tmp_path / 'l'}#{image(seed=2).root}").root.digest) == image(seed=2).root


def test_several_images_without_a_choice_are_listed(tmp_path: Path) -> None:
    write_layout(tmp_path / "l", image(seed=1), image(seed=2), names=("one", "two"))
    with pytest.raises(InvalidImageError, match=r"holds 2 images.*#one or .*#two"):
        open_source(str(tmp_path / "l"))


def test_one_image_under_two_names_is_no_choice(tmp_path: Path) -> None:
    write_layout(tmp_path / "l", image(), image(), names=("1.0", "latest"))
    assert str(open_source(str(tmp_path / "l")).root.digest) == image().root


def test_a_name_that_is_not_there_is_answered_by_those_that_are(tmp_path: Path) -> None:
    write_layout(tmp_path / "l", image(), names=("one",))
    with pytest.raises(InvalidImageError, match="no image named 'two'; it holds one"):
        open_source(f"{tmp_path / 'l'}#two")


def test_a_path_with_a_hash_is_taken_whole_when_it_exists(tmp_path: Path) -> None:
    write_layout(tmp_path / "a#b", image())
    assert str(open_source(str(tmp_path / "a#b")).root.digest) == image().root


def test_a_layout_of_links_is_read_as_build_systems_make_them(tmp_path: Path) -> None:
    write_layout(tmp_path / "real", image())
    for path in (tmp_path / "real").rglob("*"):
        if path.is_file():
            linked = tmp_path / "l" / path.relative_to(tmp_path / "real")
            linked.parent.mkdir(parents=True, exist_ok=True)
            linked.symlink_to(path)
    assert len(contents(open_source(str(tmp_path / "l")))) == 3


def test_layers_of_other_servers_are_left_there(tmp_path: Path) -> None:
    built = image([b"here"])
    document = built.manifest
    foreign = {"mediaType": "application/vnd.oci.image.layer.nondistributable.v1.tar", "size": 5,
               "digest": digest_of(b"there"), "urls": ["https://x"]}  # fmt: skip
    document["layers"] = [*document["layers"], foreign]  # type: ignore[misc]  # a list by construction
    source = open_source(str(write_layout(tmp_path / "l", with_root(built, document))))
    assert digest_of(b"there") not in {str(blob.digest) for blob in source.blobs}


def broken_layouts() -> dict[str, dict[str, bytes]]:
    """Layouts that break one rule each."""
    good = layout_files(image())
    root = f"blobs/sha256/{image().root[7:]}"
    layer = f"blobs/sha256/{digest_of(b'layer one')[7:]}"

    def rooted(**changes: object) -> dict[str, bytes]:
        return layout_files(with_root(image(), {**image().manifest, **changes}))

    def listed(**changes: object) -> dict[str, bytes]:
        return {**good, "index.json": json.dumps({"manifests": [image().descriptor(**changes)]}).encode()}

    deep = image()
    for _ in range(6):
        deep = index(deep)
    return {
        "no blob": {name: content for name, content in good.items() if name != layer},
        "short blob": {**good, layer: b"layer on"},
        "long blob": {**good, layer: b"layer one more"},
        "no manifest": {name: content for name, content in good.items() if name != root},
        "other manifest": {**good, root: good[root] + b" "},
        "index no json": {**good, "index.json": b"{"},
        "index a list": {**good, "index.json": b"[]"},
        "index deep": {**good, "index.json": b"[" * 100_000},
        "index empty": {**good, "index.json": b'{"manifests":[]}'},
        "index huge": {**good, "index.json": b" " * (4 * 1024 * 1024 + 1)},
        "manifests no list": {**good, "index.json": b'{"manifests":{}}'},
        "entry no object": {**good, "index.json": b'{"manifests":[1]}'},
        "digest leads out": listed(digest="sha256:../../../../etc/passwd"),
        "digest sha512": listed(digest="sha512:" + "0" * 128),
        "digest upper case": listed(digest=image().root.upper()),
        "digest missing": listed(digest=None),
        "size negative": listed(size=-1),
        "size a truth": listed(size=True),
        "size a text": listed(size="12"),
        "size huge": listed(size=10**30),
        "type unknown": listed(mediaType="text/plain"),
        "type contradicts": listed(mediaType=DOCKER_MANIFEST),
        "type missing": listed(mediaType=None),
        "both at once": rooted(manifests=[]),
        "config missing": rooted(config=None),
        "config too large": rooted(config={"mediaType": "a", "digest": image().root, "size": 9 * 1024 * 1024}),
        "layers missing": rooted(layers=None),
        "too deep": layout_files(deep),
    }


@pytest.mark.parametrize("case", broken_layouts())
@pytest.mark.parametrize("kind", ["folder", "archive"])
def test_a_layout_that_breaks_a_rule_is_refused_naming_a_file(tmp_path: Path, case: str, kind: str) -> None:
    path = tmp_path / "layout"
    if kind == "folder":
        for name, content in broken_layouts()[case].items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_bytes(content)
    else:
        path.write_bytes(tar_of(broken_layouts()[case]))
    with pytest.raises(InvalidImageError, match=r"layout"):
        open_source(str(path))


def test_an_index_of_things_that_are_no_manifests_is_refused(tmp_path: Path) -> None:
    layer = {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": digest_of(b"x"), "size": 1}
    content = json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [layer]}).encode()
    built = BuiltImage(digest_of(content), OCI_INDEX, {digest_of(content): content, digest_of(b"x"): b"x"})
    with pytest.raises(InvalidImageError, match="is not a manifest"):
        open_source(str(write_layout(tmp_path / "l", built)))


def test_a_pipe_in_place_of_a_blob_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    layout = write_layout(tmp_path / "l", image())
    file = layout / "blobs" / "sha256" / digest_of(b"layer one")[7:]
    file.unlink()
    os.mkfifo(file)
    with pytest.raises(InvalidImageError, match="not a regular file"):
        open_source(str(layout))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"BZh91AY", "compressed; unpack it by bzip2 -d"),
        (b"\xfd7zXZ\0", "compressed; unpack it by xz -d"),
        (b"hello", "not a tar archive"),
        (b"", "it is empty; if it comes from a command, that command failed"),
        (tar_of({"etc/passwd": b"root"}), "'etc/passwd', but neither index.json nor manifest.json; 'docker export'"),
        (tar_of({"img/index.json": b"{}"}), "the image is in its folder 'img': write the archive with 'tar -C FOLDER"),
        (tar_of({"0a/layer.tar": b"", "repositories": b"{}"}), "'docker save' of a version before 1.10 wrote it"),
    ],
    ids=["bzip2", "xz", "text", "empty", "a file system", "a layout in a folder", "an old docker save"],
)
def test_a_file_that_is_no_image_is_shown_what_it_is(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(InvalidImageError, match=said):
        open_source(str(tmp_path / "file"))


def test_a_folder_that_is_no_image_is_shown_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").touch()
    with pytest.raises(InvalidImageError, match=r"holds 'Dockerfile' and no index\.json"):
        open_source(str(tmp_path))


def test_a_folder_that_skopeo_wrote_is_answered_with_the_command_that_makes_a_layout_of_it(tmp_path: Path) -> None:
    for name in ("version", "manifest.json"):
        (tmp_path / name).touch()
    with pytest.raises(InvalidImageError, match=rf"'dir:'; copy it with 'skopeo copy dir:{tmp_path} oci:LAYOUT:TAG'"):
        open_source(str(tmp_path))


def test_a_path_that_is_not_there_is_shown(tmp_path: Path) -> None:
    with pytest.raises(InvalidImageError, match="there is no such file or folder"):
        open_source(str(tmp_path / "absent"))


@pytest.mark.parametrize("name", ["../escape", "/absolute", "a/../../b"])
def test_an_archive_with_names_that_lead_out_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "l.tar").write_bytes(tar_of({**layout_files(image()), name: b"x"}))
    with pytest.raises(InvalidImageError, match="leads out of the archive"):
        open_source(str(tmp_path / "l.tar"))


def test_a_link_in_place_of_a_blob_is_refused(tmp_path: Path) -> None:
    files = layout_files(image())
    name = f"blobs/sha256/{digest_of(b'layer one')[7:]}"
    del files[name]
    (tmp_path / "l.tar").write_bytes(tar_of(files, {name: "/etc/passwd"}))
    with pytest.raises(InvalidImageError, match="not a regular file"):
        open_source(str(tmp_path / "l.tar"))


@pytest.mark.parametrize("keep", [700, 2000, 3000])
def test_an_archive_that_was_cut_short_is_refused(tmp_path: Path, keep: int) -> None:
    path = write_archive(tmp_path / "l.tar", image())
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(InvalidImageError):
        open_source(str(path))


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(places=st.lists(st.tuples(st.integers(0, 12_000), st.binary(min_size=1, max_size=12)), min_size=1, max_size=4))
def test_no_damage_to_an_archive_breaks_the_reader(tmp_path: Path, places: list[tuple[int, bytes]]) -> None:
    content = bytearray(tar_of({**docker_files([layer_tar(100)]), **layout_files(image())}))
    for place, damage in places:
        content[place % len(content) : place % len(content) + len(damage)] = damage
    path = tmp_path / "damaged.tar"
    path.write_bytes(content)
    # A refusal is as good as a reading; any other error is a fault of the reader.
    with suppress(SharedEcrError), closing(open_source(str(path))) as source:
        contents(source)


def test_a_tar_that_announces_an_enormous_name_is_refused_unread(tmp_path: Path) -> None:
    head = bytearray(tarfile.TarInfo("x").tobuf(tarfile.GNU_FORMAT))
    head[156:157] = b"L"
    head[124:136] = struct.pack(">BxxxQ", 0x80, 1 << 40)
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    (tmp_path / "x.tar").write_bytes(bytes(head) + bytes(1024))
    with pytest.raises(InvalidImageError, match="bytes"):
        open_source(str(tmp_path / "x.tar"))


def test_an_archive_is_read_from_a_named_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    archive = tar_of(layout_files(image()))
    threading.Thread(target=lambda: pipe.write_bytes(archive), daemon=True).start()
    with closing(open_source(str(pipe))) as source:
        assert str(source.root.digest) == image().root
