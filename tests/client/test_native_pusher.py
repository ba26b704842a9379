import json
import random
import re
from pathlib import Path

import pytest

from client.fake_registry import FakeRegistry
from client.faults import Reply
from client.images import digest_of, image, index, write_archive, write_layout
from client.pushing import Bench
from shared_ecr.client.errors import PushRefusedError
from shared_ecr.client.sources.interface import CorruptBlobError
from shared_ecr.findings.errors import UnavailableError
from shared_ecr.model.mutability import TagMutability

IMMUTABLE = TagMutability(immutable=True)


def test_the_manifest_arrives_byte_for_byte(bench: Bench, layout: Path) -> None:
    result = bench.push(layout)
    _, content = bench.registry.contents.repositories["team/app"].manifests[str(result.digest)]
    assert content == image().files[image().root]


def test_every_blob_arrives(bench: Bench, layout: Path) -> None:
    bench.push(layout)
    held = bench.registry.contents.repositories["team/app"].blobs
    assert held == {digest: content for digest, content in image().files.items() if digest != image().root}


def test_an_archive_is_pushed_under_the_digest_of_its_layout(bench: Bench, tmp_path: Path) -> None:
    result = bench.push(write_archive(tmp_path / "image.tar", image()))
    assert str(result.digest) == image().root


def test_each_tag_names_the_image(bench: Bench, layout: Path) -> None:
    bench.push(layout, "1.0", "latest")
    tags = bench.registry.contents.repositories["team/app"].tags
    assert tags == {"1.0": image().root, "latest": image().root}


def test_an_image_that_is_there_under_another_tag_gets_the_tag_alone(bench: Bench, tmp_path: Path) -> None:
    layout = write_layout(tmp_path / "layout", image([bytes([number]) for number in range(30)]))
    bench.push(layout, "1")
    bench.registry.seen.clear()
    bench.push(layout, "2")
    assert (bench.registry.count("POST"), bench.registry.count("PUT")) == (0, 1)
    # The first blobs are looked for in the same round as the manifest, and no other.
    assert bench.registry.count("HEAD", "/blobs/") == 8


def test_a_layer_named_twice_is_sent_once(bench: Bench, tmp_path: Path) -> None:
    bench.push(write_layout(tmp_path / "layout", image([b"same", b"same", b"same"])))
    assert bench.registry.count("POST") == 2


def test_a_layer_shared_by_two_platforms_is_sent_once(bench: Bench, tmp_path: Path) -> None:
    children = [image([b"shared", bytes([i])], seed=i) for i in range(3)]
    bench.push(write_layout(tmp_path / "layout", index(*children)))
    assert bench.registry.count("POST") == 1 + 3 + 3


def test_the_largest_blob_is_sent_first(bench: Bench, tmp_path: Path) -> None:
    layers = [b"a" * size for size in (10, 5000, 300)]
    bench.push(write_layout(tmp_path / "layout", image(layers)), threads=1)
    sizes = [seen.body_size for seen in bench.registry.seen if seen.method == "PUT" and "/blobs/" in seen.path]
    assert sizes == sorted(sizes, reverse=True)


def test_children_come_before_their_index_and_tags_last(bench: Bench, tmp_path: Path) -> None:
    children = [image([bytes([i])], seed=i) for i in range(3)]
    outer = index(index(*children), image([b"other"], seed=9))
    bench.push(write_layout(tmp_path / "layout", outer), "v1")
    put = [seen.path.rpartition("/")[2] for seen in bench.registry.seen if "PUT /v2/team/app/manifests" in seen.line]
    inner = index(*children).root
    assert put[-1] == "v1"
    assert {child.root for child in children} == set(put[: put.index(inner)])


def test_children_are_never_tagged(bench: Bench, tmp_path: Path) -> None:
    bench.push(write_layout(tmp_path / "layout", index(image(seed=1), image(seed=2))), "v1")
    assert list(bench.registry.contents.repositories["team/app"].tags) == ["v1"]


def test_every_blob_is_there_before_the_first_manifest(bench: Bench, tmp_path: Path) -> None:
    bench.push(write_layout(tmp_path / "layout", index(image([b"1"], seed=1), image([b"2"], seed=2))))
    lines = bench.registry.lines
    first_manifest = next(i for i, line in enumerate(lines) if line.startswith("PUT") and "/manifests/" in line)
    assert not any("/blobs/" in line for line in lines[first_manifest:])


def test_a_look_at_a_blob_that_is_redirected_to_storage_found_it(bench: Bench, layout: Path) -> None:
    with FakeRegistry() as storage:
        # Storage that signed the address for a GET refuses the HEAD.
        storage.fail("HEAD", "/", Reply(403), times=99)
        bench.registry.fail("HEAD", "/blobs/", Reply(307, (("Location", f"{storage.url}/signed/x"),)), times=99)
        bench.registry.fail("PUT", "/manifests/", Reply(201), times=99)
        bench.registry.fail("HEAD", "/manifests/1.0", Reply(200, (("Docker-Content-Digest", image().root),)), after=1)
        assert bench.push(layout).uploaded_blobs == 0


def test_of_an_index_only_the_platforms_that_are_missing_are_looked_into(bench: Bench, tmp_path: Path) -> None:
    old, new = image([b"old"], seed=1), image([b"new"], seed=2)
    bench.push(write_layout(tmp_path / "old", old))
    bench.registry.seen.clear()
    bench.push(write_layout(tmp_path / "both", index(old, new)), "both")
    assert bench.registry.count("HEAD", f"/blobs/{digest_of(b'old')}") == 0
    assert bench.registry.count("PUT", f"/manifests/{old.root}") == 0


@pytest.mark.parametrize("cuts", [False, True], ids=["404", "cut connection"])
def test_a_missing_repository_is_reported_by_name(bench: Bench, layout: Path, cuts: bool) -> None:  # noqa: FBT001 — a case
    bench.registry.contents.missing.add("team/app")
    if cuts:
        # ECR answers looks, and cuts the connection of the upload.
        bench.registry.fail("HEAD", "/v2/", Reply(404), times=99)
        bench.registry.manners.cuts_missing_repositories = True
    with pytest.raises((PushRefusedError, UnavailableError), match=r"repository team/app"):
        bench.push(layout, as_ecr=cuts)


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/uploads/"), ("PUT", "/blobs/"), ("PUT", "/manifests/")],
    ids=["begin", "upload", "manifest"],
)
def test_a_denied_step_names_the_permissions_and_leaves_no_tag(
    bench: Bench, layout: Path, method: str, path: str
) -> None:
    bench.registry.fail(method, path, Reply(403, (), b'{"errors":[{"code":"DENIED","message":"no"}]}'), times=99)
    with pytest.raises(PushRefusedError, match=r"ecr:PutImage.*\[push-denied\]"):
        bench.push(layout, as_ecr=True)
    assert bench.registry.contents.repositories["team/app"].tags == {}


def test_a_damaged_layer_is_named_and_nothing_is_tagged(bench: Bench, tmp_path: Path) -> None:
    layers = [random.Random(1).randbytes(3_000_000), b"fine"]
    layout = write_layout(tmp_path / "layout", image(layers))
    file = layout / "blobs" / "sha256" / digest_of(layers[0])[7:]
    file.write_bytes(layers[0][:-1] + bytes([layers[0][-1] ^ 1]))
    with pytest.raises(CorruptBlobError, match=re.escape(str(file))):
        bench.push(layout)
    assert not bench.registry.contents.repositories["team/app"].tags


def test_a_damaged_layer_never_arrives_whole(bench: Bench, tmp_path: Path) -> None:
    layout = write_layout(tmp_path / "layout", image([b"abc"]))
    (layout / "blobs" / "sha256" / digest_of(b"abc")[7:]).write_bytes(b"abd")
    with pytest.raises(CorruptBlobError):
        bench.push(layout)
    repository = bench.registry.contents.repositories["team/app"]
    assert b"abd" not in [*repository.blobs.values(), *map(bytes, repository.sessions.values())]


def test_a_registry_that_stores_other_bytes_is_reported(bench: Bench, layout: Path) -> None:
    bench.registry.fail("PUT", "/manifests/", Reply(201, (("Docker-Content-Digest", image(seed=7).root),)))
    with pytest.raises(PushRefusedError, match=f"stored {image().root} as {image(seed=7).root}; it changed bytes"):
        bench.push(layout)


def test_blobs_that_vanish_before_the_manifest_are_sent_again_once(bench: Bench, layout: Path) -> None:
    forgotten = Reply(404, (), b'{"errors":[{"code":"MANIFEST_BLOB_UNKNOWN","message":"gone"}]}')
    bench.registry.fail("PUT", "/manifests/", forgotten)
    assert str(bench.push(layout).digest) == image().root


def test_the_result_counts_what_was_uploaded_and_what_was_there(bench: Bench, tmp_path: Path) -> None:
    bench.push(write_layout(tmp_path / "one", image([b"shared"], seed=1)))
    result = bench.push(write_layout(tmp_path / "two", image([b"shared", b"12345"], seed=2)), "2.0")
    config = result.uploaded_bytes and result.uploaded_bytes - len(b"12345")
    assert (result.uploaded_blobs, result.present_blobs) == (2, 1)
    assert config == json.loads(image([b"shared", b"12345"], seed=2).files[str(result.digest)])["config"]["size"]


def test_progress_hears_every_byte_and_every_blob(bench: Bench, layout: Path) -> None:
    result = bench.push(layout)
    assert bench.heard.bytes == result.uploaded_bytes
    assert bench.heard.outcomes == ["uploaded"] * 3


def test_ecr_is_sent_its_token_at_once_and_under_its_own_name(bench: Bench, layout: Path) -> None:
    bench.registry.manners.passwords = {"canary-3f9c-password"}
    bench.push(layout, as_ecr=True)
    assert {seen.headers["host"] for seen in bench.registry.seen} == {"123456789012.dkr.ecr.eu-central-1.amazonaws.com"}
    assert all("authorization" in seen.headers for seen in bench.registry.seen)


def test_manifests_go_at_ten_a_second_at_most(bench: Bench, tmp_path: Path) -> None:
    children = [image([bytes([i])], seed=i) for i in range(24)]
    bench.push(write_layout(tmp_path / "layout", index(*children)))
    # 25 manifests on a clock that only pauses move: two full seconds have to pass.
    assert sum(bench.pauses.taken) == pytest.approx(2.0)


def test_a_registry_that_takes_ten_manifests_a_second_never_has_to_say_so(bench: Bench, tmp_path: Path) -> None:
    manners = bench.registry.manners
    manners.manifests_a_second, manners.clock = 10, lambda: bench.pauses.now
    children = [image([bytes([i])], seed=i) for i in range(24)]
    bench.push(write_layout(tmp_path / "layout", index(*children)))
    assert bench.registry.count("PUT", "/manifests/") == 25


def test_the_other_uploads_stop_when_one_is_refused(bench: Bench, tmp_path: Path) -> None:
    layers = [f"layer {i}".encode() * (100 - i) for i in range(60)]
    bench.registry.fail("POST", "/uploads/", Reply(403, (), b'{"errors":[{"code":"DENIED"}]}'))
    with pytest.raises(PushRefusedError):
        bench.push(write_layout(tmp_path / "layout", image(layers)))
    assert bench.registry.count("POST") < 30
