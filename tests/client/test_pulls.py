import errno
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from client.fake_registry import FakeRegistry
from client.faults import CutAnswer, Reply, Reset
from client.images import OCI_MANIFEST, REF_NAME, BuiltImage, about, digest_of, image, index, noise, write_layout
from client.pushing import CANARY, ECR_HOST, Bench
from shared_ecr.client.distribution.pulls import pull
from shared_ecr.client.sources import open_source
from shared_ecr.client.sources.interface import InvalidImageError
from shared_ecr.findings.errors import RefusedError, UnavailableError
from shared_ecr.model.names import Digest, ImageReference, Tag


@pytest.fixture
def bench() -> Iterator[Bench]:
    with FakeRegistry() as registry:
        yield Bench(registry)


def hold(bench: Bench, built: BuiltImage, tag: str = "1.0", repository_name: str = "team/app") -> None:
    """Put an image into the registry without a push."""
    repository = bench.registry.contents.repositories[repository_name]
    for digest, content in built.files.items():
        if content.startswith(b"{") and b"schemaVersion" in content:
            repository.manifests[digest] = (json.loads(content)["mediaType"], content)
        else:
            repository.blobs[digest] = content
    repository.tags[tag] = built.root


def pull_from(bench: Bench, folder: Path, name: str = "1.0", *, as_ecr: bool = False) -> Digest:
    host = ECR_HOST if as_ecr else bench.registry.host
    named = Digest.parse(name) if name.startswith("sha256:") else Tag.parse(name)
    reference = ImageReference(host, "team/app", named)
    return pull(reference, folder, bench.credentials, bench.heard, environment=bench.environment(as_ecr=as_ecr))


def files_of(folder: Path) -> dict[str, bytes]:
    return {f"sha256:{path.name}": path.read_bytes() for path in (folder / "blobs" / "sha256").iterdir()}


@pytest.mark.parametrize("kind", ["image", "index", "index of indexes"])
def test_a_pull_brings_every_file_and_nothing_else(bench: Bench, tmp_path: Path, kind: str) -> None:
    built = image([noise(100_000), b""])
    if kind != "image":
        built = index(built, image(seed=4))
    if kind == "index of indexes":
        built = index(built, image(seed=5))
    hold(bench, built)
    assert str(pull_from(bench, tmp_path / "l")) == built.root
    assert files_of(tmp_path / "l") == built.files


def test_what_was_pulled_can_be_pushed_by_its_tag(bench: Bench, tmp_path: Path) -> None:
    hold(bench, index(image(seed=1), image(seed=2)))
    pull_from(bench, tmp_path / "l")
    result = bench.push(f"{tmp_path / 'l'}#1.0", repository="copy")
    assert str(result.digest) == index(image(seed=1), image(seed=2)).root


def test_a_pull_by_digest_is_listed_without_a_name(bench: Bench, tmp_path: Path) -> None:
    hold(bench, image())
    pull_from(bench, tmp_path / "l", image().root)
    (entry,) = json.loads((tmp_path / "l" / "index.json").read_bytes())["manifests"]
    assert "annotations" not in entry


def test_a_pull_by_digest_of_what_has_a_name_keeps_the_name(bench: Bench, tmp_path: Path) -> None:
    hold(bench, image())
    pull_from(bench, tmp_path / "l", "1.0")
    pull_from(bench, tmp_path / "l", image().root)
    (entry,) = json.loads((tmp_path / "l" / "index.json").read_bytes())["manifests"]
    assert entry["annotations"][REF_NAME] == "1.0"


def test_a_layout_is_added_to(bench: Bench, tmp_path: Path) -> None:
    write_layout(tmp_path / "l", image(seed=1), names=("mine",))
    hold(bench, image(seed=2))
    pull_from(bench, tmp_path / "l")
    roots = {name: str(open_source(f"{tmp_path / 'l'}#{name}").root.digest) for name in ("mine", "1.0")}
    assert roots == {"mine": image(seed=1).root, "1.0": image(seed=2).root}


def test_a_tag_that_moved_names_the_new_image_in_the_layout(bench: Bench, tmp_path: Path) -> None:
    for seed in (1, 2):
        hold(bench, image(seed=seed))
        pull_from(bench, tmp_path / "l")
    with closing(open_source(str(tmp_path / "l"))) as source:
        assert str(source.root.digest) == image(seed=2).root


def test_blobs_that_are_there_are_not_fetched_again(bench: Bench, tmp_path: Path) -> None:
    hold(bench, image())
    pull_from(bench, tmp_path / "l")
    bench.registry.seen.clear()
    pull_from(bench, tmp_path / "l")
    assert bench.registry.lines == ["GET /v2/team/app/manifests/1.0"]


def test_a_blob_that_is_there_and_damaged_is_fetched_again(bench: Bench, tmp_path: Path) -> None:
    hold(bench, image())
    pull_from(bench, tmp_path / "l")
    (tmp_path / "l" / "blobs" / "sha256" / digest_of(b"layer one")[7:]).write_bytes(b"layer 0ne")
    pull_from(bench, tmp_path / "l")
    assert files_of(tmp_path / "l") == image().files


def test_a_folder_with_other_files_is_left_alone(bench: Bench, tmp_path: Path) -> None:
    hold(bench, image())
    (tmp_path / "precious").write_text("mine")
    with pytest.raises(InvalidImageError, match="has other files"):
        pull_from(bench, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["precious"]


def test_blobs_are_fetched_from_where_the_registry_says_without_the_login(bench: Bench, tmp_path: Path) -> None:
    hold(bench, image())
    bench.registry.manners.passwords = {CANARY}
    with FakeRegistry() as storage:
        storage.api.contents = bench.registry.contents
        bench.registry.manners.blob_address = storage.url
        pull_from(bench, tmp_path / "l", as_ecr=True)
        assert len(storage.seen) == 3
        assert not any("authorization" in seen.headers or CANARY in str(seen.headers) for seen in storage.seen)
    assert files_of(tmp_path / "l") == image().files


@pytest.mark.parametrize("address", ["http://storage.example", "https://10.0.0.1", "https://169.254.169.254"])
def test_a_registry_elsewhere_may_not_send_us_inside(bench: Bench, tmp_path: Path, address: str) -> None:
    hold(bench, image())
    bench.registry.manners.blob_address = address
    with pytest.raises(RefusedError, match="only https to a public host"):
        pull_from(bench, tmp_path / "l")


@pytest.mark.parametrize(
    "fault", [Reset(0), CutAnswer(1), CutAnswer(1_000_000), Reply(503)], ids=["reset", "byte 1", "middle", "503"]
)
def test_a_download_that_breaks_off_is_repeated(bench: Bench, tmp_path: Path, fault: Reset | CutAnswer | Reply) -> None:
    hold(bench, image([noise(2_000_000)]))
    bench.registry.fail("GET", f"/blobs/{digest_of(noise(2_000_000))}", fault, times=3)
    pull_from(bench, tmp_path / "l")
    assert files_of(tmp_path / "l") == image([noise(2_000_000)]).files


def other_bytes(bench: Bench) -> None:
    bench.registry.contents.repositories["team/app"].blobs[digest_of(b"layer one")] = b"layer 0ne"


def more_bytes(bench: Bench) -> None:
    bench.registry.contents.repositories["team/app"].blobs[digest_of(b"layer one")] += b"x" * 5_000_000


def other_manifest(bench: Bench) -> None:
    repository = bench.registry.contents.repositories["team/app"]
    repository.manifests[image().root] = (OCI_MANIFEST, image(seed=3).files[image(seed=3).root])


@pytest.mark.parametrize("damage", [other_bytes, more_bytes, other_manifest])
def test_bytes_that_are_not_what_their_digest_says_are_refused(bench: Bench, tmp_path: Path, damage: object) -> None:
    hold(bench, image())
    assert callable(damage)
    damage(bench)
    with pytest.raises(InvalidImageError, match=r"is damaged|the registry sent"):
        pull_from(bench, tmp_path / "l", image().root)
    assert not (tmp_path / "l" / "index.json").exists()


def test_nothing_half_written_is_left(bench: Bench, tmp_path: Path) -> None:
    hold(bench, image([noise(2_000_000), b"fine"]))
    bench.registry.fail("GET", f"/blobs/{digest_of(noise(2_000_000))}", CutAnswer(1_000_000), times=99)
    with pytest.raises(UnavailableError, match="gave up after 5 tries"):
        pull_from(bench, tmp_path / "l")
    assert {digest: digest_of(content) for digest, content in files_of(tmp_path / "l").items()} == {
        digest: digest for digest in files_of(tmp_path / "l")
    }


@pytest.mark.parametrize(("status", "said"), [(404, "there is no .*team/app:1.0"), (403, "refused to read")])
def test_an_image_that_cannot_be_had_is_shown(bench: Bench, tmp_path: Path, status: int, said: str) -> None:
    bench.registry.fail("GET", "/manifests/", Reply(status), times=99)
    with pytest.raises(RefusedError, match=said):
        pull_from(bench, tmp_path / "l")


def test_a_folder_that_cannot_be_written_is_shown(bench: Bench, tmp_path: Path) -> None:
    hold(bench, image())
    (tmp_path / "file").touch()
    with pytest.raises(UnavailableError, match="cannot be written"):
        pull_from(bench, tmp_path / "file" / "l")


def test_a_full_disk_is_shown_and_leaves_nothing_half_written(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold(bench, image())

    def full(path: Path, target: Path) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device")

    (tmp_path / "l" / "blobs" / "sha256").mkdir(parents=True)
    (tmp_path / "l" / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(UnavailableError, match="No space left on device"):
        pull_from(bench, tmp_path / "l")
    assert files_of(tmp_path / "l") == {}


def test_a_manifest_under_a_type_of_the_registry_s_own_is_read_by_what_it_says(bench: Bench, tmp_path: Path) -> None:
    hold(bench, image())
    repository = bench.registry.contents.repositories["team/app"]
    repository.manifests[image().root] = ("application/json", image().files[image().root])
    assert str(pull_from(bench, tmp_path / "l")) == image().root


def test_what_is_about_an_image_and_is_not_pulled_is_named(bench: Bench, tmp_path: Path) -> None:
    signed = image()
    layout = write_layout(tmp_path / "signed", signed, about(signed), about(signed, b"sbom", kind="a/b"), names=["1.0"])
    bench.push(layout)
    assert "not pulled: 2 referrers of this image (signatures, SBOMs" in said_of_a_pull(bench, tmp_path / "l")


def test_a_signature_of_cosign_that_is_not_pulled_is_named(bench: Bench, tmp_path: Path) -> None:
    bench.push(write_layout(tmp_path / "app", image()))
    bench.registry.fail("HEAD", r"/manifests/sha256-\w+\.sig", Reply(200))
    assert "not pulled: a signature of this image" in said_of_a_pull(bench, tmp_path / "l")


@pytest.mark.parametrize("status", [401, 403, 404, 405, 429, 500])
def test_a_registry_that_does_not_list_referrers_does_not_hold_a_pull(
    bench: Bench, tmp_path: Path, status: int
) -> None:
    bench.push(write_layout(tmp_path / "app", image()))
    bench.registry.fail("GET", "/referrers/", Reply(status), times=9)
    bench.registry.fail("HEAD", r"\.sig", Reply(status), times=9)
    assert "not pulled" not in said_of_a_pull(bench, tmp_path / "l")
    assert bench.pauses.taken == []


def test_a_pull_that_fetches_nothing_asks_for_no_referrers(bench: Bench, tmp_path: Path) -> None:
    bench.push(write_layout(tmp_path / "app", image()))
    pull_from(bench, tmp_path / "l")
    assert bench.registry.count("GET", "/referrers/") == 1
    bench.registry.seen.clear()
    pull_from(bench, tmp_path / "l")
    assert bench.registry.count("GET", "/referrers/") + bench.registry.count("HEAD", r"\.sig") == 0


def said_of_a_pull(bench: Bench, layout: Path) -> str:
    pull_from(bench, layout)
    return " ".join(bench.heard.lines)
