from pathlib import Path

import pytest

from inventory_files import NOW, digest
from shared_ecr.fate.images import Image, RepositoryImages
from shared_ecr.fate.inventory.uses import ImageUse, find_uses, load_uses, used_digests
from shared_ecr.findings.problems import InvalidDeclarationError

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
        (f"{HOST}:443/team/app:v1", [("team/app", "v1", "")]),
        (f"{HOST.upper()}/team/app:v1", [("team/app", "v1", "")]),
        (f'{{"image": "{HOST}\\/team\\/app:v1"}}', [("team/app", "v1", "")]),
        ("team/app:v1\nteam/other:v2\n", [("team/app", "v1", ""), ("team/other", "v2", "")]),
        ("docker.io/library/nginx\nnothing at all\n", []),
    ],
    ids=[
        "tag",
        "digest",
        "both",
        "neither",
        "china",
        "dual stack",
        "port",
        "upper case",
        "escaped slash",
        "names alone",
        "elsewhere",
    ],
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


def test_a_host_in_upper_case_is_of_the_same_region() -> None:
    (use,) = find_uses(f"{HOST.upper()}/team/app:v1", "x")
    assert use.is_of(REPOSITORY)


PARTS = {
    "an empty file": ("", "uses-empty"),
    "a complaint": ("error: You must be logged in to the server (Unauthorized)\n", "uses-empty"),
    "half of an answer": (f'{{"items": [{{"image": "{HOST}/team/app:v1"}}, {{"im', "inventory-truncated"),
    "a page of Kubernetes": ('{"metadata": {"continue": "abc"}, "items": []}', "inventory-truncated"),
    "a page of AWS": (f'{{"tasks": ["{HOST}/team/app:v1"], "nextToken": "abc"}}', "inventory-truncated"),
}


@pytest.mark.parametrize(("text", "code"), PARTS.values(), ids=PARTS)
def test_a_file_that_does_not_say_what_is_in_use_is_refused(tmp_path: Path, text: str, code: str) -> None:
    (tmp_path / "uses").write_text(text, encoding="utf-8")
    with pytest.raises(InvalidDeclarationError) as refused:
        load_uses(tmp_path / "uses")
    assert [each.code for each in refused.value.problems] == [code]


@pytest.mark.parametrize("text", ['{"items": []}', "[]", '{"metadata": {"continue": ""}, "items": []}'])
def test_an_answer_without_images_is_an_answer(tmp_path: Path, text: str) -> None:
    (tmp_path / "uses").write_text(text, encoding="utf-8")
    assert load_uses(tmp_path / "uses") == ()


def test_a_line_that_is_nothing_but_a_digest_is_of_each_repository_that_has_it() -> None:
    uses = list(find_uses(f"  {digest('c')}\nsha256:{OTHER}\nconfig {digest('i')}\n", "list"))
    used, lost = used_digests(REPOSITORY, uses)
    assert (used, lost) == ({digest("c"): "list"}, ())


def test_a_tag_that_two_images_have_is_a_use_of_both() -> None:
    older, newer = Image(digest("older"), NOW, ("main",)), Image(digest("newer"), NOW, ("main",))
    used, _ = used_digests(RepositoryImages("team/app", (older, newer)), find_uses("team/app:main", "pods"))
    assert used == {older.digest: "pods", newer.digest: "pods"}


def test_anyone_who_uses_an_index_of_indexes_uses_the_manifests_of_each() -> None:
    outer = Image(digest("outer"), NOW, ("v2",), children=(INDEX.digest,))
    used, _ = used_digests(RepositoryImages("team/app", (CHILD, INDEX, outer)), find_uses("team/app:v2", "pods"))
    assert used.keys() == {CHILD.digest, INDEX.digest, outer.digest}
