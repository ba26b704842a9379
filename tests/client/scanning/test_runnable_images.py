"""Which entries of an index are images: those that an engine would run, whatever they call themselves."""

import json
from typing import Any

import pytest

from client.images import BuiltImage, about, image, index, with_root
from shared_ecr.client.scanning.runnable_images import runnable_images
from shared_ecr.client.sources.interface import Manifest
from shared_ecr.client.sources.manifests import parse_manifest

FIRST, SECOND = image(seed=1), image(seed=2)
UNKNOWN = {"os": "unknown", "architecture": "unknown"}
AMD64 = {"os": "linux", "architecture": "amd64"}


def manifests(built: BuiltImage) -> list[Manifest]:
    found = []
    for digest, content in built.files.items():
        if content.startswith(b"{") and b"schemaVersion" in content:
            document = json.loads(content)
            found.append((digest, parse_manifest(content, digest, document["mediaType"]).as_manifest(content, ())))
    return [each for digest, each in found if digest != built.root] + [
        each for digest, each in found if digest == built.root
    ]


def listing(*entries: tuple[BuiltImage, dict[str, Any]]) -> BuiltImage:
    built = index(*(each for each, _ in entries))
    listed = [each.descriptor(**more) for each, more in entries]
    return with_root(built, {**built.manifest, "manifests": listed})


def found(built: BuiltImage) -> list[str]:
    return [each.digest.text for each in runnable_images(manifests(built))]


def test_an_image_without_an_index_is_itself() -> None:
    assert found(FIRST) == [FIRST.root]


def test_an_index_is_its_images_with_their_platforms() -> None:
    images = runnable_images(manifests(index(FIRST, SECOND)))
    assert [(each.digest.text, each.platform) for each in images] == [
        (FIRST.root, "linux/amd64"),
        (SECOND.root, "linux/arm64"),
    ]


def test_the_images_of_a_nested_index_count() -> None:
    assert found(listing((index(FIRST), {}), (SECOND, {"platform": AMD64}))) == [FIRST.root, SECOND.root]


def test_an_attestation_of_buildkit_is_not_an_image() -> None:
    attestation = image([b"{}"], layer_type="application/vnd.in-toto+json", seed=3)
    assert found(listing((FIRST, {"platform": AMD64}), (attestation, {"platform": UNKNOWN}))) == [FIRST.root]


@pytest.mark.parametrize("platform", [{}, {"platform": AMD64}, {"platform": {"os": "unknown", "architecture": "arm"}}])
def test_an_image_that_hides_behind_odd_layers_is_an_image(platform: dict[str, Any]) -> None:
    hidden = image([b"tar"], layer_type="application/octet-stream", seed=4)
    assert found(listing((hidden, platform))) == [hidden.root]


def test_an_image_that_calls_itself_an_attestation_is_an_image() -> None:
    annotations = {"vnd.docker.reference.type": "attestation-manifest"}
    assert found(listing((FIRST, {"platform": UNKNOWN, "annotations": annotations}))) == [FIRST.root]


def test_an_entry_listed_for_two_platforms_is_an_image_when_one_of_them_exists() -> None:
    hidden = image([b"tar"], layer_type="application/octet-stream", seed=5)
    assert found(listing((hidden, {"platform": AMD64}), (hidden, {"platform": UNKNOWN}))) == [hidden.root]


def test_a_signature_is_not_an_image() -> None:
    assert found(about(FIRST)) == []


def test_an_image_without_layers_is_an_image() -> None:
    empty = image([], seed=6)
    assert found(empty) == [empty.root]
