import json
from contextlib import closing
from pathlib import Path

import pytest

from client.images import (
    OCI_INDEX,
    BuiltImage,
    about,
    digest_of,
    image,
    index,
    layout_files,
    write_archive,
    write_layout,
)
from shared_ecr.client.sources import open_source
from shared_ecr.client.sources.interface import Companions, InvalidImageError


def companions_of(path: Path | str) -> Companions:
    with closing(open_source(str(path))) as source:
        return source.companions()


def roots(found: Companions) -> list[str]:
    return [str(referrer.root.digest) for referrer in found.referrers]


def list_of(*referrers: BuiltImage) -> BuiltImage:
    """A list of referrers, as it is under the tag `sha256-DIGEST`."""
    document = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [each.descriptor() for each in referrers]}
    content = json.dumps(document).encode()
    files = {digest_of(content): content}
    for each in referrers:
        files |= each.files
    return BuiltImage(digest_of(content), OCI_INDEX, files)


def tag_of(built: BuiltImage, ending: str = "") -> str:
    return built.root.replace(":", "-") + ending


@pytest.mark.parametrize("kind", ["folder", "archive"])
def test_a_signature_is_found_by_its_subject(tmp_path: Path, kind: str) -> None:
    write = write_layout if kind == "folder" else write_archive
    path = write(tmp_path / "l", image(), about(image()))
    assert roots(companions_of(path)) == [about(image()).root]


def test_an_image_with_its_signature_is_no_choice_between_two(tmp_path: Path) -> None:
    with closing(open_source(str(write_layout(tmp_path / "l", about(image()), image())))) as source:
        assert str(source.root.digest) == image().root


def test_a_referrer_has_its_blobs_with_it(tmp_path: Path) -> None:
    (found,) = companions_of(write_layout(tmp_path / "l", image(), about(image(), b"signed"))).referrers
    assert {str(blob.digest) for blob in found.blobs} == {digest_of(b"{}"), digest_of(b"signed")}


def test_what_is_about_a_platform_of_an_index_is_found(tmp_path: Path) -> None:
    path = write_layout(tmp_path / "l", index(image(seed=1), image(seed=2)), about(image(seed=2)))
    assert roots(companions_of(path)) == [about(image(seed=2)).root]


def test_what_is_about_a_referrer_is_found_and_comes_after_it(tmp_path: Path) -> None:
    sbom = about(image(), b"parts", kind="application/spdx+json")
    path = write_layout(tmp_path / "l", about(sbom), sbom, image())
    assert roots(companions_of(path)) == [sbom.root, about(sbom).root]


def test_what_is_about_another_image_is_left(tmp_path: Path) -> None:
    path = write_layout(tmp_path / "l", image(seed=1), image(seed=2), about(image(seed=2)), names=("one", "two"))
    assert roots(companions_of(f"{path}#one")) == []


@pytest.mark.parametrize("ending", [".sig", ".att", ".sbom"])
def test_cosigns_images_are_found_by_their_tags(tmp_path: Path, ending: str) -> None:
    names = ("1.0", tag_of(image(), ending))
    path = write_layout(tmp_path / "l", image(), image([b"signed"], seed=9), names=names)
    (found,) = companions_of(path).referrers
    assert (str(found.tag), str(found.about)) == (names[1], image().root)


@pytest.mark.parametrize("name", ["sha256-abc.sig", "sha256-{}.sigx", "sha512-{}.sig", "{}.sig"])
def test_a_tag_that_only_looks_like_one_of_cosigns_is_an_image(tmp_path: Path, name: str) -> None:
    named = name.format(image().root[7:])
    path = write_layout(tmp_path / "l", image(), image(seed=9), names=("1.0", named))
    with pytest.raises(InvalidImageError, match="holds 2 images"):
        open_source(str(path))


def test_what_a_list_of_referrers_names_is_found(tmp_path: Path) -> None:
    listed = list_of(about(image()), about(image(), b"other"))
    path = write_layout(tmp_path / "l", image(), listed, names=("1.0", tag_of(image())))
    assert set(roots(companions_of(path))) == {about(image()).root, about(image(), b"other").root}


def test_a_referrer_that_is_listed_twice_is_found_once(tmp_path: Path) -> None:
    listed = list_of(about(image()))
    path = write_layout(tmp_path / "l", image(), listed, about(image()), names=("1.0", tag_of(image())))
    assert roots(companions_of(path)) == [about(image()).root]


def test_an_attestation_within_the_index_is_no_referrer_beside_it(tmp_path: Path) -> None:
    path = write_layout(tmp_path / "l", index(image(), about(image())))
    assert roots(companions_of(path)) == []


def test_a_referrer_that_lacks_a_file_is_shown_and_the_image_is_read(tmp_path: Path) -> None:
    files = layout_files(image(), about(image(), b"signed"))
    del files[f"blobs/sha256/{digest_of(b'signed')[7:]}"]
    for name, content in files.items():
        (tmp_path / "l" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "l" / name).write_bytes(content)
    found = companions_of(tmp_path / "l")
    assert found.referrers == ()
    assert digest_of(b"signed")[7:] in found.faults[0]


def test_a_layout_of_one_image_has_nothing_about_it(tmp_path: Path) -> None:
    assert companions_of(write_layout(tmp_path / "l", image())) == Companions()


def test_what_is_about_an_image_that_is_not_here_is_left(tmp_path: Path) -> None:
    one = about(image(seed=1))
    path = write_layout(tmp_path / "l", image(), one, names=("1.0",))
    assert roots(companions_of(f"{path}#1.0")) == []


@pytest.mark.parametrize("subject", [1, "x", {}, {"mediaType": "a", "digest": "sha256:1", "size": 1}, []])
def test_a_subject_that_is_none_is_refused(tmp_path: Path, subject: object) -> None:
    from client.images import with_root  # noqa: PLC0415 — only here

    path = write_layout(tmp_path / "l", with_root(image(), {**image().manifest, "subject": subject}))
    with pytest.raises(InvalidImageError, match="subject"):
        open_source(str(path))
