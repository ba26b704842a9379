from pathlib import Path

import pytest

from shared_ecr.review.documents import InvalidDocumentError
from unit.review.documents.reading import doubts, ids, named, read

HEAD = "Resources:\n  It:\n    Type: AWS::ECR::Repository\n    Properties:\n"


def value(folder: Path, written: str) -> object:
    return named(read(folder, f"{HEAD}      X: {written}\n"), "It").properties["X"]


@pytest.mark.parametrize(("written", "expected"), [
    ("!Ref AWS::Region", "us-east-1"),
    ('!Sub "${AWS::Region}-x"', "us-east-1-x"),
    ("!Join ['-', [a, !Ref AWS::Region]]", "a-us-east-1"),
    ("!Select [1, [a, b]]", "b"),
    ("!Split [':', 'a:b']", ["a", "b"]),
    ("!GetAtt Queue.Arn", "${Deployed:Queue.Arn}"),
    ("!GetAtt Nested.Outputs.Arn", "${Deployed:Nested.Outputs.Arn}"),
    ("!GetAtt [Queue, Arn]", "${Deployed:Queue.Arn}"),
    ("!ImportValue key", "${Deployed:Fn::ImportValue key}"),
    ("!Base64 a", "YQ=="),
    ("!ToJsonString {a: 1}", '{"a":1}'),
    ("!If [Nowhere, same, same]", "same"),
    ("!!str 12", "12"),
    ("! 12", "12"),
    ("!Transform {Name: M}", '${Deployed:Fn::Transform "Name":"M"}'),
], ids=str)  # fmt: skip
def test_a_short_form_means_its_function(tmp_path: Path, written: str, expected: object) -> None:
    assert value(tmp_path, written) == expected


@pytest.mark.parametrize(("written", "expected"), [
    ("yes", True), ("Off", False), ("true", True), ("~", None), ("'yes'", "yes"), ("2012-10-17", "2012-10-17"),
    ("111111111111", "111111111111"), ("1_000", "1000"), ("012345670123", "1402433619"), ("0x1F", "31"),
    ("0b11", "3"), ("12:30:45", "45045"), ("-1:30", "-90"), ("1.10", "1.10"), ("y", "y"), ("=", "="),
    ("098765432109", "098765432109"), ("v1.0", "v1.0"),
])  # fmt: skip
def test_a_text_without_quotes_is_what_cloudformation_takes_it_for(
    tmp_path: Path, written: str, expected: object
) -> None:
    assert value(tmp_path, written) == expected


@pytest.mark.parametrize(("written", "said"), [
    ("012345670123", "t.yaml:5:10: 012345670123 without quotes is read as the number 1402433619"),
    ("098765432109", "t.yaml:5:10: 098765432109 without quotes is a text to some readers of YAML and a number to"),
    ("12:30", "12:30 without quotes is read as the number 750"),
    ("!!python/object:os.system x", "t.yaml:5:10: the tag '!!python/object:os.system' is not known"),
    ("!!set {a: b}", "the tag '!!set' is not known; the value after it is judged"),
    ("{a: b, a: c}", "the key 'a' is written twice in one mapping; the last value is judged"),
    ("{<<: {a: b}, c: d}", "the merge key '<<' is taken as YAML 1.1 means it"),
    ("{<<: a}", "the merge key '<<' has a value that is not a mapping"),
    ("{[a]: b}", "a key here is not a text"),
])  # fmt: skip
def test_what_another_reader_would_take_for_something_else_is_shown(tmp_path: Path, written: str, said: str) -> None:
    assert any(said in doubt.replace("tag:yaml.org,2002:", "!!") for doubt in doubts(
        read(tmp_path, f"{HEAD}      X: {written}\n")
    ))  # fmt: skip


def test_a_merge_key_gives_what_is_not_written_and_the_first_of_several_wins(tmp_path: Path) -> None:
    template = (
        f"{HEAD}      A: &a {{x: one, y: one}}\n      B: &b {{y: two, z: two}}\n      X: {{<<: [*a, *b], x: own}}\n"
    )
    assert named(read(tmp_path, template), "It").properties["X"] == {"x": "own", "y": "one", "z": "two"}


def test_an_alias_repeats_its_anchor(tmp_path: Path) -> None:
    template = f"{HEAD}      A: &a [x]\n      X: *a\n"
    assert named(read(tmp_path, template), "It").properties["X"] == ["x"]


def test_each_resource_has_its_place(tmp_path: Path) -> None:
    found = read(tmp_path, "# a comment\nResources:\n  A:\n    Type: T\n  'B':\n    Type: T\n")
    places = [(each.origin.position.line, each.origin.position.column) for stack in found.stacks
              for each in stack.resources if each.origin.position]  # fmt: skip
    assert places == [(3, 3), (5, 3)]


def test_mappings_in_braces_need_no_quotes(tmp_path: Path) -> None:
    assert ids(read(tmp_path, "{Resources: {A: {Type: T}}}")) == ["A"]


@pytest.mark.parametrize(("text", "said"), [
    ("Resources: {a: b\n", "t.yaml:2:1: ',' or '}' is missing"),
    ("a: b\n---\nResources: {}\n", "t.yaml:2:1: a second document starts here"),
    ("Resources: *nothing\n", "t.yaml:1:12: '*nothing' repeats an anchor that is not complete above it"),
    ("Resources: &a [*a]\n", "t.yaml:1:16: '*a' repeats an anchor that is not complete above it"),
    ("a: " + "[" * 200 + "]" * 200, "values are nested more than 100 deep"),
    ("Resources:\n\tA: b\n", "t.yaml:2:1"),
    ("\x00", "t.yaml"),
])  # fmt: skip
def test_broken_yaml_is_refused_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InvalidDocumentError) as refused:
        read(tmp_path, text)
    assert said in str(refused.value)


def test_aliases_that_multiply_are_refused(tmp_path: Path) -> None:
    levels = [f"  a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9)]
    bomb = "\n".join(["Resources:", "  a0: &a0 [x, x]", *levels])
    with pytest.raises(InvalidDocumentError, match="what aliases repeat included"):
        read(tmp_path, bomb)


def test_depth_by_aliases_counts(tmp_path: Path) -> None:
    levels = [f"  a{i}: &a{i} [[[[[[[[[[*a{i - 1}]]]]]]]]]]" for i in range(1, 15)]
    with pytest.raises(InvalidDocumentError, match="nested more than 100 deep"):
        read(tmp_path, "\n".join(["Resources:", "  a0: &a0 [x]", *levels]))


def test_yaml_beyond_the_bound_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidDocumentError, match="larger than 5 MiB of YAML"):
        read(tmp_path, "Resources: {}\n" + "#" * 5 * 1024 * 1024)
