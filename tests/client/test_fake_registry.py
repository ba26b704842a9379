"""The fake registry is held to the rules of the distribution specification."""

import json

from client.calling import Caller, code
from client.images import about, digest_of, image, index

OCI_INDEX = "application/vnd.oci.image.index.v1+json"


def test_an_upload_is_begun_with_202_and_a_place(caller: Caller) -> None:
    answer = caller.begin()
    assert answer.status == 202
    assert answer.headers["Location"].startswith("/v2/team/app/blobs/uploads/")


def test_a_blob_is_stored_under_its_digest(caller: Caller) -> None:
    assert caller.upload(b"content").status == 201
    assert caller.ask("GET", f"blobs/{digest_of(b'content')}").data == b"content"


def test_bytes_of_another_digest_are_refused(caller: Caller) -> None:
    answer = caller.finish(caller.begin().headers["Location"], b"other", b"content")
    assert (answer.status, code(answer)) == (400, "DIGEST_INVALID")


def test_a_session_is_used_once(caller: Caller) -> None:
    location = caller.begin().headers["Location"]
    caller.finish(location, b"content", b"content")
    assert caller.finish(location, b"content", b"content").status == 404


def test_a_manifest_without_its_blobs_is_refused(caller: Caller) -> None:
    answer = caller.put(image())
    assert (answer.status, code(answer)) == (404, "MANIFEST_BLOB_UNKNOWN")


def test_a_manifest_is_found_by_tag_and_digest_byte_for_byte(caller: Caller) -> None:
    assert caller.put_all(image(), "1.0").headers["Docker-Content-Digest"] == image().root
    for name in ("1.0", image().root):
        assert caller.ask("GET", f"manifests/{name}").data == image().files[image().root]


def test_a_head_has_no_body(caller: Caller) -> None:
    caller.put_all(image(), "1.0")
    assert caller.ask("HEAD", "manifests/1.0").data == b""


def test_tags_are_listed_in_pages(caller: Caller) -> None:
    for tag in ("c", "a", "b"):
        caller.put_all(image(), tag)
    first = caller.ask("GET", "tags/list?n=2")
    assert json.loads(first.data)["tags"] == ["a", "b"]
    assert first.headers["Link"] == '</v2/team/app/tags/list?n=2&last=b>; rel="next"'
    assert json.loads(caller.ask("GET", "tags/list?n=2&last=b").data)["tags"] == ["c"]


def test_a_missing_repository_is_name_unknown(caller: Caller) -> None:
    caller.registry.contents.missing.add("team/app")
    assert code(caller.begin()) == "NAME_UNKNOWN"


def test_a_blob_that_a_manifest_names_is_mounted(caller: Caller) -> None:
    caller.put_all(image())
    contents = caller.registry.contents
    contents.repositories["base"] = contents.repositories.pop("team/app")
    answer = caller.begin(f"?mount={digest_of(b'layer one')}&from=base")
    assert answer.status == 201
    assert caller.ask("GET", f"blobs/{digest_of(b'layer one')}").data == b"layer one"


def test_a_subject_is_noted_and_its_referrers_listed(caller: Caller) -> None:
    caller.put_all(image())
    assert caller.put_all(about(image())).headers["OCI-Subject"] == image().root
    answer = caller.ask("GET", f"referrers/{image().root}")
    (entry,) = json.loads(answer.data)["manifests"]
    assert (answer.headers["Content-Type"], entry["digest"]) == (OCI_INDEX, about(image()).root)


def test_what_has_no_referrers_has_an_empty_list(caller: Caller) -> None:
    caller.put_all(image())
    assert json.loads(caller.ask("GET", f"referrers/{image().root}").data)["manifests"] == []


def test_a_referrer_may_come_before_its_subject(caller: Caller) -> None:
    assert caller.put_all(about(image())).status == 201


def test_an_old_registry_notes_no_subject(caller: Caller) -> None:
    caller.registry.manners.referrers = "unknown"
    assert "OCI-Subject" not in caller.put_all(about(image())).headers
    assert caller.ask("GET", f"referrers/{image().root}").status == 404


def test_a_condition_that_does_not_hold_changes_nothing(caller: Caller) -> None:
    caller.put_all(image(), "1.0")
    etag = caller.ask("GET", "manifests/1.0").headers["ETag"]
    assert caller.put_all(image(seed=2)).status == 201
    assert caller.put(image(seed=2), "1.0", If_None_Match="*").status == 412
    assert caller.put(image(seed=2), "1.0", If_Match='"sha256:other"').status == 412
    assert caller.put(image(seed=2), "1.0", If_Match=etag).status == 201


def test_an_index_without_its_children_is_refused(caller: Caller) -> None:
    answer = caller.put(index(image()))
    assert (answer.status, code(answer)) == (404, "REFERENCED_IMAGE_UNKNOWN")
