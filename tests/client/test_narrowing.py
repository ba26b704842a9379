import json

import pytest

from client.images import BuiltImage, image, index, with_root
from shared_ecr.client.sources.interface import InvalidImageError
from shared_ecr.client.sources.manifests import Descriptor
from shared_ecr.client.sources.narrowing import NarrowedIndex, index_entries, narrowed
from shared_ecr.findings.errors import RefusedError
from shared_ecr.model.names import Digest
from shared_ecr.model.names.platforms import Platform

CHILDREN = [image([name], seed=seed) for seed, name in enumerate((b"amd64", b"arm64", b"s390x"))]
AMD64, ARM64, S390X = CHILDREN
THREE = index(*CHILDREN)


def wanted(*texts: str) -> list[Platform]:
    return [Platform.parse(text) for text in texts]


def cut(built: BuiltImage, *texts: str) -> bytes | Digest:
    left = narrowed(built.files[built.root], "the index", wanted(*texts), lambda each: built.files[str(each.digest)])
    return left.digest if isinstance(left, Descriptor) else left.content


def entries(built: BuiltImage) -> list[dict[str, object]]:
    listed = built.manifest["manifests"]
    assert isinstance(listed, list)
    return listed


def with_entries(*more: dict[str, object]) -> BuiltImage:
    return with_root(THREE, {**THREE.manifest, "manifests": [*entries(THREE), *more]})


def attestation(about: BuiltImage) -> dict[str, object]:
    return image([b"attested", about.root.encode()]).descriptor(
        platform={"os": "unknown", "architecture": "unknown"},
        annotations={"vnd.docker.reference.digest": about.root},
    )


def test_one_image_is_left_as_itself() -> None:
    assert cut(THREE, "linux/arm64") == Digest(ARM64.root)


def test_several_images_keep_their_entries_as_they_are_written() -> None:
    left = cut(THREE, "linux/amd64", "linux/s390x")
    assert isinstance(left, bytes)
    assert json.loads(left) == {**THREE.manifest, "manifests": [entries(THREE)[0], entries(THREE)[2]]}


def test_the_same_index_is_cut_to_the_same_bytes() -> None:
    assert cut(THREE, "linux/amd64", "linux/s390x") == cut(THREE, "linux/s390x", "linux/amd64")


def test_an_index_that_has_nothing_else_stays_byte_for_byte() -> None:
    assert cut(THREE, "linux/amd64", "linux/arm64", "linux/s390x") == THREE.files[THREE.root]


def test_an_attestation_stays_with_its_image() -> None:
    attested = with_entries(attestation(AMD64), attestation(ARM64))
    left = cut(attested, "linux/amd64", "linux/s390x")
    assert isinstance(left, bytes)
    assert json.loads(left)["manifests"][-1] == attestation(AMD64)
    assert len(json.loads(left)["manifests"]) == 3


def test_every_variant_of_an_architecture_is_meant_by_its_name() -> None:
    variants = [
        image([each.encode()]).descriptor(platform={"os": "linux", "architecture": "arm", "variant": each})
        for each in ("v6", "v7")
    ]
    left = cut(with_entries(*variants), "linux/arm")
    assert isinstance(left, bytes)
    assert json.loads(left)["manifests"] == variants


def test_a_platform_that_is_not_there_is_shown_with_those_that_are() -> None:
    with pytest.raises(RefusedError, match="no image for windows/amd64; it is for linux/amd64, linux/arm64 or linux/s"):
        cut(THREE, "linux/amd64", "windows/amd64")


ODD: dict[str, dict[str, object]] = {
    "a platform that is not an object": {"platform": "linux/arm64"},
    "words that are numbers": {"platform": {"os": 1, "architecture": 2}},
    "a variant that is a list": {"platform": {"os": "linux", "architecture": "arm", "variant": []}},
    "words that draw on the terminal": {"platform": {"os": "\x1b[2J", "architecture": "\ud800"}},
    "annotations that are invalid": {"annotations": {"vnd.docker.reference.digest": "sha256:x"}},
}


@pytest.mark.parametrize("odd", ODD.values(), ids=ODD.keys())
def test_what_an_entry_says_oddly_is_not_believed_and_does_no_harm(odd: dict[str, object]) -> None:
    built = with_entries(image([b"odd"]).descriptor(**odd))
    assert cut(built, "linux/arm64") == Digest(ARM64.root)
    with pytest.raises(RefusedError) as caught:
        cut(built, "plan9/amd64")
    assert str(caught.value).isprintable()


def test_an_entry_says_which_platform_it_is_for() -> None:
    found = [str(entry.platform) for entry in index_entries(THREE.files[THREE.root], "the index")]
    assert found == ["linux/amd64", "linux/arm64", "linux/s390x"]


def nest(*entries: dict[str, object], holding: BuiltImage) -> BuiltImage:
    """An index of these entries, with the files of what they name."""
    return with_root(holding, {"schemaVersion": 2, "mediaType": holding.media_type, "manifests": list(entries)})


PLAIN = index(AMD64, ARM64)
NESTED = nest(PLAIN.descriptor(), *entries(THREE)[2:], holding=BuiltImage("", THREE.media_type, {
    **THREE.files, **PLAIN.files
}))  # fmt: skip


def test_an_image_of_a_nested_index_is_found() -> None:
    assert cut(NESTED, "linux/arm64") == Digest(ARM64.root)


def test_a_nested_index_is_cut_down_too() -> None:
    left = narrowed(
        NESTED.files[NESTED.root],
        "the index",
        wanted("linux/arm64", "linux/s390x"),
        lambda each: NESTED.files[str(each.digest)],
    )
    assert isinstance(left, NarrowedIndex)
    inner, outer = json.loads(left.content)["manifests"]
    assert outer == entries(THREE)[2]
    made = json.loads(left.nested[Digest(inner["digest"])])
    assert made["manifests"] == [entries(PLAIN)[1]]
    assert inner["size"] == len(left.nested[Digest(inner["digest"])])


def test_a_nested_index_of_which_nothing_is_wanted_is_left_out() -> None:
    two = nest(*entries(NESTED), image(seed=9).descriptor(platform={"os": "linux", "architecture": "riscv64"}),
               holding=NESTED)  # fmt: skip
    left = cut(two, "linux/s390x", "linux/riscv64")
    assert isinstance(left, bytes)
    assert [entry["digest"] for entry in json.loads(left)["manifests"]] == [S390X.root, image(seed=9).root]


def test_a_nested_index_that_is_wanted_as_a_whole_stays_byte_for_byte() -> None:
    assert cut(NESTED, "linux/amd64", "linux/arm64", "linux/s390x") == NESTED.files[NESTED.root]


def test_the_platforms_of_nested_indexes_are_offered() -> None:
    with pytest.raises(RefusedError, match="it is for linux/amd64, linux/arm64 or linux/s390x"):
        cut(NESTED, "plan9/amd64")


def test_indexes_that_are_nested_without_end_are_refused() -> None:
    deep = PLAIN
    for _ in range(5):
        deep = nest(deep.descriptor(), holding=deep)
    with pytest.raises(InvalidImageError, match="at most 4 nested indexes"):
        cut(deep, "linux/arm64")


def test_an_index_that_is_for_a_wanted_platform_is_taken_as_a_whole() -> None:
    variants = index(image(seed=21), image(seed=22))
    arm = variants.descriptor(platform={"os": "linux", "architecture": "arm"})
    outer = nest(arm, *entries(THREE)[:1], holding=BuiltImage("", THREE.media_type, {**THREE.files, **variants.files}))
    left = cut(outer, "linux/arm", "linux/amd64")
    assert left == outer.files[outer.root]
