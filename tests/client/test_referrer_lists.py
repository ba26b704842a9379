"""Registries before 1.1 of the specification: who pushes keeps the list of referrers under a tag."""

import json
from pathlib import Path

import pytest

from client.faults import Reply
from client.images import OCI_INDEX, about, image, index, write_layout
from client.pushing import Bench
from client.registry_contents import Repository
from shared_ecr.client.pushers.interface import PushResult

SIGNATURE = about(image())
TAG = image().root.replace(":", "-")


def repository(bench: Bench) -> Repository:
    return bench.registry.contents.repositories["team/app"]


def push_signed(bench: Bench, tmp_path: Path) -> PushResult:
    return bench.push(write_layout(tmp_path / "signed", image(), SIGNATURE, names=("1.0",)))


def listed(bench: Bench) -> list[dict[str, object]]:
    document = json.loads(repository(bench).manifests[repository(bench).tags[TAG]][1])
    entries: list[dict[str, object]] = document["manifests"]
    return entries


@pytest.fixture
def old(bench: Bench) -> Bench:
    bench.registry.manners.referrers = "unknown"
    return bench


def test_an_old_registry_gets_the_list_under_a_tag(old: Bench, tmp_path: Path) -> None:
    push_signed(old, tmp_path)
    (entry,) = listed(old)
    assert (entry["digest"], entry["artifactType"]) == (SIGNATURE.root, "application/vnd.example.signature")


def test_the_list_is_an_index_of_the_specification(old: Bench, tmp_path: Path) -> None:
    push_signed(old, tmp_path)
    media_type, content = repository(old).manifests[repository(old).tags[TAG]]
    assert (media_type, json.loads(content)["mediaType"], json.loads(content)["schemaVersion"]) == (
        OCI_INDEX, OCI_INDEX, 2
    )  # fmt: skip


def test_the_list_has_the_annotations_of_the_signature(old: Bench, tmp_path: Path) -> None:
    signature = about(image(), annotations={"who": "me"})
    old.push(write_layout(tmp_path / "l", image(), signature))
    assert listed(old)[0]["annotations"] == {"who": "me"}


def test_without_a_type_of_its_own_the_list_has_that_of_the_configuration(old: Bench, tmp_path: Path) -> None:
    signature = about(image(), artifactType=None)
    old.push(write_layout(tmp_path / "l", image(), signature))
    assert listed(old)[0]["artifactType"] == "application/vnd.oci.empty.v1+json"


def test_what_the_list_has_already_stays(old: Bench, tmp_path: Path) -> None:
    push_signed(old, tmp_path)
    before = listed(old)
    old.push(write_layout(tmp_path / "more", image(), about(image(), b"other")))
    assert listed(old)[:1] == before
    assert len(listed(old)) == 2


def test_a_signature_is_listed_once(old: Bench, tmp_path: Path) -> None:
    push_signed(old, tmp_path)
    del repository(old).manifests[SIGNATURE.root]
    push_signed(old, tmp_path)
    assert len(listed(old)) == 1


@pytest.mark.parametrize("conditions", [True, False], ids=["with conditions", "without conditions"])
def test_an_entry_that_another_writer_makes_meanwhile_is_kept(
    old: Bench,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    conditions: bool,  # noqa: FBT001 — a case
) -> None:
    old.registry.manners.conditions = conditions
    other = about(image(), b"other")
    theirs = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [other.descriptor()]}
    contents, put = old.registry.contents, old.registry.contents.put_manifest
    raced: list[bool] = []

    def racing(name: str, reference: str, media_type: str, content: bytes) -> str:
        digest = put(name, reference, media_type, content)
        if reference == TAG and not raced:
            # Another writer, who had read the list before ours was in it, writes over it.
            raced.append(True)
            repository(old).manifests[other.root] = (other.media_type, other.files[other.root])
            put(name, TAG, OCI_INDEX, json.dumps(theirs).encode())
        return digest

    monkeypatch.setattr(contents, "put_manifest", racing)
    push_signed(old, tmp_path)
    assert {entry["digest"] for entry in listed(old)} == {other.root, SIGNATURE.root}


def test_where_a_condition_does_not_hold_the_list_is_read_again(old: Bench, tmp_path: Path) -> None:
    old.registry.fail("PUT", f"/manifests/{TAG}", Reply(412), times=2)
    result = push_signed(old, tmp_path)
    assert (result.referrers, len(listed(old))) == (1, 1)


def test_a_list_that_never_holds_still_ends_in_a_shown_refusal(old: Bench, tmp_path: Path) -> None:
    old.registry.fail("PUT", f"/manifests/{TAG}", Reply(412), times=999)
    result = push_signed(old, tmp_path)
    assert (result.refused_referrers, repository(old).tags) == (1, {"1.0": image().root})


def test_a_tag_that_holds_something_else_is_left_as_it_is(old: Bench, tmp_path: Path) -> None:
    old.push(write_layout(tmp_path / "other", image(seed=7)), TAG)
    result = push_signed(old, tmp_path)
    assert repository(old).tags[TAG] == image(seed=7).root
    assert (result.refused_referrers, repository(old).tags["1.0"]) == (1, image().root)


def test_an_immutable_list_is_shown(old: Bench, tmp_path: Path) -> None:
    push_signed(old, tmp_path)
    repository(old).immutable = True
    result = old.push(write_layout(tmp_path / "more", image(), about(image(), b"other")), "2.0")
    assert (result.refused_referrers, repository(old).tags["2.0"]) == (1, image().root)


def test_a_registry_that_keeps_the_list_and_does_not_say_so_gets_none(bench: Bench, tmp_path: Path) -> None:
    bench.registry.fail("PUT", SIGNATURE.root, Reply(201), times=1)
    push_signed(bench, tmp_path)
    assert TAG not in repository(bench).tags


def test_ecr_that_says_that_it_keeps_the_list_is_not_asked(bench: Bench, tmp_path: Path) -> None:
    result = bench.push(write_layout(tmp_path / "l", image(), SIGNATURE), as_ecr=True)
    assert (result.referrers, list(repository(bench).tags)) == (1, ["1.0"])
    assert bench.registry.count("GET", "/referrers/") == 0


def test_an_ecr_that_keeps_no_list_gets_one_under_a_tag(old: Bench, tmp_path: Path) -> None:
    old.push(write_layout(tmp_path / "l", image(), SIGNATURE), as_ecr=True)
    assert [entry["digest"] for entry in listed(old)] == [SIGNATURE.root]


def test_an_attestation_within_an_index_is_listed_too(old: Bench, tmp_path: Path) -> None:
    old.push(write_layout(tmp_path / "l", index(image(), SIGNATURE)), "1.0")
    assert [entry["digest"] for entry in listed(old)] == [SIGNATURE.root]
