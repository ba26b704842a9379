import pytest

from inventory_files import NOW, digest
from shared_ecr.fate.images import Image, RepositoryImages
from shared_ecr.fate.inventory.uses import ImageUse, find_uses, used_digests

HOST = "111111111111.dkr.ecr.us-east-1.amazonaws.com"
CHILD, INDEX, OTHER = Image(digest("c"), NOW), Image(digest("i"), NOW, ("v1",), children=(digest("c"),)), "0" * 64
REPOSITORY = RepositoryImages("team/app", (CHILD, INDEX), "111111111111", "us-east-1")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{HOST}/team/app:v1", [("team/app", "v1", "")]),
        (f'{{"image": "{HOST}/team/app@{digest("c")}"}}', [("team/app", "", digest("c"))]),
        (f"{HOST}/team/app:v1@{digest('c')}", [("team/app", "v1", digest("c"))]),
        (f"image: {HOST}/team/app", [("team/app", "latest", "")]),
        ("111111111111.dkr.ecr.cn-north-1.amazonaws.com.cn/team/app:v1", [("team/app", "v1", "")]),
        ("111111111111.dkr-ecr.us-east-1.on.aws/team/app:v1", [("team/app", "v1", "")]),
        ("team/app:v1\nteam/other:v2\n", [("team/app", "v1", ""), ("team/other", "v2", "")]),
        ("docker.io/library/nginx\nnothing at all\n", []),
    ],
    ids=["tag", "digest", "both", "neither", "china", "dual stack", "names alone", "elsewhere"],
)
def test_references_are_found_in_any_text(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert [(use.repository, use.tag, use.digest) for use in find_uses(text, "x")] == expected


def test_anyone_who_uses_an_index_uses_its_manifests() -> None:
    used, lost = used_digests(REPOSITORY, [ImageUse("team/app", "v1", by="pods")])
    assert (used, lost) == ({digest("i"): "pods", digest("c"): "pods"}, ())


def test_a_digest_decides_where_a_tag_is_beside_it() -> None:
    used, _ = used_digests(REPOSITORY, [ImageUse("team/app", "v1", digest("c"), by="pods")])
    assert used == {digest("c"): "pods"}


def test_a_use_of_an_image_that_is_not_there_is_shown() -> None:
    use = ImageUse("team/app", "v9", by="pods")
    assert used_digests(REPOSITORY, [use]) == ({}, (use,))


@pytest.mark.parametrize(
    "use",
    [
        ImageUse("team/other", "v1"),
        ImageUse("team/app", "v1", account="222222222222"),
        ImageUse("team/app", "v1", region="eu-west-1"),
    ],
    ids=["repository", "account", "region"],
)
def test_an_image_of_elsewhere_is_not_meant(use: ImageUse) -> None:
    assert used_digests(REPOSITORY, [use]) == ({}, ())
