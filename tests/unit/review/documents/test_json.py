from pathlib import Path

import pytest

from shared_ecr.review.documents import InvalidDocumentError, load_deployment
from unit.review.documents.reading import PLACE, doubts, named, read, repository, resources


def load(folder: Path, text: str | bytes) -> object:
    file = folder / "t.json"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_deployment(file, PLACE, shown_as="t.json")


def test_each_resource_has_its_place(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text(
        '{"Description": "}",\n "Resources": {\n  "A": {"Type": "T"},\n  "B\\"": {"Type": "T"}\n }\n}'
    )
    found = load_deployment(tmp_path / "t.json", PLACE)
    assert [(each.origin.logical_id, each.origin.position and each.origin.position.line) for stack in found.stacks
            for each in stack.resources] == [("A", 3), ('B"', 4)]  # fmt: skip


def test_of_a_key_that_is_twice_the_last_is_judged_and_shown(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text('{"Resources": {"A": {"Type": "T", "Type": "U"}}}')
    found = load_deployment(tmp_path / "t.json", PLACE, shown_as="t.json")
    assert named(found, "A").type == "U"
    assert doubts(found) == ["t.json: the key 'Type' is written twice in one object; the last value is judged"]


def test_two_sections_of_resources_have_the_places_of_the_last(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text('{"Resources": {"A": {"Type": "T"}},\n"Resources":\n{"A": {"Type": "U"}}}')
    position = named(load_deployment(tmp_path / "t.json", PLACE), "A").origin.position
    assert position is not None
    assert position.line == 3


def test_half_a_character_becomes_the_mark_for_it(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text(
        '{"Resources": {"A": {"Type": "AWS::ECR::Repository", "Properties": {"X": "\\ud800"}}}}'
    )
    assert named(load_deployment(tmp_path / "t.json", PLACE), "A").properties["X"] == "\ufffd"


def test_a_number_keeps_its_digits(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text(
        '{"Resources": {"A": {"Type": "AWS::ECR::Repository", "Properties": {"X": 1.50}}}}'
    )
    assert named(load_deployment(tmp_path / "t.json", PLACE), "A").properties["X"] == "1.50"


@pytest.mark.parametrize(("text", "said"), [
    ('{"Resources": {"A": {},}}', "t.json:1:2"),
    ("", "t.json:1:1: this is not JSON: expecting value"),
    ('{"a": ' + "[" * 100_000, "nested more than 100 deep"),
    ('{"a": ' + "[" * 500 + "]" * 500 + "}", "nested more than 100 deep"),
    ('{"a": ' + "[" * 100_000 + "]" * 100_000 + "}", "nested more than 100 deep"),
    ("[" + "," * 2_000_001, "holds more than 2,000,000 values"),
    (b"\xff\xfe{\x00", "the file is encoded as UTF-16"),
    (b'{"a": "\xff"}', "t.json:1:8: the byte 0xFF is not UTF-8"),
], ids=range(8))  # fmt: skip
def test_what_is_no_json_is_refused_with_its_place(tmp_path: Path, text: str | bytes, said: str) -> None:
    with pytest.raises(InvalidDocumentError) as refused:
        load(tmp_path, text)
    assert said in str(refused.value)


def test_nan_is_shown(tmp_path: Path) -> None:
    (tmp_path / "t.json").write_text('{"Resources": {}, "X": NaN}')
    assert doubts(load_deployment(tmp_path / "t.json", PLACE)) == [
        f"{tmp_path}/t.json: NaN is not JSON, and CloudFormation refuses it"
    ]


def test_a_file_beyond_the_bound_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "t.json").open("wb") as file:
        file.truncate(50 * 1024 * 1024 + 1)
    with pytest.raises(InvalidDocumentError, match="larger than 50 MiB"):
        load_deployment(tmp_path / "t.json", PLACE)


def test_a_file_that_is_missing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidDocumentError, match="no such file"):
        load_deployment(tmp_path / "t.json", PLACE)


def test_the_size_of_the_template_is_that_of_its_text(tmp_path: Path) -> None:
    found = read(tmp_path, resources(A=repository()))
    assert found.stacks[0].template_bytes == (tmp_path / "t.json").stat().st_size
