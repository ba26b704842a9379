import errno
import json
import os
from contextlib import closing
from pathlib import Path

import pytest

from client.fake_registry import FakeRegistry
from client.images import (
    RAW_LAYER,
    BuiltImage,
    digest_of,
    docker_files,
    image,
    index,
    layer_tar,
    layout_files,
    tar_of,
    with_root,
    write_docker_archive,
)
from client.pushing import Bench
from client.reading import contents
from shared_ecr.client.sources import open_source
from shared_ecr.client.sources.interface import InvalidImageError
from shared_ecr.findings.errors import UnavailableError

DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


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
    assert [content[:10] for content in packed] == [b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"]


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


def test_packed_layers_never_have_a_name_that_a_kill_could_leave_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = tmp_path / "spool"
    spool.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(spool))
    with closing(open_source(str(write_docker_archive(tmp_path / "i.tar", [layer_tar(10_000)])))) as source:
        assert len(contents(source)) == 2
        assert list(spool.iterdir()) == []


def test_a_disk_that_is_full_is_shown_with_what_helps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_docker_archive(tmp_path / "i.tar", [layer_tar(10_000)])
    monkeypatch.setattr("tempfile.TemporaryFile", no_room)
    with pytest.raises(UnavailableError, match=r"i\.tar.*No space left on device; TMPDIR names another folder"):
        open_source(str(path))


def no_room(**_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


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
    with pytest.raises(InvalidImageError, match=r"#a:1 or .*#b:1"):
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
    with pytest.raises(InvalidImageError, match=r"manifest\.json|passwd|c\)"):
        open_source(str(tmp_path / "i.tar"))


class TestSeveralPlatforms:
    """An archive of a new engine: an index of amd64, which manifest.json names too, and arm64."""

    AMD64_LAYER, ARM64_LAYER = packed_layer(), b"arm64 layer"

    def files(self, *without: str) -> tuple[dict[str, bytes], BuiltImage]:
        raw = layer_tar(10)
        amd64 = image([self.AMD64_LAYER], config={"architecture": "amd64", "rootfs": {"diff_ids": [digest_of(raw)]}})
        arm64 = image([self.ARM64_LAYER], config={"architecture": "arm64"}, seed=2)
        files = layout_files(index(amd64, arm64))
        parts = {"manifest": arm64.root, "layer": digest_of(self.ARM64_LAYER), "config": self.config_of(arm64)}
        for part in without:
            del files[f"blobs/sha256/{parts[part][7:]}"]
        entry = {
            "Config": f"blobs/sha256/{self.config_of(amd64)[7:]}",
            "RepoTags": ["team/app:1"],
            "Layers": [f"blobs/sha256/{digest_of(self.AMD64_LAYER)[7:]}"],
        }
        return {**files, "manifest.json": json.dumps([entry]).encode()}, index(amd64, arm64)

    @staticmethod
    def config_of(built: BuiltImage) -> str:
        return str(built.manifest["config"]["digest"])  # type: ignore[index]  # an object by construction

    def test_a_whole_one_is_pushed_as_its_index(self, tmp_path: Path) -> None:
        files, built = self.files()
        (tmp_path / "i.tar").write_bytes(tar_of(files))
        with closing(open_source(str(tmp_path / "i.tar"))) as source:
            assert (str(source.root.digest), source.notes) == (built.root, ())

    @pytest.mark.parametrize("part", ["layer", "config"])
    def test_a_platform_of_which_a_part_is_missing_is_refused(self, tmp_path: Path, part: str) -> None:
        files, _ = self.files(part)
        (tmp_path / "i.tar").write_bytes(tar_of(files))
        with pytest.raises(
            InvalidImageError, match=r"i\.tar: it is damaged: of the image for linux/arm64 it lacks sha"
        ):
            open_source(str(tmp_path / "i.tar"))

    @pytest.mark.parametrize("parts", [("manifest", "layer", "config"), ("layer", "config")], ids=["all", "all blobs"])
    def test_a_platform_that_was_never_saved_is_named_as_left_out(self, tmp_path: Path, parts: tuple[str, ...]) -> None:
        files, _ = self.files(*parts)
        (tmp_path / "i.tar").write_bytes(tar_of(files))
        with closing(open_source(str(tmp_path / "i.tar"))) as source:
            assert source.root.media_type == DOCKER_MANIFEST
            (note,) = source.notes
        assert note.endswith("left out: linux/arm64")

    def test_what_is_left_out_is_among_the_notes_of_the_plan(self, tmp_path: Path) -> None:
        files, _ = self.files("manifest", "layer", "config")
        (tmp_path / "i.tar").write_bytes(tar_of(files))
        with FakeRegistry() as registry:
            assert any("left out: linux/arm64" in note for note in Bench(registry).plan(tmp_path / "i.tar").notes)

    def test_an_attestation_that_is_left_out_is_called_one(self, tmp_path: Path) -> None:
        files, built = self.files("manifest", "layer", "config")
        amd64: dict[str, object] = built.manifest["manifests"][0]  # type: ignore[index]  # a list by construction
        missing = image([b"attested"]).descriptor(
            platform={"os": "unknown", "architecture": "unknown"},
            annotations={"vnd.docker.reference.digest": amd64["digest"]},
        )
        changed = with_root(built, {**built.manifest, "manifests": [amd64, missing]})
        files |= {name: content for name, content in layout_files(changed).items() if changed.root[7:] in name}
        files["index.json"] = layout_files(changed)["index.json"]
        (tmp_path / "i.tar").write_bytes(tar_of(files))
        with closing(open_source(str(tmp_path / "i.tar"))) as source:
            assert source.notes[0].endswith("left out: an attestation")

    def test_a_platform_of_a_nested_index_is_looked_at_too(self, tmp_path: Path) -> None:
        files, built = self.files("layer")
        outer = with_root(built, {**built.manifest, "manifests": [built.descriptor()]})
        nested = {name: content for name, content in layout_files(outer).items() if outer.root[7:] in name}
        files |= {**nested, "index.json": layout_files(outer)["index.json"]}
        (tmp_path / "i.tar").write_bytes(tar_of(files))
        with pytest.raises(InvalidImageError, match="of the image for linux/arm64 it lacks"):
            open_source(str(tmp_path / "i.tar"))
