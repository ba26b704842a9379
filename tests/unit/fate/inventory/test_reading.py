import json
from pathlib import Path
from typing import Any

import pytest

from inventory_files import INDEX, NOW, Files, digest, entry
from shared_ecr.fate.inventory import Inventory, load_inventory
from shared_ecr.fate.inventory.loader import InventorySource
from shared_ecr.findings.problems import InvalidDeclarationError, Problem
from shared_ecr.model.lifecycle import StorageClass

ONE, TWO = entry("one", "v1", days=1), entry("two", "v2", days=2)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


def load(*paths: str, region: str = "", name: str = "") -> Inventory:
    return load_inventory([InventorySource(Path(path), region) for path in paths], NOW, name)


def problems(*paths: str) -> tuple[Problem, ...]:
    with pytest.raises(InvalidDeclarationError) as caught:
        load(*paths)
    return caught.value.problems


def shapes() -> dict[str, str]:
    page = {"imageDetails": [ONE]}, {"imageDetails": [TWO]}
    ours = {
        "sharedEcrInventory": 1,
        "repositories": [{"registryId": "111111111111", "repositoryName": "team/app", "imageDetails": [ONE, TWO]}],
    }
    return {
        "one page": json.dumps({"imageDetails": [ONE, TWO]}),
        "a list of pages": json.dumps(page),
        "pages behind each other": json.dumps(page[0]) + json.dumps(page[1]),
        "pages, each a line": "\n".join(json.dumps(each) for each in page) + "\n",
        "an entry a line": f"{json.dumps(ONE)}\n{json.dumps(TWO)}\n",
        "a list of entries": json.dumps([ONE, TWO]),
        "our own": json.dumps(ours, indent=1),
        "pages with tokens": json.dumps(page[0] | {"nextToken": "x"}) + json.dumps(page[1]),
    }


@pytest.mark.parametrize("text", shapes().values(), ids=shapes())
def test_an_inventory_is_read_in_every_form(files: Files, text: str) -> None:
    (repository,) = load(files.written("images.json", text)).repositories
    assert (repository.name, repository.account) == ("team/app", "111111111111")
    assert {image.tags for image in repository.images} == {("v1",), ("v2",)}


def test_an_inventory_that_powershell_redirected_is_read(files: Files) -> None:
    path = files.folder / "images.json"
    path.write_text(json.dumps({"imageDetails": [ONE]}), encoding="utf-16")
    assert len(load(str(path)).repositories) == 1


def test_repositories_of_one_file_are_shown_apart(files: Files) -> None:
    path = files.inventory(ONE, entry("one", "v1", repository="team/other"))
    assert [repository.name for repository in load(path).repositories] == ["team/app", "team/other"]


def test_one_repository_in_two_regions_is_two(files: Files) -> None:
    path = Path(files.inventory(ONE))
    inventory = load_inventory([InventorySource(path, "eu-west-1"), InventorySource(path, "us-east-1")], NOW)
    assert [repository.region for repository in inventory.repositories] == ["eu-west-1", "us-east-1"]


def test_the_region_that_an_inventory_names_itself_counts(files: Files) -> None:
    page = {"region": "eu-west-1", "imageDetails": [ONE]}
    (repository,) = load(files.written("images.json", page)).repositories
    assert repository.region == "eu-west-1"


def test_a_time_in_seconds_is_the_time_it_says(files: Files) -> None:
    path = files.inventory(ONE | {"imagePushedAt": 1_700_000_000.5})
    (image,) = load(path).repositories[0].images
    assert image.pushed_at.isoformat() == "2023-11-14T22:13:20.500000+00:00"


def test_an_archived_image_is_read_with_its_times(files: Files) -> None:
    times = {"lastArchivedAt": "2026-10-01T00:00:00Z", "lastActivatedAt": "2026-09-01T00:00:00+02:00"}
    path = files.inventory(entry("one", days=90, imageStatus="ARCHIVED", **times))
    (image,) = load(path).repositories[0].images
    assert image.storage_class is StorageClass.ARCHIVE
    assert image.archived_at
    assert image.activated_at


def test_a_name_is_taken_where_the_entries_say_none(files: Files) -> None:
    nameless = {key: value for key, value in ONE.items() if key != "repositoryName"}
    assert load(files.inventory(nameless), name="team/app").repositories[0].name == "team/app"


REFUSED: dict[str, tuple[Any, str]] = {
    "empty": ("", "inventory-empty"),
    "cut off": (json.dumps({"imageDetails": [ONE, TWO]})[:-40], "inventory-truncated"),
    "cut off in a text": ('{"imageDetails": [{"imageDigest": "sha', "inventory-truncated"),
    "no json": ("imageDetails:\n- a", "inventory-json"),
    "more to come": ({"imageDetails": [ONE], "nextToken": "x"}, "inventory-truncated"),
    "more to come by the cli": ({"imageDetails": [ONE], "NextToken": "x"}, "inventory-truncated"),
    "twice": ({"imageDetails": [ONE, ONE]}, "inventory-duplicate"),
    "future": ({"imageDetails": [entry("one", days=-1)]}, "inventory-future"),
    "archived in the future": (
        {"imageDetails": [ONE | {"imageStatus": "ARCHIVED", "lastArchivedAt": "2026-11-22T00:00:00Z"}]},
        "inventory-future",
    ),
    "no digest": ({"imageDetails": [{k: v for k, v in ONE.items() if k != "imageDigest"}]}, "inventory-field"),
    "no time": ({"imageDetails": [{k: v for k, v in ONE.items() if k != "imagePushedAt"}]}, "inventory-field"),
    "no name": ({"imageDetails": [{k: v for k, v in ONE.items() if k != "repositoryName"}]}, "inventory-field"),
    "digest of another kind": ({"imageDetails": [ONE | {"imageDigest": "md5:1"}]}, "inventory-value"),
    "time without a zone": ({"imageDetails": [ONE | {"imagePushedAt": "2026-11-01T00:00:00"}]}, "inventory-value"),
    "time as a word": ({"imageDetails": [ONE | {"imagePushedAt": "yesterday"}]}, "inventory-value"),
    "an empty time of the last pull": ({"imageDetails": [ONE | {"lastRecordedPullTime": ""}]}, "inventory-value"),
    "a time that is false": ({"imageDetails": [ONE | {"lastActivatedAt": False}]}, "inventory-value"),
    "an empty status": ({"imageDetails": [ONE | {"imageStatus": ""}]}, "inventory-value"),
    "tags as an empty text": ({"imageDetails": [ONE | {"imageTags": ""}]}, "inventory-value"),
    "a subject that is a number": ({"imageDetails": [ONE | {"subjectManifestDigest": 0}]}, "inventory-value"),
    "manifests as an empty text": ({"imageDetails": [ONE | {"childDigests": ""}]}, "inventory-value"),
    "tags as a text": ({"imageDetails": [ONE | {"imageTags": "v1"}]}, "inventory-value"),
    "unknown status": ({"imageDetails": [ONE | {"imageStatus": "GONE"}]}, "inventory-value"),
    "negative size": ({"imageDetails": [ONE | {"imageSizeInBytes": -1}]}, "inventory-value"),
    "children as digests of another kind": ({"imageDetails": [ONE | {"childDigests": ["x"]}]}, "inventory-value"),
    "an entry that is a text": ({"imageDetails": ["sha256:1"]}, "inventory-value"),
    "list-images": ({"imageIds": [{"imageDigest": digest("one")}]}, "inventory-shape"),
    "a policy": ({"rules": []}, "inventory-shape"),
    "a number": ("1", "inventory-shape"),
    "of tomorrow": ({"sharedEcrInventory": 2, "repositories": []}, "inventory-version"),
}


@pytest.mark.parametrize(("content", "code"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_whole_inventory_is_refused(files: Files, content: Any, code: str) -> None:
    assert [problem.code for problem in problems(files.written("images.json", content))] == [code]


def test_a_problem_says_line_column_and_path(files: Files) -> None:
    text = json.dumps({"imageDetails": [ONE, TWO | {"imagePushedAt": "yesterday"}]}, indent=1)
    (problem,) = problems(files.written("images.json", text))
    lines = text.splitlines()
    assert problem.position
    assert lines[problem.position.line - 1][problem.position.column - 1 :].startswith('"yesterday"')
    assert problem.path == "imageDetails[1].imagePushedAt"


def test_every_problem_is_shown_at_once(files: Files) -> None:
    path = files.inventory(ONE | {"imageDigest": "x"}, TWO | {"imagePushedAt": 1e300}, entry("three", days=-3))
    assert len(problems(path)) == 3


def test_a_file_that_is_missing_is_a_problem(files: Files) -> None:
    assert [problem.code for problem in problems(str(files.folder / "absent.json"))] == ["file-unreadable"]


DOUBTFUL: dict[str, tuple[list[dict[str, Any]], str]] = {
    "an index without children": ([entry("i", imageManifestMediaType=INDEX)], "inventory-children"),
    "children that are not there": ([entry("i", childDigests=[digest("gone")])], "inventory-incomplete"),
    "an unknown media type": ([ONE | {"imageManifestMediaType": "application/x-new"}], "inventory-media-type"),
    "archived at no time": ([entry("a", imageStatus="ARCHIVED")], "inventory-archived-at"),
    "pulled later": ([ONE | {"lastRecordedPullTime": "2026-11-22T00:00:00Z"}], "inventory-pulled-later"),
    "one tag on two images": ([ONE, TWO | {"imageTags": ["v1"]}], "inventory-tag-twice"),
}


@pytest.mark.parametrize(("entries", "code"), DOUBTFUL.values(), ids=DOUBTFUL)
def test_what_is_not_known_is_said(files: Files, entries: list[dict[str, Any]], code: str) -> None:
    assert [problem.code for problem in load(files.inventory(*entries)).warnings] == [code]


def test_a_whole_inventory_leaves_no_doubt(files: Files) -> None:
    index = entry("i", imageManifestMediaType=INDEX, childDigests=[digest("one")])
    assert load(files.inventory(ONE, TWO, index)).warnings == ()
