"""`shared-ecr inspect`, as a person types it."""

import json
from typing import Any

import pytest

from cli.between.sides import Sides, hold
from client.faults import Reply
from client.images import BuiltImage, about, digest_of, image, index, noise, with_root

CONFIG: dict[str, object] = {
    "architecture": "arm",
    "variant": "v7",
    "os": "linux",
    "created": "2026-11-21T08:00:00Z",
    "config": {"Labels": {"org.opencontainers.image.source": "https://git.example/app", "number": 1}},
}
APP = image([noise(3_000_000, 1), b"small"], config=CONFIG)
BOTH = index(image([b"amd64"], seed=1), image([b"arm64, longer"], seed=2))


def inspected(sides: Sides, built: BuiltImage, *options: str) -> dict[str, Any]:
    hold(sides.source, "team/app", built, "1")
    outcome = sides.types("inspect", f"{sides.there}/team/app:1", "--format", "json", *options)
    assert outcome.code == 0, outcome.stderr
    document: dict[str, Any] = json.loads(outcome.stdout)
    return document


def shown(sides: Sides, built: BuiltImage, *options: str) -> str:
    hold(sides.source, "team/app", built, "1")
    return sides.types("inspect", f"{sides.there}/team/app:1", *options).stdout


def size(built: BuiltImage) -> int:
    return sum(len(content) for digest, content in built.files.items() if digest != built.root)


@pytest.mark.parametrize("built", [APP, BOTH], ids=["image", "index"])
def test_the_raw_manifest_is_printed_byte_for_byte(sides: Sides, built: BuiltImage) -> None:
    hold(sides.source, "team/app", built, "1")
    assert sides.types_for_bytes("inspect", f"{sides.there}/team/app:1", "--raw") == built.files[built.root]


def test_an_image_is_shown_with_all_that_its_configuration_says(sides: Sides) -> None:
    found = inspected(sides, APP)
    assert {key: found[key] for key in ("digest", "media_type", "bytes", "created", "labels")} == {
        "digest": APP.root,
        "media_type": APP.media_type,
        "bytes": size(APP),
        "created": "2026-11-21T08:00:00Z",
        "labels": {"org.opencontainers.image.source": "https://git.example/app"},
    }


def test_the_images_of_a_nested_index_are_shown_with_their_platforms(sides: Sides) -> None:
    outer = index(BOTH)
    nested = with_root(outer, {**outer.manifest, "manifests": [BOTH.descriptor()]})
    assert [image["platform"] for image in inspected(sides, nested)["images"]] == ["linux/amd64", "linux/arm64"]


def test_the_platform_of_an_image_is_that_of_its_configuration(sides: Sides) -> None:
    assert [image["platform"] for image in inspected(sides, APP)["images"]] == ["linux/arm/v7"]


def test_layers_are_shown_in_their_order(sides: Sides) -> None:
    layers = [(layer["digest"], layer["bytes"]) for layer in inspected(sides, APP)["layers"]]
    assert layers == [(digest_of(noise(3_000_000, 1)), 3_000_000), (digest_of(b"small"), 5)]


def test_an_index_is_shown_with_the_size_of_each_image(sides: Sides) -> None:
    rows = [(row["platform"], row["digest"], row["bytes"]) for row in inspected(sides, BOTH)["images"]]
    children = image([b"amd64"], seed=1), image([b"arm64, longer"], seed=2)
    assert rows == [
        ("linux/amd64", children[0].root, size(children[0])),
        ("linux/arm64", children[1].root, size(children[1])),
    ]


def test_one_platform_of_an_index_is_shown_as_the_image_that_it_is(sides: Sides) -> None:
    assert inspected(sides, BOTH, "--platform", "linux/arm64")["digest"] == image([b"arm64, longer"], seed=2).root


def test_an_attestation_is_shown_with_the_image_that_it_is_about(sides: Sides) -> None:
    attestation = image([b"attested"], seed=3)
    entry = attestation.descriptor(
        platform={"os": "unknown", "architecture": "unknown"},
        annotations={"vnd.docker.reference.digest": image([b"amd64"], seed=1).root},
    )
    document = {**BOTH.manifest, "manifests": [*BOTH.manifest["manifests"], entry]}  # type: ignore[misc]  # JSON
    hold(sides.source, "team/app", attestation)
    last = inspected(sides, with_root(BOTH, document))["images"][-1]
    assert (last["platform"], last["about"]) == (None, image([b"amd64"], seed=1).root)


def test_referrers_are_shown_with_their_kind(sides: Sides) -> None:
    bill = about(APP, kind="application/spdx+json")
    hold(sides.source, "team/app", bill)
    rows = inspected(sides, APP)["referrers"]
    assert rows == [{"digest": bill.root, "artifact_type": "application/spdx+json", "tag": None}]


def test_a_signature_by_cosigns_tag_is_shown(sides: Sides) -> None:
    signature, tag = image([b"signature"], seed=9), APP.root.replace(":", "-") + ".sig"
    hold(sides.source, "team/app", signature, tag)
    assert inspected(sides, APP)["referrers"] == [{"digest": signature.root, "artifact_type": None, "tag": tag}]


def test_no_referrer_is_asked_for_without_them(sides: Sides) -> None:
    assert inspected(sides, APP, "--no-referrers")["referrers"] == []
    assert sides.source.count("GET", "/referrers/") == 0


def test_a_list_of_referrers_that_is_none_is_shown_beside_the_image(sides: Sides) -> None:
    sides.source.fail("GET", "/referrers/", Reply(200, (("Content-Type", BOTH.media_type),), b'{"manifests":1}'))
    found = inspected(sides, APP)
    assert (found["digest"], len(found["faults"])) == (APP.root, 1)


def test_no_layer_is_fetched(sides: Sides) -> None:
    inspected(sides, APP)
    configuration = APP.manifest["config"]["digest"]  # type: ignore[index]  # JSON
    assert {seen.path for seen in sides.source.seen if "/blobs/" in seen.path} == {
        f"/v2/team/app/blobs/{configuration}"
    }


def test_people_read_digest_size_and_platform(sides: Sides) -> None:
    printed = shown(sides, APP)
    assert f"digest      {APP.root}" in printed
    assert f"{APP.root}     3.0 MB  linux/arm/v7" in printed


def test_what_an_image_says_of_itself_cannot_draw_on_the_terminal(sides: Sides) -> None:
    evil = image(config={**CONFIG, "created": "\x1b[2J", "config": {"Labels": {"a\x1b]0;x\x07": "\u202e\ud800"}}})
    printed = shown(sides, evil)
    assert "\x1b" not in printed
    assert "\u202e" not in printed


def test_an_artifact_has_no_platform(sides: Sides) -> None:
    artifact = about(APP)
    hold(sides.source, "team/app", artifact, "sbom")
    outcome = sides.types("inspect", f"{sides.there}/team/app:sbom", "--format", "json")
    found = json.loads(outcome.stdout)
    assert (found["artifact_type"], found["images"][0]["platform"]) == ("application/vnd.example.signature", None)


def test_a_configuration_of_other_bytes_is_not_believed(sides: Sides) -> None:
    hold(sides.source, "team/app", APP, "1")
    sides.source.fail("GET", "/blobs/", Reply(200, (), b"{}"))
    assert sides.types("inspect", f"{sides.there}/team/app:1").code == 2


def test_an_image_that_is_not_there_is_shown(sides: Sides) -> None:
    outcome = sides.types("inspect", f"{sides.there}/team/app:gone")
    assert (outcome.code, f"there is no {sides.there}/team/app:gone" in outcome.stderr) == (4, True)


def test_a_platform_that_is_none_is_refused_before_anyone_is_asked(sides: Sides) -> None:
    assert sides.types("inspect", f"{sides.there}/team/app:1", "--platform", "arm64").code == 2
    assert sides.source.seen == []
