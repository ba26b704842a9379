from pathlib import Path

import pytest

from client.faults import Reply
from client.images import about, digest_of, image, write_layout
from client.pushing import Bench
from client.registry_contents import Repository
from shared_ecr.client.pushers.interface import PushResult
from shared_ecr.model.mutability import TagMutability

SIGNATURE = about(image())
TAG = image().root.replace(":", "-")


def repository(bench: Bench) -> Repository:
    return bench.registry.contents.repositories["team/app"]


def push_signed(bench: Bench, tmp_path: Path, *, referrers: bool = True) -> PushResult:
    return bench.push(write_layout(tmp_path / "signed", image(), SIGNATURE, names=("1.0",)), referrers=referrers)


def manifests_put(bench: Bench) -> list[str]:
    return [
        seen.path.rpartition("/")[2]
        for seen in bench.registry.seen
        if seen.method == "PUT" and "/manifests/" in seen.path
    ]


def test_a_signature_goes_along_by_digest(bench: Bench, tmp_path: Path) -> None:
    result = push_signed(bench, tmp_path)
    assert SIGNATURE.root in repository(bench).manifests
    assert (result.referrers, result.refused_referrers) == (1, 0)
    assert list(repository(bench).tags) == ["1.0"]


def test_a_signature_comes_after_its_subject_and_before_the_tag(bench: Bench, tmp_path: Path) -> None:
    push_signed(bench, tmp_path)
    assert manifests_put(bench) == [image().root, SIGNATURE.root, "1.0"]


def test_a_push_can_leave_signatures_behind(bench: Bench, tmp_path: Path) -> None:
    push_signed(bench, tmp_path, referrers=False)
    assert SIGNATURE.root not in repository(bench).manifests


def test_signatures_that_are_there_are_not_sent_again(bench: Bench, tmp_path: Path) -> None:
    push_signed(bench, tmp_path)
    bench.registry.seen.clear()
    assert push_signed(bench, tmp_path).uploaded_blobs == 0
    assert {seen.method for seen in bench.registry.seen} == {"HEAD"}


def test_a_signature_made_later_is_pushed_to_the_image_that_is_there(bench: Bench, tmp_path: Path) -> None:
    bench.push(write_layout(tmp_path / "bare", image()))
    bench.registry.seen.clear()
    assert push_signed(bench, tmp_path).referrers == 1
    assert manifests_put(bench) == [SIGNATURE.root]


@pytest.mark.parametrize("status", [400, 403, 404, 405, 413, 500])
def test_a_refused_signature_is_shown_and_counted_and_the_image_is_there(
    bench: Bench, tmp_path: Path, status: int
) -> None:
    bench.registry.fail("PUT", SIGNATURE.root, Reply(status, (), b"{}"), times=99)
    result = push_signed(bench, tmp_path)
    assert (result.referrers, result.refused_referrers) == (0, 1)
    assert repository(bench).tags == {"1.0": image().root}
    assert any("was left out" in line and SIGNATURE.root in line for line in bench.heard.lines)


def test_a_registry_that_takes_no_signatures_gets_the_image(bench: Bench, tmp_path: Path) -> None:
    bench.registry.manners.referrers = "refused"
    result = push_signed(bench, tmp_path)
    assert (result.refused_referrers, repository(bench).tags) == (1, {"1.0": image().root})


def test_a_damaged_signature_is_shown_and_the_image_is_there(bench: Bench, tmp_path: Path) -> None:
    layout = write_layout(tmp_path / "signed", image(), SIGNATURE)
    (layout / "blobs" / "sha256" / digest_of(b"signed")[7:]).write_bytes(b"sIgned")
    result = bench.push(layout)
    assert (result.refused_referrers, repository(bench).tags) == (1, {"1.0": image().root})
    assert any("is damaged" in line for line in bench.heard.lines)


def test_a_blob_of_the_signature_that_is_refused_keeps_no_image_back(bench: Bench, tmp_path: Path) -> None:
    bench.registry.fail("PUT", f"digest={digest_of(b'signed')}", Reply(403, (), b"{}"), times=99)
    result = push_signed(bench, tmp_path)
    assert (result.refused_referrers, repository(bench).tags) == (1, {"1.0": image().root})


def test_of_two_signatures_the_good_one_is_stored(bench: Bench, tmp_path: Path) -> None:
    other = about(image(), b"other")
    bench.registry.fail("PUT", SIGNATURE.root, Reply(405, (), b"{}"), times=99)
    result = bench.push(write_layout(tmp_path / "l", image(), SIGNATURE, other))
    assert (result.referrers, result.refused_referrers) == (1, 1)
    assert other.root in repository(bench).manifests


def cosigned(tmp_path: Path, content: bytes = b"cosigned") -> Path:
    return write_layout(tmp_path / "cosigned", image(), image([content], seed=9), names=("1.0", f"{TAG}.sig"))


def test_cosigns_signature_keeps_its_tag(bench: Bench, tmp_path: Path) -> None:
    assert bench.push(cosigned(tmp_path)).referrers == 1
    assert repository(bench).tags == {"1.0": image().root, f"{TAG}.sig": image([b"cosigned"], seed=9).root}


def test_cosigns_signatures_that_are_there_are_not_replaced(bench: Bench, tmp_path: Path) -> None:
    bench.push(cosigned(tmp_path))
    result = bench.push(cosigned(tmp_path / "again", b"another"))
    assert repository(bench).tags[f"{TAG}.sig"] == image([b"cosigned"], seed=9).root
    assert (result.referrers, result.refused_referrers) == (0, 0)


def test_an_immutable_repository_takes_an_image_and_its_signature(bench: Bench, tmp_path: Path) -> None:
    repository(bench).immutable = True
    result = push_signed(bench, tmp_path)
    assert result.referrers == 1
    again = bench.push(tmp_path / "signed", mutability=TagMutability(immutable=True))
    assert again.uploaded_blobs == 0
