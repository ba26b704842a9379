import io
import json
import os
import struct
import tarfile
from contextlib import closing
from pathlib import Path

import pytest
from client.images import (
    OCI_INDEX,
    RAW_LAYER,
    BuiltImage,
    digest_of,
    docker_files,
    image,
    index,
    layer_tar,
    layout_files,
    tar_of,
    write_archive,
    write_docker_archive,
    write_layout,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared_ecr.client.sources import open_source
from shared_ecr.client.sources.interface import ImageSource, InvalidImageError
from shared_ecr.client.sources.packing import HEADER
from shared_ecr.errors import SharedEcrError

DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


def contents(source: ImageSource) -> dict[str, bytes]:
    """Read every blob, to its end."""
    found = {}
    for blob in source.blobs:
        stream = blob.open()
        parts = []
        while part := stream.read(65536):
            parts.append(part)
        stream.close()
        found[str(blob.digest)] = b"".join(parts)
    return found


def with_root(built: BuiltImage, document: dict[str, object]) -> BuiltImage:
    """The same files under another manifest."""
    content = json.dumps(document).encode()
    return BuiltImage(digest_of(content), built.media_type, {**built.files, digest_of(content): content})


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
    with pytest.raises(InvalidImageError, match="is no manifest"):
        open_source(str(write_layout(tmp_path / "l", built)))


def test_a_pipe_in_place_of_a_blob_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    layout = write_layout(tmp_path / "l", image())
    file = layout / "blobs" / "sha256" / digest_of(b"layer one")[7:]
    file.unlink()
    os.mkfifo(file)
    with pytest.raises(InvalidImageError, match="no regular file"):
        open_source(str(layout))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x1f\x8b\x08rest", "compressed; unpack it by gzip -d"),
        (b"\x28\xb5\x2f\xfdrest", "compressed; unpack it by zstd -d"),
        (b"hello", "no tar archive"),
        (b"", "no tar archive"),
        (tar_of({"etc/passwd": b"root"}), "'etc/passwd', and neither index.json nor manifest.json"),
    ],
    ids=["gzip", "zstd", "text", "empty", "a file system"],
)
def test_a_file_that_is_no_image_is_told_what_it_is(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(InvalidImageError, match=said):
        open_source(str(tmp_path / "file"))


def test_a_folder_that_is_no_image_is_told_what_it_holds(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").touch()
    with pytest.raises(InvalidImageError, match="holds 'Dockerfile', and no index.json"):
        open_source(str(tmp_path))


def test_a_path_that_is_not_there_is_told(tmp_path: Path) -> None:
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
    with pytest.raises(InvalidImageError, match="no regular file"):
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
    try:
        with closing(open_source(str(path))) as source:
            contents(source)
    except SharedEcrError as error:
        assert str(error)


def test_a_tar_that_announces_an_enormous_name_is_refused_unread(tmp_path: Path) -> None:
    head = bytearray(tarfile.TarInfo("x").tobuf(tarfile.GNU_FORMAT))
    head[156:157] = b"L"
    head[124:136] = struct.pack(">BxxxQ", 0x80, 1 << 40)
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    (tmp_path / "x.tar").write_bytes(bytes(head) + bytes(1024))
    with pytest.raises(InvalidImageError, match="bytes"):
        open_source(str(tmp_path / "x.tar"))


def test_a_docker_archive_always_gives_the_same_image(tmp_path: Path) -> None:
    layers = [layer_tar(300_000, 1, text=True), layer_tar(5, 2)]
    digests = set()
    for i in range(3):
        path = write_docker_archive(tmp_path / f"{i}.tar", layers)
        os.utime(path, (i, i))
        with closing(open_source(str(path))) as source:
            digests.add(source.root.digest)
    assert len(digests) == 1


def test_a_packed_layer_has_no_time_and_no_system_in_its_header(tmp_path: Path) -> None:
    with closing(open_source(str(write_docker_archive(tmp_path / "i.tar", [layer_tar(9)])))) as source:
        packed = [content for content in contents(source).values() if content[:2] == b"\x1f\x8b"]
    assert [content[: len(HEADER)] for content in packed] == [HEADER]


def test_a_packed_layer_unpacks_to_what_the_image_names(tmp_path: Path) -> None:
    import gzip  # noqa: PLC0415 — only here the other implementation is asked

    raw = layer_tar(2_500_000, 3, text=True)
    with closing(open_source(str(write_docker_archive(tmp_path / "i.tar", [raw])))) as source:
        unpacked = [gzip.decompress(blob) for blob in contents(source).values() if blob[:2] == b"\x1f\x8b"]
    assert unpacked == [raw]


def test_every_blob_of_a_docker_archive_has_its_digest(tmp_path: Path) -> None:
    path = write_docker_archive(tmp_path / "i.tar", [layer_tar(10_000, i) for i in range(5)])
    with closing(open_source(str(path))) as source:
        found = contents(source)
        assert {digest_of(content) for content in found.values()} == set(found)
        assert {str(digest) for digest in source.root.blobs} == set(found)


def test_layers_that_are_packed_already_stay_as_they_are(tmp_path: Path) -> None:
    path = write_docker_archive(tmp_path / "i.tar", [layer_tar(10_000)], packed=True)
    (packed,) = (content for name, content in docker_files([layer_tar(10_000)], packed=True).items() if "layer" in name)
    with closing(open_source(str(path))) as source:
        assert packed in contents(source).values()


def test_the_second_of_two_equal_layers_may_be_a_link_to_the_first(tmp_path: Path) -> None:
    raw = layer_tar(10)
    files = docker_files([raw, raw])
    first, second = json.loads(files["manifest.json"])[0]["Layers"]
    del files[second]
    (tmp_path / "i.tar").write_bytes(tar_of(files, {second: f"../{first}"}))
    with closing(open_source(str(tmp_path / "i.tar"))) as source:
        assert len(source.blobs) == 2


@pytest.mark.parametrize("target", ["/etc/passwd", "../../../etc/passwd", "nowhere"])
def test_a_link_that_leads_out_of_a_docker_archive_is_refused(tmp_path: Path, target: str) -> None:
    files = docker_files([layer_tar(10)])
    (name,) = json.loads(files["manifest.json"])[0]["Layers"]
    del files[name]
    (tmp_path / "i.tar").write_bytes(tar_of(files, {name: target}))
    with pytest.raises(InvalidImageError):
        open_source(str(tmp_path / "i.tar"))


def test_a_layer_that_is_not_what_the_image_names_is_refused(tmp_path: Path) -> None:
    files = docker_files([layer_tar(10_000)])
    (name,) = json.loads(files["manifest.json"])[0]["Layers"]
    files[name] = files[name][:-1] + b"x"
    (tmp_path / "i.tar").write_bytes(tar_of(files))
    with pytest.raises(InvalidImageError, match="is damaged"):
        open_source(str(tmp_path / "i.tar"))


@pytest.mark.parametrize("fails", [False, True], ids=["after the push", "after an error"])
def test_temporary_files_are_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: bool) -> None:  # noqa: FBT001 — a case
    spool = tmp_path / "spool"
    spool.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(spool))
    files = docker_files([layer_tar(10_000)])
    if fails:
        files = {name: content[:-1] + b"x" if "layer" in name else content for name, content in files.items()}
    (tmp_path / "i.tar").write_bytes(tar_of(files))
    try:
        source = open_source(str(tmp_path / "i.tar"))
    except InvalidImageError:
        assert fails
    else:
        assert [path.stat().st_mode & 0o777 for path in spool.iterdir()] == [0o700]
        source.close()
    assert list(spool.iterdir()) == []


def saved_by_a_new_engine(layer: bytes, layer_type: str, *, whole: bool = True) -> dict[str, bytes]:
    """An archive that is a docker archive and an OCI layout at once."""
    built = image([layer], layer_type=layer_type)
    config = next(content for content in built.files.values() if b"architecture" in content)
    raw = layer_tar(10)
    config = json.dumps({**json.loads(config), "rootfs": {"diff_ids": [digest_of(raw)]}}).encode()
    document = built.manifest
    document["config"] = {**document["config"], "digest": digest_of(config), "size": len(config)}  # type: ignore[dict-item]  # an object by construction
    built = with_root(BuiltImage("", built.media_type, {digest_of(layer): layer, digest_of(config): config}), document)
    files = layout_files(index(built, image(seed=8)) if not whole else built)
    if not whole:
        del files[f"blobs/sha256/{image(seed=8).root[7:]}"]
    entry = {
        "Config": f"blobs/sha256/{digest_of(config)[7:]}",
        "RepoTags": ["team/app:1"],
        "Layers": [f"blobs/sha256/{digest_of(layer)[7:]}"],
    }
    return {**files, "manifest.json": json.dumps([entry]).encode()}


def packed_layer() -> bytes:
    import gzip  # noqa: PLC0415 — only here

    return gzip.compress(layer_tar(10), mtime=1)


def test_a_whole_layout_in_a_docker_archive_keeps_its_digest(tmp_path: Path) -> None:
    files = saved_by_a_new_engine(packed_layer(), "application/vnd.oci.image.layer.v1.tar+gzip")
    (tmp_path / "i.tar").write_bytes(tar_of(files))
    listed = json.loads(files["index.json"])["manifests"][0]["digest"]
    assert str(open_source(str(tmp_path / "i.tar")).root.digest) == listed


@pytest.mark.parametrize("case", ["raw layers", "platforms missing"])
def test_a_layout_made_up_for_the_export_gives_way_to_the_docker_archive(tmp_path: Path, case: str) -> None:
    if case == "raw layers":
        files = saved_by_a_new_engine(layer_tar(10), RAW_LAYER)
    else:
        files = saved_by_a_new_engine(packed_layer(), "application/vnd.oci.image.layer.v1.tar+gzip", whole=False)
    (tmp_path / "i.tar").write_bytes(tar_of(files))
    with closing(open_source(str(tmp_path / "i.tar"))) as source:
        assert source.root.media_type == DOCKER_MANIFEST


def test_of_several_images_in_a_docker_archive_the_named_one_is_taken(tmp_path: Path) -> None:
    one, two = docker_files([layer_tar(10, 1)], "a:1"), docker_files([layer_tar(10, 2)], "b:1")
    listed = [*json.loads(one["manifest.json"]), *json.loads(two["manifest.json"])]
    (tmp_path / "i.tar").write_bytes(tar_of({**one, **two, "manifest.json": json.dumps(listed).encode()}))
    with pytest.raises(InvalidImageError, match="#a:1 or .*#b:1"):
        open_source(str(tmp_path / "i.tar"))
    with closing(open_source(f"{tmp_path / 'i.tar'}#b:1")) as source:
        assert json.loads(source.root.content)["config"]["digest"] in {digest_of(c) for c in two.values()}


@pytest.mark.parametrize(
    "manifest",
    [b"[]", b"{}", b"[1]", b'[{"Config":1}]', b'[{"Config":"c","Layers":"x"}]', b'[{"Config":"../c","Layers":[]}]',
     b'[{"Config":"c","Layers":[1]}]', b"{", b'[{"Config":"/etc/passwd","Layers":[]}]'],
)  # fmt: skip
def test_an_odd_manifest_of_a_docker_archive_is_refused(tmp_path: Path, manifest: bytes) -> None:
    (tmp_path / "i.tar").write_bytes(tar_of({**docker_files([layer_tar(10)]), "manifest.json": manifest}))
    with pytest.raises(InvalidImageError, match="manifest.json|passwd|c\\)"):
        open_source(str(tmp_path / "i.tar"))
