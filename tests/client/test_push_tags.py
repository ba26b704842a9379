from pathlib import Path

import pytest

from client.faults import Reply
from client.images import image, write_layout
from client.pushing import Bench
from shared_ecr.client.errors import PushRefusedError
from shared_ecr.model.mutability import ExclusionFilter, TagMutability

IMMUTABLE = TagMutability(immutable=True)


def test_a_tag_that_may_not_move_is_refused_before_the_first_upload(bench: Bench, layout: Path, tmp_path: Path) -> None:
    bench.push(layout)
    bench.registry.seen.clear()
    with pytest.raises(PushRefusedError, match="immutable"):
        bench.push(write_layout(tmp_path / "other", image(seed=5)), mutability=IMMUTABLE)
    assert bench.registry.lines == ["HEAD /v2/team/app/manifests/1.0"]


def test_the_refusal_of_an_immutable_tag_names_both_digests(bench: Bench, layout: Path, tmp_path: Path) -> None:
    bench.push(layout)
    with pytest.raises(PushRefusedError, match=f"{image().root}.*{image(seed=5).root}"):
        bench.push(write_layout(tmp_path / "other", image(seed=5)), mutability=IMMUTABLE)


def test_a_tag_that_may_not_move_and_names_this_image_is_done(bench: Bench, layout: Path) -> None:
    bench.push(layout)
    assert bench.push(layout, mutability=IMMUTABLE).uploaded_blobs == 0


def test_an_excepted_tag_moves(bench: Bench, layout: Path, tmp_path: Path) -> None:
    rule = TagMutability(immutable=True, except_=(ExclusionFilter.parse("dev-*"),))
    bench.push(layout, "dev-1")
    result = bench.push(write_layout(tmp_path / "other", image(seed=5)), "dev-1", mutability=rule)
    assert bench.registry.contents.repositories["team/app"].tags["dev-1"] == str(result.digest)


def test_an_immutable_tag_unknown_beforehand_is_refused_by_the_registry_naming_both_digests(
    bench: Bench, layout: Path, tmp_path: Path
) -> None:
    bench.push(layout)
    bench.registry.contents.repositories["team/app"].immutable = True
    with pytest.raises(PushRefusedError, match=f"{image().root}.*{image(seed=5).root}"):
        bench.push(write_layout(tmp_path / "other", image(seed=5)))


def test_a_registry_that_refuses_the_very_image_it_has_is_content(bench: Bench, layout: Path) -> None:
    bench.push(layout)
    bench.registry.contents.repositories["team/app"].immutable = True
    # The first look is answered as if the tag were not there, so that the manifest is put again.
    bench.registry.fail("HEAD", "/manifests/1.0", Reply(404))
    assert str(bench.push(layout).digest) == image().root


def test_a_look_that_is_forbidden_is_no_failure(bench: Bench, layout: Path) -> None:
    bench.registry.fail("HEAD", "/manifests/", Reply(403), times=99)
    bench.registry.fail("GET", "/manifests/", Reply(403, (), b'{"errors":[{"code":"DENIED"}]}'), times=99)
    assert bench.push(layout, mutability=IMMUTABLE).uploaded_blobs == 3


def test_where_one_tag_may_not_be_looked_at_no_digest_is_asked_for(bench: Bench, layout: Path) -> None:
    # The registry forbids the look at one tag alone; a digest that is asked for would be forbidden too.
    bench.registry.fail("HEAD", "/manifests/1.0", Reply(403), times=99)
    bench.registry.fail("GET", "/manifests/1.0", Reply(403, (), b'{"errors":[{"code":"DENIED"}]}'), times=99)
    bench.push(layout, "1.0", "2.0")
    assert bench.registry.count("HEAD", f"/manifests/{image().root}") == 0


def test_an_immutable_tag_behind_a_forbidden_look_is_shown_with_the_permission_to_look(
    bench: Bench, layout: Path
) -> None:
    bench.push(layout)
    bench.registry.contents.repositories["team/app"].immutable = True
    bench.registry.fail("HEAD", "/manifests/", Reply(403), times=99)
    bench.registry.fail("GET", "/manifests/", Reply(403), times=99)
    with pytest.raises(PushRefusedError, match=r"perhaps this one.*ecr:BatchGetImage"):
        bench.push(layout)


def test_a_push_that_could_not_be_read_back_says_so(bench: Bench, layout: Path) -> None:
    bench.registry.fail("HEAD", "/manifests/", Reply(403), times=99)
    bench.registry.fail("GET", "/manifests/", Reply(403), times=99)
    bench.push(layout)
    assert any("reading it back is not allowed" in line for line in bench.heard.lines)


def test_a_tag_that_names_another_image_afterwards_is_an_error(bench: Bench, layout: Path) -> None:
    other = Reply(200, (("Docker-Content-Digest", image(seed=7).root),))
    bench.registry.fail("HEAD", "/manifests/1.0", other, after=1)
    with pytest.raises(PushRefusedError, match=image(seed=7).root):
        bench.push(layout)


def test_a_registry_without_digest_headers_is_read_back_by_content(bench: Bench, layout: Path) -> None:
    bench.registry.manners.digest_header = False
    bench.push(layout)
    assert bench.registry.count("GET", "/manifests/1.0") == 1
