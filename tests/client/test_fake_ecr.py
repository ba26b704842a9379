"""The fake registry deviates from the specification where ECR does."""

import pytest
import urllib3

from client.calling import Caller, code
from client.faults import EXPIRED
from client.images import about, digest_of, image


def test_a_session_that_has_seen_bytes_takes_no_second_beginning(caller: Caller) -> None:
    location = caller.begin().headers["Location"]
    caller.ask("PATCH", location, b"1234567")
    answer = caller.finish(location, b"1234567", b"1234567")
    assert (answer.status, code(answer)) == (416, "BLOB_UPLOAD_INVALID")
    assert "First byte of the layer part is 0 instead of 7" in answer.data.decode()


def test_a_part_is_answered_by_201_and_a_range_that_is_still(caller: Caller) -> None:
    location = caller.begin().headers["Location"]
    first = caller.ask("PATCH", location, b"12345")
    second = caller.ask("PATCH", location, b"678", Content_Range="5-7")
    assert [first.status, second.status] == [201, 201]
    assert (first.headers["Range"], second.headers["Range"]) == ("0-4", "0-4")


@pytest.mark.parametrize("is_ecr", [False, True])
def test_a_repository_without_images_is_unheard_of_but_at_ecr(caller: Caller, is_ecr: bool) -> None:  # noqa: FBT001 — a case
    caller.registry.manners.knows_empty_repositories = is_ecr
    caller.upload(b"content")
    assert caller.ask("GET", "tags/list").status == (200 if is_ecr else 404)


def test_a_missing_repository_can_be_a_cut_connection(caller: Caller) -> None:
    caller.registry.contents.missing.add("team/app")
    caller.registry.manners.cuts_missing_repositories = True
    with pytest.raises(urllib3.exceptions.ProtocolError):
        caller.begin()


def test_a_blob_that_no_manifest_names_is_not_mounted(caller: Caller) -> None:
    caller.registry.contents.repositories["base"].blobs[digest_of(b"loose")] = b"loose"
    answer = caller.begin(f"?mount={digest_of(b'loose')}&from=base")
    assert (answer.status, "/uploads/" in answer.headers["Location"]) == (202, True)


def test_an_immutable_tag_is_refused_even_for_the_same_image(caller: Caller) -> None:
    caller.put_all(image(), "1.0")
    caller.registry.contents.repositories["team/app"].immutable = True
    answer = caller.put(image(), "1.0")
    assert (answer.status, code(answer)) == (400, "TAG_INVALID")
    assert "immutable" in answer.data.decode()


def test_a_tag_that_is_excepted_moves(caller: Caller) -> None:
    caller.put_all(image(), "dev-1")
    repository = caller.registry.contents.repositories["team/app"]
    repository.immutable, repository.movable = True, ("dev-*",)
    assert caller.put_all(image(seed=2), "dev-1").status == 201


def test_manifests_beyond_the_pace_are_throttled(caller: Caller) -> None:
    moment = [100.0]
    manners = caller.registry.manners
    manners.manifests_a_second, manners.clock = 10, lambda: moment[0]
    caller.put_all(image())
    assert [caller.put(image()).status for _ in range(10)] == [201] * 9 + [429]
    moment[0] += 1.0
    assert caller.put(image()).status == 201


def test_a_registry_can_refuse_referrers_with_405(caller: Caller) -> None:
    caller.registry.manners.referrers = "refused"
    assert caller.put_all(about(image())).status == 405


def test_an_expired_login_is_refused_as_ecr_does(caller: Caller) -> None:
    caller.registry.manners.passwords = {"new"}
    caller.registry.manners.refusal = EXPIRED
    answer = caller.ask("GET", "tags/list", Authorization="Basic QVdTOm9sZA==")
    assert (answer.status, answer.headers["Content-Type"]) == (403, "text/plain")
    assert b"Authorization Token has expired" in answer.data
